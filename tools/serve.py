"""Prepares the database, says where iamlab is, and becomes the server; `make run` inside the virtual environment."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.environment import say  # noqa: E402
from tools.network import network_addresses  # noqa: E402


def prepare() -> None:
    """Migrations, and the demo class, which its command makes on the first run only and tells the sign-ins of."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamlab.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command, get_commands
    from django.db import connections

    django.setup()
    say("Migrating the database")
    call_command("migrate", verbosity=0, interactive=False)
    if settings.DEMO and "demo" in get_commands():
        call_command("demo")
    # Who closes SQLite's database last brings home what lies in its log: the file alone then has all up to here.
    connections.close_all()


def announce(host: str, port: str) -> None:
    """The addresses of this server."""
    on_every_network = host in ("0.0.0.0", "::")
    print(f"\n  iamlab is on       http://{'127.0.0.1' if on_every_network else bracketed(host)}:{port}/")
    if on_every_network:
        for address in network_addresses() or ["(this machine has no network address)"]:
            print(f"  give your class    http://{address}:{port}/")
    print("  Ctrl-C stops it.\n", flush=True)


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def become_server(host: str, port: str, args: list[str]) -> None:
    os.chdir(ROOT)
    command = gunicorn(f"{bracketed(host)}:{port}", *args)
    os.execv(command[0], command)


def gunicorn(bind: str, *more: str, application: str = "iamlab.wsgi") -> list[str]:
    """The server's command line."""
    (ROOT / "staticfiles").mkdir(exist_ok=True)  # empty here: static files are served from where they lie
    options = ["--workers=2", "--threads=4", "--worker-class=iamlab.serving.Worker"]
    # A process busy with one call for longer is replaced; a call may wait for SQLite's turn to write twice 20 seconds.
    options += ["--timeout=90", "--log-level=warning", "--no-control-socket"]
    # Presigned URLs with a session token are longer than gunicorn's usual 4094 bytes.
    options.append("--limit-request-line=8190")
    # Above the wire's own limit: what is too long is refused in AWS's words, not on a page of gunicorn's.
    options.append("--limit-request-field_size=32768")
    # Names of S3 metadata may have underscores, and gunicorn drops such headers unless told. A proxy in front must not
    # pass X_Forwarded_Proto on, which would be taken for X-Forwarded-Proto; nginx does not.
    options.append("--header-map=dangerous")
    return [sys.executable, "-m", "gunicorn", *options, "--bind", bind, *more, application]


if __name__ == "__main__":
    host, port, *args = sys.argv[1:]
    prepare()
    announce(host, port)
    become_server(host, port, args)
