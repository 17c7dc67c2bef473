"""Shorthand syntax, read as the real command reads it and coerced to shapes."""

import random

import pytest
from botocore.model import ShapeResolver
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab.labs.commandline import CommandError, parse, shorthand
from iamlab.labs.commandline.shorthand import Reader, ShorthandError

PIECES = ["a", "b", "Key", "=", ",", "[", "]", "{", "}", '"', "'", "\\", " ", "a=", ",b=", "=[a", "={b=", "a,b", "@"]
SHAPES = ShapeResolver(
    {
        "Text": {"type": "string"},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "Count": {"type": "integer"},
        "Yes": {"type": "boolean"},
        "Ratio": {"type": "double"},
        "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Count"}},
        "All": {
            "type": "structure",
            "members": {
                "text": {"shape": "Text"},
                "texts": {"shape": "Texts"},
                "count": {"shape": "Count"},
                "yes": {"shape": "Yes"},
                "ratio": {"shape": "Ratio"},
                "map": {"shape": "Map"},
                "inner": {"shape": "All"},
            },
        },
    }
)


def read(text):
    try:
        return Reader(text).read()
    except ShorthandError:
        return None


def test_read_as_the_real_command_reads_it(real_aws):
    source = random.Random(7)
    texts = ["".join(source.choices(PIECES, k=source.randrange(1, 14))) for _ in range(20_000)]
    expected = real_aws(shorthand=texts)["shorthand"]
    assert sum(value is not None for value in expected) > 500
    assert [text for text, value in zip(texts, expected, strict=True) if read(text) != value] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("text=a,count=3,yes=TRUE,ratio=0.5", {"text": "a", "count": 3, "yes": True, "ratio": 0.5}),
        ("texts=a", {"texts": ["a"]}),
        ("texts=a,b,text=c", {"texts": ["a", "b"], "text": "c"}),
        ("map={x=1,y=2},inner={count=4}", {"map": {"x": 1, "y": 2}, "inner": {"count": 4}}),
        ("yes=perhaps", {"yes": "perhaps"}),
        ("unknown=1", {"unknown": "1"}),
    ],
)
def test_words_become_what_the_shape_has(text, value):
    assert shorthand.read(text, SHAPES.get_shape_by_name("All")) == value


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*PIECES, "file://x", "--user-name", "--tags", "9" * 5000, "\ud800", "\0"]), max_size=12)
)
def test_whatever_is_typed_is_read_or_refused(pieces):
    for line in (
        "aws iam create-user " + " ".join(pieces),
        "aws iam tag-user --user-name x --tags '" + "".join(pieces),
    ):
        try:
            parse(line, {})
        except CommandError as refused:
            assert refused.message
