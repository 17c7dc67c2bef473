"""The virtual environment in .venv: made once, its requirements installed again when their files change."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"


def say(text: str) -> None:
    print(f"== {text}", flush=True)


def install(*files: str) -> None:
    """Make sure that .venv exists and holds what these requirements files pin."""
    make_venv()
    wanted, digest = set(files), requirements_digest()
    stamp = read_stamp()
    have = set(stamp["files"]) if stamp.get("digest") == digest else set()
    if "requirements-dev.txt" in have or wanted <= have:  # the development file includes the other two
        return
    say(f"Installing {', '.join(files)} into .venv (a minute at most on a usual line; only when they change)")
    began = time.monotonic()
    options = [part for name in files for part in ("-r", str(ROOT / name))]
    if not install_with_uv(options) and not install_with_pip(options):
        raise SystemExit("The installation failed; what went wrong stands above. Is the package index reachable?")
    STAMP.write_text(json.dumps({"digest": digest, "files": sorted(wanted | have), "folder": str(VENV)}))
    say(f"Installed in {time.monotonic() - began:.0f} s")


def make_venv() -> None:
    if usable():
        return
    say(f"Making .venv with Python {sys.version.split()[0]}")
    venv = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    # Debian's python3 cannot do it before python3-venv is there: that failure is expected and kept quiet.
    if quietly(venv) or (apt_install("python3-venv") and quietly(venv)):
        return
    if shutil.which("uv") and quietly(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]):
        return
    subprocess.run(venv, stdin=subprocess.DEVNULL)
    raise SystemExit("No virtual environment could be made. On Debian and Ubuntu: sudo apt-get install python3-venv")


def install_peers() -> bool:
    """Install what the benchmarks compare with, in var/bench; whether it is there."""
    wanted, folder = ROOT / "bench" / "requirements.txt", ROOT / "var" / "bench"
    stamp, python = folder / "installed.txt", folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted.read_text():
        return True
    say("Installing the benchmarks' peers into var/bench (only when they change)")
    options = ["-r", str(wanted)]
    made = quietly([str(PYTHON), "-m", "venv", "--clear", str(folder)])
    if not made or not (install_with_uv(options, python) or install_with_pip(options, python)):
        return False
    stamp.write_text(wanted.read_text())
    return True


def usable() -> bool:
    """Whether .venv has a working Python that is new enough; its scripts name the folder, so it must not have moved."""
    if not PYTHON.exists() or read_stamp().get("folder", str(VENV)) != str(VENV):
        return False
    return quietly([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])


def install_with_uv(options: list[str], python: Path = PYTHON) -> bool:
    uv = shutil.which("uv")
    return uv is not None and loudly([uv, "pip", "install", "--quiet", "--python", str(python), *options])


def install_with_pip(options: list[str], python: Path = PYTHON) -> bool:
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    return loudly([*command, *options])


def requirements_digest() -> str:
    files = sorted(ROOT.glob("requirements*.txt"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def read_stamp() -> dict:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def apt_install(*packages: str) -> bool:
    """Install Debian packages where this may be done without asking: as root. False where it may not or fails."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return False
    say(f"Installing {' '.join(packages)} with apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    return quietly(command, quiet) or (quietly([apt, "update", "-qq"], quiet) and loudly(command, quiet))


def quietly(command: list[str], env: dict | None = None) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=env).returncode == 0


def loudly(command: list[str], env: dict | None = None) -> bool:
    """Output shown only when the command fails."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr, flush=True)
    return done.returncode == 0
