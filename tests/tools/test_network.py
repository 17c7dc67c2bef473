"""Where the server listens and by which names it answers."""

import socket

import pytest

from tools import network


def test_a_taken_port_is_refused_with_another_to_try():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(SystemExit, match="PORT=8001 make run"):
            network.require_free("127.0.0.1", str(other.getsockname()[1]))


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1"])
def test_a_port_must_be_a_port(port):
    with pytest.raises(SystemExit, match="PORT must be a number"):
        network.require_free("127.0.0.1", port)


def test_on_this_machine_only_its_own_names_are_accepted():
    assert network.allowed_hosts("127.0.0.1") == ["localhost", "127.0.0.1", "[::1]"]


def test_for_a_class_the_addresses_on_the_network_are_accepted_and_no_wildcard(monkeypatch):
    monkeypatch.setattr(network, "network_addresses", lambda: ["192.168.7.5"])
    monkeypatch.setattr(socket, "gethostname", lambda: "lectern.example.org")
    hosts = network.allowed_hosts("0.0.0.0")
    assert hosts[3:] == ["192.168.7.5", "lectern.example.org", "lectern.local"]


def test_one_named_address_is_accepted():
    assert network.allowed_hosts("192.168.7.5")[-1] == "192.168.7.5"
    assert network.allowed_hosts("fd00::5")[-1] == "[fd00::5]"
