"""What happens to hostile input, as a table: `python -m tests.ui.hostile http://127.0.0.1:8080` (this machine only).

A few requests of each kind, never a flood. A script in the title of a source needs an index of its own: it is a test.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import httpx
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ethics.receipt import normal_id
from tests.ui.reading import asked, text_of, token_in

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
IMAGE = "![x](https://evil.example/p.png?q=secret) passeport <a href=javascript:alert(1)>x</a>"
FORGED = "BCDF-GHJK-LMNP-12"


class Attempt(NamedTuple):
    """One thing tried; `held` when nothing of what was wanted happened."""

    tried: str
    happened: str
    held: bool


def attempts(address: str) -> Iterator[Attempt]:
    """Try each thing once against a service of this machine."""
    assert urlsplit(address).hostname in {"127.0.0.1", "localhost"}, "this machine only"
    with httpx.Client(base_url=address, timeout=60) as client:
        for one in (_shown, _sizes, _bytes, _forms, _frames, _receipts, _paths):
            yield from one(client)
    yield from _connections(address)


def _shown(client: httpx.Client) -> Iterator[Attempt]:
    for name, text in (("script in the question", SCRIPT), ("markdown image, javascript: link", IMAGE)):
        page = asked(client, text)
        tree = HTMLParser(page.text)
        active = tree.css("img, iframe, object, [onerror], a[href^='javascript']")
        scripts = [one for one in tree.css("script") if one.text()]
        held = not active and not scripts and "script-src 'self'" in page.headers["content-security-policy"]
        yield Attempt(name, f"{page.status_code}, shown as text, no tag made, CSP without unsafe-inline", held)


def _sizes(client: httpx.Client) -> Iterator[Attempt]:
    token = token_in(client.get("/").text)
    for path, sent in (("/question", {"data": {"q": "x" * 1_000_000, "token": token}}), ("/api/v1/ask", None)):
        page = client.post(path, **(sent or {"json": {"q": "x" * 1_000_000}}))  # type: ignore[arg-type]
        yield Attempt(f"1 MB question to {path}", f"{page.status_code}: {text(page)}", page.status_code == 413)

    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 1000

    try:
        code = client.post("/api/v1/ask", content=endless(), headers={"content-type": "application/json"}).status_code
        happened, held = str(code), code >= 400
    except httpx.HTTPError as error:
        happened, held = f"connection closed ({type(error).__name__})", True
    yield Attempt("200 kB whose length is not announced", happened, held)
    deep = client.post("/api/v1/ask", content='{"q": ' + "[" * 20_000, headers={"content-type": "application/json"})
    yield Attempt("JSON nested 20,000 deep", f"{deep.status_code}: {text(deep)}", deep.status_code in {400, 422})


def _bytes(client: httpx.Client) -> Iterator[Attempt]:
    page = asked(client, "passe\0port\0 \u202e\ud83d".encode("utf-8", "replace").decode())
    yield Attempt("null bytes, direction marks", str(page.status_code), page.status_code in {200, 400, 422})
    raw = client.post("/api/v1/ask", content=b'{"q": "\xff\xfe\x00"}', headers={"content-type": "application/json"})
    yield Attempt(
        "bytes that are no text, to the API", f"{raw.status_code}: {text(raw)}", raw.status_code in {400, 422}
    )
    forged = asked(client, "et où ?", c="AAAA", pick="a|b|c" * 50, document="../../etc/passwd")
    yield Attempt("forged conversation, branch and document", str(forged.status_code), forged.status_code == 200)


def _forms(client: httpx.Client) -> Iterator[Attempt]:
    client.get("/")
    others = token_in(httpx.get(client.base_url).text)
    for name, token in (("no token", ""), ("the token of another visit", others)):
        for path in ("/question", "/contester", "/utile", "/affichage"):
            page = client.post(path, data={"q": "x", "token": token}, headers={"origin": "https://evil.example"})
            yield Attempt(f"CSRF: {path}, {name}", str(page.status_code), page.status_code == 403)
    cookie = httpx.get(client.base_url).headers["set-cookie"].lower()
    held = "samesite=strict" in cookie and "httponly" in cookie
    yield Attempt("cookie read or sent by another site", "SameSite=Strict, HttpOnly", held)


def _frames(client: httpx.Client) -> Iterator[Attempt]:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    held = "frame-ancestors 'none'" in policy and page.headers["x-frame-options"] == "DENY"
    yield Attempt("clickjacking: page in a frame", "refused by frame-ancestors 'none' and X-Frame-Options", held)
    for host in ("evil.example", "evil.example:80", ""):
        page = client.get("/", headers={"host": host})
        yield Attempt(f"host header « {host} »", f"{page.status_code}: {text(page)}", page.status_code == 400)


def _receipts(client: httpx.Client) -> Iterator[Attempt]:
    digits = (f"{FORGED[:-2]}{n:02d}" for n in range(100))
    number = next(one for one in digits if normal_id(one))
    for name, typed in (("right check digits", number), ("wrong check digits", number[:-1] + "x"), ("script", SCRIPT)):
        page = client.get(f"/recu/{quote(typed, safe='')}")
        held = page.status_code == 404 and "onerror" not in str(HTMLParser(page.text).css_first("[onerror]"))
        yield Attempt(f"forged receipt, {name}", f"{page.status_code}: {said(page, '[role=alert]')}", held)
    page = client.get("/dossier/PAR-2026-000001-00")
    yield Attempt("case number guessed", f"{page.status_code}: {said(page, '[role=alert]')}", page.status_code == 404)


def _paths(client: httpx.Client) -> Iterator[Attempt]:
    for path in ("/static/..%2f..%2fpyproject.toml", "/passage/..%2f..%2fetc%2fpasswd", "/docs", "/openapi.json"):
        page = client.get(path)
        yield Attempt(f"path {path}", str(page.status_code), page.status_code == 404)
    page = client.request("TRACE", "/")
    yield Attempt("TRACE", str(page.status_code), page.status_code == 405)


def _connections(address: str) -> Iterator[Attempt]:
    port = urlsplit(address).port or 80
    for name, sent in (
        ("connection that sends nothing", b""),
        ("half a head", b"POST /question HTTP/1.1\r\nhost: 127"),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as slow:
            slow.sendall(sent)
            begun = time.monotonic()
            while slow.recv(65536):
                pass
            spent = time.monotonic() - begun
        code = httpx.get(f"{address}/api/v1/health").status_code
        yield Attempt(name, f"closed after {spent:.0f} s, others served meanwhile ({code})", code == 200)


def text(page: httpx.Response) -> str:
    """The sentence that an answer tells."""
    return str(page.json()["detail"]) if "json" in page.headers["content-type"] else text_of(f"<p>{page.text}")[:80]


def said(page: httpx.Response, selector: str) -> str:
    """The words of one part of a page."""
    found = HTMLParser(page.text).css_first(selector)
    return " ".join(found.text().split()) if found else ""


def main(address: str, write: Callable[[str], object] = sys.stdout.write) -> int:
    """Print the table; 1 when anything did not hold."""
    failed = 0
    write("| tried | what happens | held |\n|---|---|---|\n")
    for one in attempts(address):
        failed += not one.held
        write(f"| {one.tried} | {one.happened.replace('|', '/')} | {'yes' if one.held else '**no**'} |\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
