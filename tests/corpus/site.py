"""A small real HTTP server on 127.0.0.1, whose pages a test writes as functions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from corpus.source import Source

Page = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A running server: `pages` maps a path (with its query) to what answers it, `asked` lists the requests."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def add(self, path: str, body: bytes | str, **headers: str) -> str:
        """Serve `body` at `path`; header names are written with underscores."""
        self.pages[path] = answer(200, body, **headers)
        return self.root + path

    def source(self, kind: str = "site", **keys: Any) -> Source:
        """Make a source that may read this server, without delay between requests."""
        values: dict[str, Any] = {"delay_s": 0.0, "hosts": ("127.0.0.1",), "publisher": "Ville", "licence": "LO 2.0"}
        return Source(name="essai", kind=kind, **{**values, **keys})


def answer(status: int, body: bytes | str = b"", **headers: str) -> Page:
    """A page that always answers the same."""
    content = body.encode() if isinstance(body, str) else body

    def serve(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return serve


def in_turn(*pages: Page) -> Page:
    """A page whose successive requests get successive answers, the last one for ever."""
    waiting = list(pages)

    def serve(request: BaseHTTPRequestHandler) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(request)

    return serve


@contextmanager
def running() -> Iterator[Site]:
    """Run a site in a thread; an unknown path answers 404."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            try:
                site.pages.get(self.path, answer(404))(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
