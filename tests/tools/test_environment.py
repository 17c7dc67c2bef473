"""When .venv is made and filled again."""

import json
import sys
from pathlib import Path

import pytest

from tools import environment


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with requirements and a .venv, and the list of what was installed into it."""
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-postgres.txt"):
        (tmp_path / name).write_text("django==5.2.19\n")
    (tmp_path / ".venv").mkdir()
    installed = []
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "installed.json")
    monkeypatch.setattr(environment, "make_venv", lambda: None)
    monkeypatch.setattr(environment, "install_with_uv", lambda options: False)
    monkeypatch.setattr(environment, "install_with_pip", lambda options: installed.append(options[1::2]) or True)
    return tmp_path, installed


def test_nothing_is_installed_a_second_time(checkout):
    _, installed = checkout
    environment.install("requirements.txt")
    environment.install("requirements.txt")
    assert len(installed) == 1


def test_a_changed_requirements_file_installs_again(checkout):
    folder, installed = checkout
    environment.install("requirements.txt")
    (folder / "requirements.txt").write_text("django==5.2.20\n")
    environment.install("requirements.txt")
    assert len(installed) == 2


def test_the_development_requirements_hold_the_others(checkout):
    folder, installed = checkout
    environment.install("requirements-dev.txt")
    environment.install("requirements.txt", "requirements-postgres.txt")
    assert installed == [[str(folder / "requirements-dev.txt")]]


def test_postgresql_is_added_to_what_is_there(checkout):
    _, installed = checkout
    environment.install("requirements.txt")
    environment.install("requirements.txt", "requirements-postgres.txt")
    environment.install("requirements.txt", "requirements-postgres.txt")
    assert len(installed) == 2


def test_a_failed_installation_is_tried_again(checkout, monkeypatch):
    _, installed = checkout
    working = environment.install_with_pip
    monkeypatch.setattr(environment, "install_with_pip", lambda options: False)
    with pytest.raises(SystemExit, match="installation failed"):
        environment.install("requirements.txt")
    monkeypatch.setattr(environment, "install_with_pip", working)
    environment.install("requirements.txt")
    assert len(installed) == 1


def test_a_folder_that_was_moved_gets_a_new_environment(tmp_path, monkeypatch):
    """Its scripts name the old folder."""
    stamp = tmp_path / "installed.json"
    monkeypatch.setattr(environment, "STAMP", stamp)
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    stamp.write_text(json.dumps({"folder": str(environment.VENV)}))
    assert environment.usable()
    stamp.write_text(json.dumps({"folder": "/elsewhere/.venv"}))
    assert not environment.usable()


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """A machine whose Python makes environments only once python3-venv is installed; what was installed."""
    installed = []
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "none")
    monkeypatch.setattr(environment, "quietly", lambda command, env=None: "python3-venv" in installed)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    monkeypatch.setattr(environment.subprocess, "run", lambda *args, **more: None)
    monkeypatch.setattr(environment, "apt_install", lambda *packages: installed.extend(packages) or True)
    return installed


def test_as_root_a_missing_python3_venv_is_installed(debian):
    environment.make_venv()
    assert debian == ["python3-venv"]


def test_where_that_may_not_be_done_it_is_said(debian, monkeypatch):
    monkeypatch.setattr(environment, "apt_install", lambda *packages: False)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        environment.make_venv()
