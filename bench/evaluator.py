"""The evaluator beside ministack's and moto's over the same cases, and beside itself over growing policies."""

import gc
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench import _evaluator_loads as loads
from iamlab.policy import compile as compiling
from iamlab.policy.cases import CaseReader
from iamlab.policy.compile import Document, Policy
from iamlab.policy.effective import effective, known_actions
from iamlab.policy.evaluate import Decision, Policies, Request, evaluate
from iamlab.policy.evidence_text import evidence_text
from iamlab.policy.explain import explain
from iamlab.policy.who_can import Directory

try:
    from moto.iam.access_control import IAMPolicy
except ImportError:
    IAMPolicy = None
try:
    from ministack.core import iam_evaluator as ministack
except ImportError:
    ministack = None

ROUNDS = 5
Run = Callable[[], Any]


def best(*runs: Run, rounds: int = ROUNDS) -> list[float]:
    """The shortest time of each run, the runs taken in turn."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for kept, run in zip(times, runs, strict=True):
            began = time.process_time()
            run()
            kept.append(time.process_time() - began)
    return [min(kept) for kept in times]


def repeated(run: Run, seconds: float = 0.05) -> tuple[Run, int]:
    """The run as often as fills some time, so that short ones can be measured."""
    began = time.process_time()
    run()
    times = max(1, int(seconds / max(time.process_time() - began, 1e-7)))

    def many() -> None:
        for _ in range(times):
            run()

    return many, times


def pass_over(cases: list[dict[str, Any]]) -> Run:
    """One whole pass: each decision from the raw principal, action, resource and context; policies known beforehand."""
    reader = CaseReader()
    rows = [(one["principal"], one["action"], one["resource"], one["context"], reader.policies(one)) for one in cases]

    def run() -> None:
        for principal, action, resource, context, policies in rows:
            evaluate(Request(principal, action, resource, context), policies)

    run()
    return run


def only_reading(cases: list[dict[str, Any]]) -> Run:
    """The ceiling: a loop that reads a case and judges nothing."""

    def run() -> None:
        for one in cases:
            one["principal"], one["action"], one["resource"], one["context"], one["identityPolicies"]

    return run


def first_pass(cases: list[dict[str, Any]]) -> float:
    """Seconds of one pass from an evaluator that has seen no request and holds no document."""
    compiling._kept.clear()
    reader = CaseReader()
    rows = [(Request(c["principal"], c["action"], c["resource"], c["context"]), reader.policies(c)) for c in cases]
    began = time.process_time()
    for request, policies in rows:
        evaluate(request, policies)
    return time.process_time() - began


def cold(cases: list[dict[str, Any]]) -> Run:
    """Every decision starts from the documents as JSON text and keeps nothing."""
    rows = [(c, texts(c)) for c in cases]

    def run() -> None:
        for one, (identity, boundary, scp) in rows:
            policies = Policies(fresh(identity), boundaries=fresh(boundary), scps=tuple(fresh([text]) for text in scp))
            evaluate(Request(one["principal"], one["action"], one["resource"], one["context"]), policies)

    return run


def fresh(documents: list[str]) -> tuple[Policy, ...]:
    return tuple(Policy(Document(json.loads(text))) for text in documents)


def texts(one: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    levels = one.get("serviceControlPolicies") or []
    scp = [json.dumps(document) for level in levels for document in level]
    boundary = [json.dumps(document) for document in one.get("permissionsBoundaries") or []]
    return [json.dumps(document) for document in one["identityPolicies"]], boundary, scp


# Peers -------------------------------------------------------------------------------------------


def ministack_context(one: dict[str, Any]) -> Any:
    return ministack.EvalContext(
        principal_arn=one["principal"],
        principal_type="User",
        principal_account=loads.ACCOUNT,
        action=one["action"],
        resource_arn=one["resource"],
        region=one["context"].get("aws:RequestedRegion", "us-east-1"),
        source_ip=one["context"].get("aws:SourceIp", "203.0.113.1"),
        secure_transport=True,
    )


def ministack_pass(cases: list[dict[str, Any]]) -> Run:
    parsed: dict[int, Any] = {}

    def read(document: Any) -> Any:
        if id(document) not in parsed:
            parsed[id(document)] = ministack.parse_policy_document(document)
        return parsed[id(document)]

    rows = [
        (
            one,
            [read(document) for document in one["identityPolicies"]],
            [read(document) for document in one.get("permissionsBoundaries") or []],
            one.get("resourcePolicy"),
        )
        for one in cases
    ]

    def run() -> None:
        for one, identity, boundary, resource_policy in rows:
            context = ministack_context(one)
            limits = (boundary,) if boundary else ()
            decision = ministack.evaluate(context, identity, *limits)
            if resource_policy:
                ministack.combine_resource_policy(decision, context, resource_policy, loads.ACCOUNT, limits=limits)

    run()
    return run


def ministack_cold(cases: list[dict[str, Any]]) -> Run:
    rows = [(one, *texts(one)[:2]) for one in cases]

    def run() -> None:
        for one, identity, boundary in rows:
            limits = ([ministack.parse_policy_document(d) for d in boundary],) if boundary else ()
            ministack.evaluate(ministack_context(one), [ministack.parse_policy_document(d) for d in identity], *limits)

    return run


def moto_pass(cases: list[dict[str, Any]]) -> Run:
    """moto knows no bucket policies; its document class is asked for each of them as for the others."""
    kept: dict[int, Any] = {}
    rows = []
    for one in cases:
        documents = [*one["identityPolicies"], *filter(None, [one.get("resourcePolicy")])]
        for document in documents:
            kept.setdefault(id(document), IAMPolicy({"policy_document": json.dumps(document)}))
        rows.append((one["action"], one["resource"], one["context"], [kept[id(document)] for document in documents]))

    def run() -> None:
        for action, resource, context, policies in rows:
            for policy in policies:
                policy.is_action_permitted(action, resource, None, context)

    run()
    return run


# The table ---------------------------------------------------------------------------------------


def run() -> list[tuple[str, str]]:
    return [*_mario(), *_realistic(), *_growth(), *_hostile(), *_evidence(), *_many(), *_memory()]


def _mario() -> list[tuple[str, str]]:
    cases = loads.mario()
    ours = pass_over(cases)
    own, ceiling = best(ours, only_reading(cases), rounds=20)
    rows = [
        ("Mario, warm: a decision", f"{own / len(cases) * 1e6:.2f} us"),
        ("Mario, warm: times a loop that reads a case", f"{own / ceiling:.0f} (at most 20)"),
    ]
    for name, there, peer in (("ministack", ministack, ministack_pass), ("moto", IAMPolicy, moto_pass)):
        if there is None:
            rows.append((f"Mario, warm: beside {name}", "not installed: bench/requirements.txt"))
            continue
        own, theirs = best(ours, peer(cases))
        rows.append((f"Mario, warm: times as fast as {name}", f"{theirs / own:.0f} (at least 8)"))
    return rows


def _realistic() -> list[tuple[str, str]]:
    cases = loads.realistic()
    (own,) = best(pass_over(cases))
    first = min(first_pass(cases) for _ in range(3))
    (bare,) = best(cold(cases[:50]), rounds=2)
    rows = [
        ("realistic, warm: a decision", f"{own / len(cases) * 1e6:.2f} us"),
        ("realistic, first pass: a decision", f"{first / len(cases) * 1e6:.1f} us"),
        ("realistic, cold: a decision", f"{bare / 50 * 1e6:.0f} us"),
    ]
    if ministack is None:
        return rows
    few = cases[:50]
    theirs, theirs_cold = best(ministack_pass(few), ministack_cold(few), rounds=2)
    scaled = theirs / len(few) * len(cases)
    return [
        *rows,
        ("realistic, warm: times as fast as ministack", f"{scaled / own:.0f} (at least 300)"),
        ("realistic, first pass: times as fast as ministack", f"{scaled / first:.0f} (at least 10)"),
        ("realistic, cold: times as fast as ministack", f"{theirs_cold / bare:.2f} (at least 0.5)"),
    ]


def _growth() -> list[tuple[str, str]]:
    rows = []
    for label, shape in (
        ("bucket-N/*", "bucket-{}/*"),
        ("literal", "bucket-{}/a"),
        ("*-N-logs/*", "*-{}-of-the-logs/*"),
    ):
        small, large = best(
            pass_over(loads.many_statements(10, shape)), pass_over(loads.many_statements(10_000, shape))
        )
        rows.append((f"10 -> 10,000 statements ({label}), warm: times slower", f"{large / small:.1f} (at most 6)"))
    small, large = best(
        pass_over(loads.many_statements(10, service="ec2")), pass_over(loads.many_statements(10_000, service="ec2"))
    )
    rows.append(("10 -> 10,000 statements of another service: times slower", f"{large / small:.2f} (about 1)"))
    return rows


def _hostile() -> list[tuple[str, str]]:
    name = "a" * 1000
    rows = []
    for label, pattern in (
        ("stars", "*a" * 20 + "*b"),
        ("fitting stars", "*a" * 20),
        ("question marks", "*" + "?a" * 20 + "b*"),
        ("both", "*?a" * 20 + "*b"),
    ):
        run, times = repeated(pass_over(loads.hostile(pattern, name)))
        base, base_times = repeated(pass_over(loads.hostile("*b", name)))
        hard, plain = best(run, base)
        rows.append(
            (
                f"twenty {label} on 1,000 characters: times one star",
                f"{hard / times / (plain / base_times):.1f} (at most 3)",
            )
        )
    return rows


def explained(cases: list[dict[str, Any]], look: Callable[..., Any]) -> float:
    """Seconds of one first pass in which something is done with each decision, from the raw principal, action, resource
    and context.
    """
    compiling._kept.clear()
    reader = CaseReader()
    rows = [(c["principal"], c["action"], c["resource"], c["context"], reader.policies(c)) for c in cases]
    gc.collect()  # what the last pass left is none of this one's
    began = time.process_time()
    for principal, action, resource, context, policies in rows:
        request = Request(principal, action, resource, context)
        look(request, policies, evaluate(request, policies))
    return time.process_time() - began


def nothing(request: Request, policies: Policies, decision: Decision) -> None:
    pass


def read(request: Request, policies: Policies, decision: Decision) -> Mapping[str, Any]:
    found = explain(request, policies, decision)
    found["sentence"]  # all of it is written when something is first read
    return found


def _evidence() -> list[tuple[str, str]]:
    rows = []
    for label, cases in (("Mario", loads.mario()), ("realistic", loads.realistic())):
        passes = [[explained(cases, look) for look in (nothing, explain, read)] for _ in range(9)]
        alone, found, written = map(min, zip(*passes, strict=True))
        rows.append((f"evidence, {label}, first pass, read: times deciding", f"{written / alone:.1f} (at most 3)"))
        rows.append(("the same while nobody reads it: times deciding", f"{found / alone:.1f}"))
    (one,) = loads.many_statements(1000)[:1]
    request, policies = CaseReader().read(one)
    decision = evaluate(request, policies)
    once = read(request, policies, decision)
    built, written = best(lambda: read(request, policies, decision), lambda: evidence_text(once), rounds=10)
    return [
        *rows,
        ("evidence of 1,000 statements of the action, read whole", f"{built * 1e3:.1f} ms (under 2)"),
        ("the same as JSON, in all", f"{(built + written) * 1e3:.1f} ms (under 2)"),
    ]


def _many() -> list[tuple[str, str]]:
    """All known actions of a principal; who can, among 10,000 principals in groups that share policies."""
    case = {**loads.realistic(1)[0], "resource": "*"}
    request, policies = CaseReader().read(case)
    universe = known_actions()
    began = time.process_time()
    effective(request, policies, universe)
    first = time.process_time() - began
    (again,) = best(lambda: effective(request, policies, universe))
    people = loads.principals(10_000)
    gc.collect()  # what the loads before left is none of this one's
    asked = Request(loads.MARIO, "s3:GetObject", "arn:aws:s3:::bucket-4/x")
    began = time.process_time()
    directory = Directory(people)
    directory.who_can(asked)
    who_first = time.process_time() - began
    (who_again,) = best(lambda: directory.who_can(asked))
    return [
        (f"all {len(universe.actions)} known actions, first", f"{first * 1e3:.1f} ms (under 20)"),
        ("all known actions, again", f"{again * 1e3:.2f} ms (under 1)"),
        ("who can, of 10,000 principals, first, with their directory", f"{who_first * 1e3:.1f} ms (under 30)"),
        ("who can, again", f"{who_again * 1e3:.2f} ms (under 5)"),
    ]


def _memory() -> list[tuple[str, str]]:
    import tracemalloc

    from iamlab.policy.catalog import managed_policies, managed_policy_document

    documents = [managed_policy_document(arn) for arn in managed_policies()]
    tracemalloc.start()
    kept = [Document(json.loads(text)) for text in documents]
    for document in kept:
        for action in ("s3:GetObject", "ec2:DescribeInstances", "iam:PassRole"):
            document.select(action, "identity")
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return [(f"memory of {len(kept)} compiled AWS managed policies", f"{used / 1e6:.0f} MB (under 100)")]
