"""A port that cannot be had is a sentence with the way out."""

import socket

import pytest

from alliance.embedded.errors import CannotStart
from alliance.embedded.live import free_port
from alliance.embedded.ports import Ports, is_free


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def test_free_ports_pass():
    Ports(free_port()).check()


def test_a_busy_web_port_names_itself_and_the_way_out():
    port = free_port()
    with _listen(port), pytest.raises(CannotStart, match=rf"Port {port} \(for the web\) is in use.*--port"):
        Ports(port).check()


def test_a_busy_custodian_port_says_whose_it_is():
    port = free_port()
    with _listen(port + 102), pytest.raises(CannotStart, match=rf"Port {port + 102} \(for custodian 2\) is in use"):
        Ports(port).check()


def test_the_ephemeral_range_is_refused():
    with pytest.raises(CannotStart, match="cannot be used"):
        Ports(32_700).check()


def test_free_port_keeps_below_the_ephemeral_range():
    ports = Ports(free_port())
    assert max(ports.all) < 32_768
    assert all(map(is_free, ports.all))
