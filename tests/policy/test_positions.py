"""JSON with positions: the same values as json.loads, the exact place of every error."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab.policy.positions import JsonError, Lines, duplicates, line_and_column, locate, parse, plain

ANYTIME = settings(deadline=None)  # a busy machine is no error
json_values = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=20,
)


@ANYTIME
@given(json_values, st.sampled_from([None, 1, "\t"]))
def test_it_reads_what_json_writes(value, indent):
    assert plain(parse(json.dumps(value, indent=indent))) == value


@ANYTIME
@given(json_values)
def test_every_node_spans_its_own_text(value):
    text = json.dumps(value, indent=2)

    def check(node):
        assert json.loads(text[node.start : node.end]) == plain(node)
        for child in node.value if node.kind in ("object", "array") else ():
            check(child.node if node.kind == "object" else child)

    check(parse(text))


@ANYTIME
@given(st.text(alphabet='{}[]",:\\truefalsn0123456789.-eE \n'))
def test_it_accepts_what_json_accepts(text):
    try:
        json.loads(text, parse_int=str, parse_float=str)
        expected = True
    except ValueError:
        expected = False
    try:
        parse(text)
        accepted = True
    except JsonError as error:
        accepted = False
        assert 0 <= error.offset <= len(text)
    assert accepted == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "ends"),
        ('{"a": 1', 1, 8, "closed with }"),
        ('{"a": 1,}', 1, 9, "comma too many"),
        ('["a",]', 1, 6, "comma too many"),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3, "comma"),
        ("{'a': 1}", 1, 2, "double quotation marks"),
        ("{\"a\": 'x'}", 1, 7, "double quotation marks"),
        ("{“a”: 1}", 1, 2, "typographic"),
        ('{"a": True}', 1, 7, "lower case"),
        ('{"a": Allow}', 1, 7, "quotation marks"),
        ('{"a" 1}', 1, 6, "colon"),
        ('{"a": }', 1, 7, "value is missing"),
        ('{"a": "x\n"}', 1, 9, "line"),
        ('{"a": "x', 1, 7, "closing quotation mark"),
        ('{"a": "\\x"}', 1, 8, "backslash"),
        ('{"a": 1} x', 1, 10, "more text"),
        ("{} {}", 1, 4, "more text"),
        ('{"a": 1, // no\n}', 1, 10, "comments"),
        ("{a: 1}", 1, 2, "double quotation marks"),
        ('{"a": NaN}', 1, 7, "quotation marks"),
        ("\ufeff{}", 1, 1, "byte order mark"),
        ("[" * 100_000, 1, 42, "deep"),
        ('{"a":' * 100_000, 1, 206, "deep"),
    ],
)
def test_an_error_says_what_and_where(text, line, column, words):
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert line_and_column(text, caught.value.offset) == (line, column)
    assert words in caught.value.message


def test_a_path_leads_to_its_node():
    text = '{\n  "Statement": [\n    {"Action": ["s3:Get*", "s3:Put*"]}\n  ]\n}'
    node = locate(parse(text), ("Statement", 0, "Action", 1))
    assert (node.value, Lines(text).at(node.start)) == ("s3:Put*", (3, 28))
    assert locate(parse(text), ("Statement", 1, "Action")) is None
    assert locate(parse(text), ("Statement", "Action")) is None


def test_repeated_names_are_found_at_every_depth():
    text = '{"a": 1, "b": [{"c": 1, "c": 2}], "a": 3}'
    assert [(path, member.name, member.start) for path, member in duplicates(parse(text))] == [
        (("b", 0), "c", 24),
        ((), "a", 34),
    ]


def test_lines_end_in_any_of_the_three_ways():
    lines = Lines("a\r\nb\nc\rd")
    assert [lines.at(offset) for offset in (0, 3, 5, 7)] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_lone_surrogates_and_huge_numbers_are_only_text():
    assert plain(parse('["\\ud800", ' + "9" * 5_000 + "]")) == ["\ud800", "9" * 5_000]
