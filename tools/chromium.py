"""Finds the Chromium that browser tests and pictures drive, or installs one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tools.environment import PYTHON, apt_install, loudly, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """CHROMIUM, the usual names on the PATH, macOS's Chrome, or the one that Playwright keeps."""
    given = os.environ.get("CHROMIUM")
    if given:
        if not shutil.which(given):
            raise SystemExit(f"CHROMIUM names {given}, which is not a program here.")
        return given
    on_path = next((path for path in map(shutil.which, NAMES) if path), None)
    return on_path or (str(MAC) if MAC.exists() else None) or playwrights()


def install() -> str | None:
    """By apt-get as root (about 11 s), else Playwright's own download."""
    if apt_install("chromium"):
        return find()
    say("Installing Chromium with playwright")
    return playwrights() if loudly([str(PYTHON), "-m", "playwright", "install", "chromium"]) else None


def playwrights() -> str | None:
    """The path of Playwright's own Chromium, where it has been downloaded."""
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as x: print(x.chromium.executable_path)"
    done = subprocess.run([str(PYTHON), "-c", ask], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    path = done.stdout.strip()
    return path if done.returncode == 0 and Path(path).exists() else None
