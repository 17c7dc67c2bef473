"""Runs the benchmarks: `python -m bench` all of them, `python -m bench wire` those named."""

import importlib
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE.parent / "var" / "bench" / "bin" / "python"
IMPORTS_PEERS = ("evaluator",)  # others run them as servers


def names() -> list[str]:
    """Every module of this folder that is not the frame is a benchmark: it has run() -> [(label, figure), ...]."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def show(name: str) -> None:
    """Run one benchmark in this process and print its rows."""
    began = time.monotonic()
    rows = importlib.import_module(f"bench.{name}").run()
    width = max(len(label) for label, _ in rows)
    print(f"\n{name}  ({time.monotonic() - began:.0f} s)")
    for label, figure in rows:
        print(f"  {label.ljust(width)}  {figure}")


def python_of(name: str) -> str:
    return str(PEERS) if name in IMPORTS_PEERS and PEERS.exists() else sys.executable


def main(wanted: list[str]) -> int:
    """Each benchmark in a process of its own, so that none warms or fills another's."""
    unknown = set(wanted) - set(names())
    if unknown:
        raise SystemExit(f"No benchmark {', '.join(sorted(unknown))}. There are: {', '.join(names())}.")
    commands = [[python_of(name), "-m", "bench", "--only", name] for name in wanted or names()]
    return max(subprocess.run(command).returncode for command in commands)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--only"]:
        show(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
