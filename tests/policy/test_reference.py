"""The evaluator beside a second one, plain and slow, which `reference/` holds: at random, and on every case by hand."""

import json
from itertools import islice
from pathlib import Path

import pytest

from iamlab.policy.batch import answer_line
from iamlab.policy.cases import CaseReader
from iamlab.policy.evaluate import evaluate
from iamlab.policy.whatif import changes
from tests.policy.random_cases import Dice, cases
from tests.policy.random_names import ACTIONS, SESSIONS, USERS
from tests.policy.reference.judgement import BUCKET_POLICY_ACTIONS, Case, answer, layers
from tests.policy.reference.matching import as_list

CASES = Path(__file__).parent / "cases"


def differences(some):
    """What the two say differently: the outcome, or a layer that could not be named for it."""
    reader = CaseReader()
    for case in some:
        decision, named = answer(case)
        found = answer_line(reader, json.dumps(case))
        if found["decision"] != decision or (named and found["layer"] not in named):
            yield f"{decision} {sorted(named)}, but the evaluator {found}: {json.dumps(case)}"


def asked_again(seed):
    """The policies of one case, asked by others for other things."""
    dice = Dice(f"again {seed}")
    policies = {field: held for field, held in dice.case(seed).items() if field.endswith(("Policy", "ies"))}
    for number in range(10):
        yield {"id": f"{seed}.{number}", **dice.request(callers=[*USERS, *SESSIONS]), **policies}


def crowded(seed):
    """A policy of many statements about one service, and requests to it."""
    dice = Dice(f"crowd {seed}")
    service = dice.pick(["s3:", "kms:", "iam:", "sts:"])
    actions = [action for action in ACTIONS if action.lower().startswith(service)]
    statements = []
    for _ in range(dice.pick([5, 20, 60])):
        dice.request(actions)
        statements.append(dice.statement("identity"))
        if dice.chance(0.7):
            statements[-1]["Effect"] = "Allow"
    policy = {"Version": "2012-10-17", "Statement": statements}
    for number in range(5):
        request = dice.request(actions, [*USERS, *SESSIONS])
        yield {"id": f"{seed}.{number}", **request, "identityPolicies": [policy], "sessionPolicies": [policy]}


def case_of(request, policies):
    """A request and its policies as a case."""

    def texts(held):
        return [policy.document.source for policy in held or ()]

    return {
        "principal": request.principal,
        "action": request.action,
        "resource": request.resource,
        "context": request.context,
        "resourceAccount": request.resource_account,
        "sessionIssuer": request.session_issuer,
        "restrictPublicBuckets": request.restrict_public_buckets,
        "identityPolicies": texts(policies.identity),
        "resourcePolicy": policies.resource.document.source if policies.resource else None,
        "permissionsBoundaries": texts(policies.boundaries),
        "sessionPolicies": texts(policies.session),
        "vpcEndpointPolicies": texts(policies.vpce),
        "serviceControlPolicies": [texts(level) for level in policies.scps or ()],
        "resourceControlPolicies": [texts(level) for level in policies.rcps or ()],
    }


def parts(case):
    """For each statement what the reference and the evaluator's evidence say of its parts."""
    judged, level = Case(case), {}
    evidence = answer_line(CaseReader(), json.dumps(case), explain=True)["evidence"]
    rows = {(row["layer"], row["level"]): row["policies"] for row in evidence["layers"]}
    for layer, policies in layers(judged):
        level[layer] = level.get(layer, -1) + 1
        for number, policy in enumerate(policies):
            listed = rows[layer, level[layer]][number]["statements"]
            for statement, row in zip(as_list(policy["Statement"]), listed, strict=True):
                if statement["Effect"] in ("Allow", "Deny"):
                    yield statement, judged.parts(policy, statement, layer), row


def layer_outcomes(case):
    """For each layer that takes part what the reference says it does, and the evidence's row."""
    judged, level = Case(case), {}
    evidence = answer_line(CaseReader(), json.dumps(case), explain=True)["evidence"]
    rows = {(row["layer"], row["level"]): row for row in evidence["layers"] if row["binds"] and row["policies"]}
    for layer, policies in layers(judged):
        level[layer] = level.get(layer, -1) + 1
        if policies:
            row = rows.pop((layer, level[layer]), {"outcome": "takes no part"})
            denies, allows = (judged.applying(policies, layer, effect) for effect in ("Deny", "Allow"))
            yield "denies" if denies else "allows" if allows or layer == "rcp" else "does not allow", row
    for row in rows.values():
        yield "allows" if row["outcome"] == "allows" and row["layer"] == "rcp" else "takes no part", row


@pytest.mark.slow
def test_layers_of_evidence_agree():
    for case in islice(cases("layers"), 800):
        if case["action"].lower() in BUCKET_POLICY_ACTIONS:
            continue  # whom the bucket policy's denies spare hangs on more than the layer
        for wanted, row in layer_outcomes(case):
            assert row["outcome"] == wanted, (row, case)


def test_random_cases_agree():
    assert not list(islice(differences(islice(cases("quick"), 300)), 3))


@pytest.mark.slow
def test_many_random_cases_agree():
    assert not list(islice(differences(islice(cases("many"), 3_000)), 3))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [asked_again, crowded])
def test_policies_that_are_kept_agree(kind):
    assert not list(islice(differences(case for seed in range(60) for case in kind(seed)), 3))


@pytest.mark.slow
def test_parts_of_statements_agree():
    for case in islice(cases("parts"), 800):
        for statement, wanted, row in parts(case):
            assert {part: row[part] for part in wanted} == wanted, (statement, row, case)
            assert row["applies"] == all(wanted.values())


@pytest.mark.slow
def test_what_would_change_a_decision_changes_it_here_too():
    for case in islice(cases("changes"), 300):
        request, policies = CaseReader().read(case)
        decision = evaluate(request, policies)
        for change in changes(request, policies, decision):
            after = case_of(change.steps[-1].request, change.steps[-1].policies)
            assert (answer(after)[0] == "allowed") != decision.allowed, (change.sentence, after)


def test_random_cases_reach_every_outcome():
    found = [answer(case) for case in islice(cases("quick"), 300)]
    assert {decision for decision, _ in found} == {"allowed", "explicitDeny", "implicitDeny"}
    named = set().union(*(layers for _, layers in found))
    assert named == {"scp", "rcp", "vpce", "resource", "identity", "boundary", "session", "guard"}


def test_cases_by_hand_agree():
    paths = [path for path in CASES.glob("*/*.jsonl") if path.stem != "unreadable"]
    for path in paths:
        for case in map(json.loads, path.read_text().splitlines()):
            decision, named = answer(case)
            assert decision == case["expected"], (case["id"], case["why"])
            assert not named or case.get("layer", next(iter(named))) in named, (case["id"], case["why"])
