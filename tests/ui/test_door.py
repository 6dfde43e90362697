"""Who connects and says nothing, or half a request, is shown out; who asks meanwhile is served."""

from __future__ import annotations

import socket

import httpx
import pytest

from bot.assembly import Assembly
from tests.ui.conftest import serving
from ui import door


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "SECONDS", 0.3)


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", b"POST /question HTTP/1.1\r\nhost: x\r\n", b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / H"]
)
def test_a_connection_that_says_nothing_or_half_a_request_is_closed(bot: Assembly, said: bytes) -> None:
    with serving(bot) as address, socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as slow:
        slow.settimeout(10)
        slow.sendall(said)
        assert httpx.get(f"{address}/api/v1/health").status_code == 200
        while slow.recv(65536):
            pass


def test_a_body_that_never_comes_ends_the_request(bot: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.security.LONGEST_BODY_SECONDS", 0.3)
    with serving(bot) as address, socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as slow:
        slow.settimeout(10)
        head = "POST /api/v1/ask HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
        slow.sendall(head.encode())
        assert httpx.get(f"{address}/api/v1/health").status_code == 200
        while slow.recv(65536):
            pass
