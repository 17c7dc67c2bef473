"""What stays between the lines of a virtual machine, and what one line prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dialogue:
    """`aws configure` waiting for the next answer."""

    profile: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """Profiles (name -> settings, as `~/.aws` holds them), files (name -> bytes), and the question that is open.

    `endpoint` is where the wire listens, for addresses that are handed out; empty where there is none.
    """

    profiles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    dialogue: Dialogue | None = None
    endpoint: str = ""


@dataclass(frozen=True)
class Output:
    """What a line printed and left behind."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    state: State = field(default_factory=State)
