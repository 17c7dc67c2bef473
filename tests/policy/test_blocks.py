"""Statements as blocks: what a form changes is changed in the text, and everything else stays as it was written."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamlab.policy import blocks
from iamlab.policy.blocks import Unreadable

BILL = '{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::customer-bills/*"}'
ODD = """{ "Version":"2012-10-17",
  "Id": "mine",
  "Statement": [
    {"Sid":"One", "Effect" : "Allow", "Action":["s3:Get*",   "iam:ListUsers"], "Resource":"*",
     "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}, "Bool": {"aws:SecureTransport": true}}},
    {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"} ,
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": ["arn:aws:s3:::customer-bills/*"]}
  ]
}"""


def policy(*statements: str) -> str:
    return f'{{"Version": "2012-10-17", "Statement": [{", ".join(statements)}]}}'


def statements(text: str) -> list:
    return json.loads(text)["Statement"]


def test_a_statement_is_read_element_by_element():
    first, _, last = blocks.read(ODD)
    assert (first.sid, first.effect, first.actions, first.resources) == (
        "One",
        "Allow",
        ("s3:Get*", "iam:ListUsers"),
        ("*",),
    )
    assert first.conditions == (
        ("NumericLessThan", "aws:MultiFactorAuthAge", ("3600",)),
        ("Bool", "aws:SecureTransport", ("true",)),
    )
    assert last.actions == ("s3:PutObject",)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ('{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}', "NotAction"),
        ('{"Effect": "Allow", "Action": "*", "NotResource": "*"}', "NotResource"),
        ('{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}', "Principal"),
        ('{"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}', "twice"),
        ('{"Effect": "allow", "Action": "*", "Resource": "*"}', "neither Allow nor Deny"),
        ('{"Action": "*", "Resource": "*"}', "neither Allow nor Deny"),
        ('{"Sid": 1, "Effect": "Allow"}', "Sid"),
        ('{"Effect": "Allow", "Action": {"a": 1}}', "Action"),
        ('{"Effect": "Allow", "Resource": ["*", 1]}', "Resource"),
        ('{"Effect": "Allow", "Condition": []}', "Condition"),
        ('{"Effect": "Allow", "Condition": {"Bool": {}}}', "operator without keys"),
        ('{"Effect": "Allow", "Condition": {"Boolish": {"a": "b"}}}', "Boolish"),
        ('{"Effect": "Allow", "Condition": {"Bool": {"a": [null]}}}', "no text"),
    ],
)
def test_what_a_form_cannot_show_is_kept_as_it_is_and_says_why(statement, why):
    text = policy(BILL, statement)
    (_, block) = blocks.read(text)
    assert why in block.kept
    assert block.text == statement
    changed = blocks.write(text, replace(blocks.read(text)[0], effect="Deny"))
    assert statement in changed


@pytest.mark.parametrize("text", [ODD, policy(), policy(BILL), policy(BILL, BILL), f'{{"Statement": {BILL}}}', "{}"])
def test_nothing_changed_is_the_same_text(text):
    for block in blocks.read(text):
        if not block.kept:
            assert blocks.write(text, block) == text


def test_a_change_touches_its_element_alone():
    first = blocks.read(ODD)[0]
    changed = blocks.write(ODD, replace(first, actions=(*first.actions, "s3:PutObject")))
    wanted = json.loads(ODD)
    wanted["Statement"][0]["Action"].append("s3:PutObject")
    assert json.loads(changed) == wanted
    assert list(json.loads(changed)["Statement"][0]) == ["Sid", "Effect", "Action", "Resource", "Condition"]
    assert '"NotAction": "iam:*", "Resource": "*"} ,' in changed  # other statements to the letter


def test_conditions_that_stay_keep_their_types_and_new_ones_join_them():
    first = blocks.read(ODD)[0]
    more = ("Bool", "aws:ViaAWSService", ("false",))
    condition = statements(blocks.write(ODD, replace(first, conditions=(*first.conditions, more))))[0]["Condition"]
    assert condition == {
        "NumericLessThan": {"aws:MultiFactorAuthAge": 3600},
        "Bool": {"aws:SecureTransport": True, "aws:ViaAWSService": ["false"]},
    }
    assert "Condition" not in statements(blocks.write(ODD, replace(first, conditions=())))[0]


def test_values_of_one_key_are_put_together():
    rows = (("StringEquals", "aws:PrincipalTag/Team", ("a",)), ("StringEquals", "aws:PrincipalTag/Team", ("b",)))
    text = blocks.write(policy(BILL), replace(blocks.read(policy(BILL))[0], conditions=rows))
    assert statements(text)[0]["Condition"] == {"StringEquals": {"aws:PrincipalTag/Team": ["a", "b"]}}


@pytest.mark.parametrize(
    "text", ["", "  ", "{}", '{"Version": "2012-10-17"}', policy(), f'{{"Statement": {BILL}}}', ODD]
)
def test_a_statement_is_added_at_the_end_and_taken_away_again(text):
    before = [block.text for block in blocks.read(text)]
    added = blocks.add(text)
    assert statements(added)[-1] == {"Effect": "Allow", "Action": [], "Resource": []}
    assert len(blocks.read(added)) == len(before) + 1
    again = blocks.remove(added, len(before))
    assert [json.loads(block.text) for block in blocks.read(again)] == [json.loads(one) for one in before]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_any_statement_can_be_removed(index):
    left = statements(ODD)
    del left[index]
    assert statements(blocks.remove(ODD, index)) == left


def test_another_policy_is_merged_behind_what_is_there():
    merged = blocks.merge(policy(BILL), ODD)
    assert statements(merged) == [json.loads(BILL), *statements(ODD)]


def test_a_statement_that_was_begun_and_says_nothing_makes_room():
    begun = policy('{"Sid": "Statement1", "Effect": "Allow", "Action": [], "Resource": []}')
    assert statements(blocks.merge(begun, policy(BILL))) == [json.loads(BILL)]
    assert statements(blocks.merge("", policy(BILL))) == [json.loads(BILL)]


@pytest.mark.parametrize(
    "text", ["{", "[]", '"text"', '{"Statement": 1}', '{"Statement": [null]}', '{"Id": 1, "Id": 2}']
)
def test_what_is_no_policy_says_so(text):
    with pytest.raises(Unreadable, match=r"\.$"):
        blocks.read(text)


names = st.sampled_from(["a", "s3:*", 'quoted "', "back\\slash", "é", "two\nlines", "*"])
condition = st.dictionaries(
    st.sampled_from(["StringEquals", "Bool", "ForAnyValue:StringLike"]),
    st.dictionaries(names, st.one_of(names, st.lists(names, max_size=2), st.booleans()), min_size=1, max_size=2),
    max_size=2,
)
statement = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": names,
        "Action": st.one_of(names, st.lists(names, max_size=3)),
        "Resource": st.one_of(names, st.lists(names, max_size=3)),
        "Condition": condition,
        "NotAction": names,
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other tests run beside it
@given(st.lists(statement, min_size=1, max_size=3), st.sampled_from([None, 1, 4]), st.data())
def test_any_document_keeps_all_that_was_not_changed(found, indent, data):
    text = json.dumps({"Version": "2012-10-17", "Statement": found}, indent=indent)
    read = blocks.read(text)
    block = data.draw(st.sampled_from(read))
    wanted = json.loads(text)
    if not block.kept:
        text = blocks.write(text, replace(block, actions=(*block.actions, "s3:PutObject")))
        wanted["Statement"][block.index]["Action"] = [*block.actions, "s3:PutObject"]
    assert json.loads(text) == wanted
