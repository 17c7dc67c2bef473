"""The virtual machine of a sandbox's terminal, kept encrypted between two requests."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

from iamlab.labs.commandline import State
from iamlab.labs.commandline.state import Dialogue
from iamlab.labs.models import Attempt, Terminal
from iamlab.labs.shell import Entry, Machine
from iamlab.services.iam.secrets import decrypt, encrypt

FIRST_FILES = {"bill.txt": b"Pizza Margherita  8.50\nTiramisu          5.00\nTotal            13.50\n"}


def load(sandbox: Any) -> Machine:
    """The machine as it was left; a new one with a bill on its disk, and what the lab brings."""
    row = Terminal.objects.filter(sandbox=sandbox).first()
    if row is None:
        return Machine(State(files={**FIRST_FILES, **lab_files(sandbox)}))
    kept = json.loads(decrypt(bytes(row.sealed)))
    dialogue = kept.pop("dialogue")
    state = State(
        profiles=kept.pop("profiles"),
        files={name: b64decode(text) for name, text in kept.pop("files").items()},
        dialogue=dialogue and Dialogue(dialogue["profile"], tuple(dialogue["answers"])),
    )
    entries = tuple(Entry(**entry) for entry in kept.pop("entries"))
    return Machine(state, entries, tuple(kept["history"]), kept["question"], kept["count"])


def lab_files(sandbox: Any) -> dict[str, bytes]:
    """What the sandbox's lab puts on its disk."""
    attempt = Attempt.objects.filter(sandbox=sandbox).select_related("lab_version").first()
    found = (attempt.lab_version.data.get("files") or {}) if attempt is not None else {}
    return {name: text.encode() for name, text in found.items()}


def save(sandbox: Any, machine: Machine) -> None:
    state = machine.state
    kept = {
        "profiles": state.profiles,
        "files": {name: b64encode(content).decode() for name, content in state.files.items()},
        "dialogue": asdict(state.dialogue) if state.dialogue else None,
        "entries": [asdict(entry) for entry in machine.entries],
        "history": machine.history,
        "question": machine.question,
        "count": machine.count,
    }
    Terminal.objects.update_or_create(sandbox=sandbox, defaults={"sealed": encrypt(json.dumps(kept))})
