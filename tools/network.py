"""Where the server listens, and by which names others on the network reach it."""

from __future__ import annotations

import contextlib
import socket


def require_free(host: str, port: str) -> None:
    """Stop with a clear message where another program has the port, or it is none."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SystemExit(f"PORT must be a number from 1 to 65535, not {port!r}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, int(port)))
        except OSError as error:
            reason = f"Cannot listen on {host}:{port} ({error.strerror})."
            raise SystemExit(f"{reason} Another port: PORT=8001 make run") from None


def allowed_hosts(host: str) -> list[str]:
    """The Host headers to accept: this machine's own names, and where it listens for others, theirs for it."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in ("0.0.0.0", "::"):
        name = socket.gethostname()
        names += [*network_addresses(), name, f"{name.split('.')[0]}.local"]
    elif host not in names:
        names.append(f"[{host}]" if ":" in host else host)
    return list(dict.fromkeys(names))


def network_addresses() -> list[str]:
    """This machine's IPv4 addresses on its networks, the one of the default route first."""
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # OSError: no network
        probe.connect(("192.0.2.1", 9))  # a documentation address: connecting a datagram socket sends nothing
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):  # a host name that its own machine cannot resolve
        found += [info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [address for address in dict.fromkeys(found) if not address.startswith("127.")]
