"""The HTTP shell: a server of this machine that speaks Mistral's chat and embeddings protocol. It logs no content."""

from __future__ import annotations

import hashlib
import json
import select
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from corpus.sentences import split_sentences
from eval.mistral_server import wire
from eval.mistral_server.asked import Asked, Behaviour, Reply, reply_of
from eval.mistral_server.faults import FAULTS, Said, tell
from eval.mistral_server.judge import JUDGE, judged
from eval.mistral_server.prompt import read_prompt, text_of
from eval.plant import Cited, PlainDraft

VERBATIM = "test-verbatim"
"""The model that replies the first sentence of each passage, word for word: it has something to say to any question."""

_FAULT = "test-fault-"
_LONGEST_BODY = 8_000_000
_LOOPBACK = "127.0.0.1"


class MistralServer(ThreadingHTTPServer):
    """Serves on this machine alone.

    Args:
        behaviours: how each model replies, by its name on the wire.
        port: 0 for any free one.
        pace: seconds before each chunk of an answer.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, behaviours: Mapping[str, Behaviour], port: int = 0, pace: float = 0.0) -> None:
        super().__init__((_LOOPBACK, port), _Handler)
        self.behaviours = {VERBATIM: verbatim, JUDGE: verbatim, **behaviours}
        self.pace = pace
        self.requests = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Root of the server, as CITE_MODEL_URL takes it."""
        return f"http://{_LOOPBACK}:{self.server_address[1]}"

    def count(self) -> None:
        """Count one request for an answer."""
        with self._lock:
            self.requests += 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: callers that hang up are what this server is for."""


@contextmanager
def serving(behaviours: Mapping[str, Behaviour], pace: float = 0.0) -> Iterator[MistralServer]:
    """Serve from a thread of this process, on any free port, until the end of the block."""
    server = MistralServer(behaviours, pace=pace)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def verbatim(asked: Asked) -> Reply:
    """Reply the first sentence of each passage, cited from it."""
    firsts = ((given, sentence) for given in asked.passages for sentence in split_sentences(given.text)[:1])
    return reply_of([PlainDraft(sentence, (Cited(given.number, sentence),)) for given, sentence in firsts])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: MistralServer

    def do_GET(self) -> None:
        listed = [{"id": name, "object": "model"} for name in sorted(self.server.behaviours)]
        self.answer(200, json.dumps({"object": "list", "data": listed}).encode())

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _LONGEST_BODY:
            self.close_connection = True
            self.answer(413, b"{}")
            return
        try:
            body = json.loads(self.rfile.read(int(length)))
            model = str(body["model"])
            if self.path.partition("#")[0] == "/v1/embeddings":
                inputs = body["input"]
                made = wire.embeddings(model, [inputs] if isinstance(inputs, str) else list(map(str, inputs)))
                self.answer(200, json.dumps(made).encode())
            elif self.path.partition("#")[0] == "/v1/chat/completions":
                self.server.count()
                self._chat(model, body)
            else:
                self.answer(404, b"{}")
        except (ValueError, KeyError, TypeError, AttributeError):
            self.answer(422, b'{"detail": []}')

    def _chat(self, model: str, body: Mapping[str, Any]) -> None:
        fault = FAULTS.get(model.removeprefix(_FAULT)) if model.startswith(_FAULT) else None
        # A fault of the wire spoils a reply that has something to say.
        behaviour = self.server.behaviours.get(model) if fault is None else verbatim
        if behaviour is None:
            self.answer(404, b'{"object": "error", "message": "unknown model", "code": "1500"}')
            return
        messages = body["messages"]
        prompt = "\n".join(text_of(message) for message in messages)
        schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema") or {}
        other = schema and "answerable" not in schema.get("properties", {})
        if other:
            reply = judged(schema, prompt) if model == JUDGE else wire.filled(schema)
        else:
            reply = behaviour(read_prompt(messages))
        text = json.dumps(reply, ensure_ascii=False)
        digest = hashlib.sha256(prompt.encode()).hexdigest()
        said = Said(model, text, bool(body.get("stream")), wire.usage(prompt, text), digest)
        if fault is None:
            tell(self, said, pace=self.server.pace)
        else:
            fault(self, said)

    def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def start(self) -> None:
        """Start a stream of events."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send(self, frame: bytes) -> None:
        """Send one frame of the stream."""
        self.wfile.write(b"%X\r\n%b\r\n" % (len(frame), frame))
        self.wfile.flush()

    def end(self) -> None:
        """End the stream as it should be."""
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def reset(self) -> None:
        """Break the connection: the other side reads an error, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The files of the handler hold the connection too: only its end as a whole sends the reset.
        self.rfile.close()
        with suppress(OSError):
            self.wfile.close()
        self.connection.close()

    def wait(self, seconds: float) -> bool:
        """Wait; tell whether the other side is still there."""
        try:
            readable, _, _ = select.select([self.connection], [], [], seconds)
            return not readable or self.connection.recv(1, socket.MSG_PEEK) != b""
        except OSError:
            return False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Log nothing: an address of a request could hold words of a question."""
