from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.errors import (
    ModelError,
    ModelMalformedError,
    ModelRefusedError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from bot.model import Message, Used, open_generation, read_json, used_by
from bot.model.breaker import Breaker, Patience
from bot.model.failover import Failover, Insistence
from bot.model.reading import Line, Piece, Reading
from bot.model.server import Address, Server
from corpus.settings import Settings
from eval.mistral_server.server import MistralServer, serving
from tests.house.tree import ROOT

SECRET = "cle-tres-secrete"
SCHEMA = {
    "type": "object",
    "properties": {"answerable": {"type": "boolean"}, "sentences": {"type": "array"}},
    "required": ["answerable", "sentences"],
    "additionalProperties": False,
}
PROMPT = (
    Message("system", "Réponds en JSON."),
    Message(
        "user",
        '<question>Combien coûte l’acte ?</question><passage n="1" document="F1" title="Acte" path="">'
        "La copie est gratuite pour les proches. Elle arrive en cinq jours.</passage>",
    ),
)
LATER = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[MistralServer]:
    with serving({}) as made:
        yield made


def model(*addresses: Address, insistence: Insistence | None = None, patience: Patience | None = None) -> Failover:
    return Failover([Server(address) for address in addresses], patience, insistence)


def at(server: MistralServer, name: str) -> Address:
    return Address(server.url, name, SECRET)


def nowhere() -> Address:
    """An address of this machine that nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Address(f"http://127.0.0.1:{free.getsockname()[1]}", "test-verbatim")


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def drafted(asked: Failover, seconds: float = 5.0) -> Mapping[str, Any]:
    return read_json(asked.draft(PROMPT, SCHEMA, within(seconds)))


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "cite-model"]


def none_reads_any_more(seconds: float = 3.0) -> bool:
    until = within(seconds)
    while readers() and time.monotonic() < until:
        time.sleep(0.01)
    return not readers()


def test_a_draft_comes_in_pieces_and_tells_what_it_took(server: MistralServer) -> None:
    stream = model(at(server, "test-verbatim")).draft(PROMPT, SCHEMA, within(5))
    pieces = list(stream)
    used = used_by(stream)

    assert len(pieces) > 2
    assert json.loads("".join(pieces))["sentences"][0]["text"] == "La copie est gratuite pour les proches."
    assert isinstance(used, Used)
    assert (used.model, used.counted) == ("test-verbatim", True)
    assert used.tokens > 0
    assert 0 < used.seconds < 5


def test_one_whole_object_can_be_asked_for(server: MistralServer) -> None:
    asked = model(at(server, "test-verbatim"))

    assert asked.complete_json(PROMPT, SCHEMA, within(5))["answerable"] is True
    assert asked.name == "test-verbatim"


def test_a_content_in_chunks_is_read_without_its_references(server: MistralServer) -> None:
    assert drafted(model(at(server, "test-fault-chunks"))) == drafted(model(at(server, "test-verbatim")))


def test_a_refusal_to_answer_is_an_answer(server: MistralServer) -> None:
    assert drafted(model(at(server, "test-fault-refusal"))) == {"answerable": False, "sentences": []}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("400", ModelRefusedError),
        ("401", ModelRefusedError),
        ("429_retry_600", ModelUnavailableError),
        ("500", ModelUnavailableError),
        ("html_502", ModelUnavailableError),
        ("reset", ModelUnavailableError),
        ("cut_stream", ModelUnavailableError),
        ("end_early", ModelUnavailableError),
        ("redirect", ModelRefusedError),
        ("error_event", ModelMalformedError),
        ("bad_frame", ModelMalformedError),
        ("bad_envelope", ModelMalformedError),
        ("malformed_json", ModelMalformedError),
        ("truncated", ModelMalformedError),
        ("empty_content", ModelMalformedError),
        ("babble", ModelMalformedError),
        ("stall", ModelTimeoutError),
        ("stall_midway", ModelTimeoutError),
        ("slow_drip", ModelTimeoutError),
    ],
)
def test_every_fault_is_one_of_ours_and_ends_in_time(server: MistralServer, fault: str, kind: type[ModelError]) -> None:
    started = time.monotonic()
    with pytest.raises(ModelError) as raised:
        drafted(model(at(server, f"test-fault-{fault}")), 1.0)

    assert type(raised.value) is kind
    assert time.monotonic() - started < 10  # the three last ones never end by themselves
    assert none_reads_any_more()


def test_what_is_in_the_wrong_shape_inside_is_left_to_who_reads_it(server: MistralServer) -> None:
    assert drafted(model(at(server, "test-fault-wrong_shape"))) == {"reponse": "oui"}


@pytest.mark.parametrize("fault", ["429_once", "503_once"])
def test_a_failure_that_passes_is_asked_again(server: MistralServer, fault: str) -> None:
    assert drafted(model(at(server, f"test-fault-{fault}")))["answerable"] is True


def test_a_wait_is_obeyed_up_to_a_limit_and_never_past_the_deadline(server: MistralServer) -> None:
    patient = model(at(server, "test-fault-429_retry_1"), insistence=Insistence(attempts=2, longest_wait_s=2.0))
    seen = server.requests
    started = time.monotonic()
    with pytest.raises(ModelUnavailableError):
        drafted(patient, 10)
    waited, asked = time.monotonic() - started, server.requests - seen

    assert 1.0 <= waited < 8.0
    assert asked == 2

    for name, seconds in (("429_retry_1", 1.2), ("429_retry_600", 10.0)):
        seen, started = server.requests, time.monotonic()
        with pytest.raises(ModelUnavailableError):
            drafted(model(at(server, f"test-fault-{name}")), seconds)
        assert time.monotonic() - started < 8
        assert server.requests - seen == 1


@pytest.mark.parametrize("fault", ["429_retry_600", "500", "401", "bad_envelope", "stall", "empty_content", "reset"])
def test_a_server_that_fails_before_its_first_word_hands_over_to_the_next(server: MistralServer, fault: str) -> None:
    stream = model(at(server, f"test-fault-{fault}"), at(server, "test-verbatim")).draft(PROMPT, SCHEMA, within(2))

    assert read_json(stream)["answerable"] is True
    assert used_by(stream)
    assert used_by(stream).model == "test-verbatim"  # type: ignore[union-attr]


def test_a_server_that_nobody_runs_hands_over_to_the_next(server: MistralServer) -> None:
    assert drafted(model(nowhere(), at(server, "test-verbatim")))["answerable"] is True


def test_an_answer_cut_midway_is_lost_and_what_came_is_counted(server: MistralServer) -> None:
    stream = model(at(server, "test-fault-cut_stream"), at(server, "test-verbatim")).draft(PROMPT, SCHEMA, within(2))
    came: list[str] = []
    with pytest.raises(ModelUnavailableError):
        came.extend(stream)
    used = used_by(stream)

    assert used
    assert not used.counted
    assert used.tokens >= 1


def test_a_draft_given_up_leaves_nothing_behind(server: MistralServer) -> None:
    asked = model(at(server, "test-fault-stall_midway"))
    forgotten, closed = (asked.draft(PROMPT, SCHEMA, within(LATER)) for _ in range(2))

    assert next(forgotten)
    assert next(closed)
    del forgotten
    closed.close()
    assert none_reads_any_more()
    assert asked.states[0][1] == "closed"


def test_without_time_left_nobody_is_asked(server: MistralServer) -> None:
    seen = server.requests
    with pytest.raises(ModelTimeoutError):
        drafted(model(at(server, "test-verbatim")), 0.01)

    assert server.requests == seen


def test_a_server_that_keeps_failing_is_left_alone(server: MistralServer) -> None:
    asked = model(at(server, "test-fault-500"), insistence=Insistence(attempts=1), patience=Patience(failures=3))
    seen = server.requests
    for _ in range(10):
        with pytest.raises(ModelUnavailableError):
            drafted(asked)

    assert server.requests - seen == 3
    assert asked.states == ((asked._posts[0].server.address.host, "open"),)


def test_a_server_that_asks_for_a_long_wait_is_left_alone_at_once(server: MistralServer) -> None:
    asked = model(at(server, "test-fault-429_retry_600"))
    seen = server.requests
    for _ in range(5):
        with pytest.raises(ModelUnavailableError):
            drafted(asked)

    assert server.requests - seen == 1


def test_requests_that_are_refused_for_themselves_do_not_shut_the_server_off(server: MistralServer) -> None:
    asked = model(at(server, "test-fault-400"), patience=Patience(failures=2))
    for _ in range(5):
        with pytest.raises(ModelRefusedError):
            drafted(asked)

    assert asked.states[0][1] == "closed"


def test_a_hundred_turns_at_once_are_all_answered(server: MistralServer) -> None:
    asked = model(at(server, "test-verbatim"))
    answered = []

    def one() -> None:
        answered.append(drafted(asked, 20)["answerable"])

    threads = [threading.Thread(target=one) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answered == [True] * 100
    assert none_reads_any_more()


def test_the_server_is_asked_for_json_without_chance_and_with_its_own_key_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "cle-d-un-autre")
    with recording() as (url, requests):
        for key in (SECRET, None):
            with pytest.raises(ModelError):
                drafted(model(Address(url, "m", key)))
    asked = json.loads(requests[0].partition("\r\n\r\n")[2])

    assert (asked["temperature"], asked["stream"], asked["model"]) == (0, True, "m")
    assert isinstance(asked["random_seed"], int)
    assert 0 < asked["max_tokens"] <= 4000
    assert asked["response_format"]["json_schema"] == {"name": "reply", "schema": SCHEMA, "strict": True}
    assert f"Bearer {SECRET}".lower() in requests[0].lower()
    assert all("authorization" not in request.lower() for request in requests[1:])
    assert all("cle-d-un-autre" not in request for request in requests)


def test_no_error_and_no_log_holds_the_key_or_a_word_of_the_question(
    server: MistralServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISTRAL_DEBUG", "1")
    caplog.set_level(logging.DEBUG)
    said = [repr(at(server, "test-verbatim"))]
    for fault in ("400", "500", "error_event", "bad_frame", "reset", "truncated"):
        try:
            drafted(model(at(server, f"test-fault-{fault}")), 2)
        except ModelError as error:
            said.append(f"{error!r} {error}")
    said += [record.getMessage() for record in caplog.records]

    assert len(said) > 6
    assert [line for line in said if SECRET in line or "gratuite" in line or "Combien" in line] == []


def test_checking_a_server_generates_nothing(server: MistralServer) -> None:
    seen = server.requests
    here, away = model(at(server, "test-verbatim"), nowhere()).check(2)

    assert here == (server.url.removeprefix("http://"), None)
    assert isinstance(away[1], ModelUnavailableError)
    assert server.requests == seen


# The circuit breaker, by its own clock.


@dataclass
class Hands:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def attempt(breaker: Breaker, error: BaseException | None = None) -> str:
    try:
        with breaker.watching():
            if error:
                raise error
    except ModelUnavailableError as refused:
        return "failed" if refused is error else "refused"
    except (ModelError, GeneratorExit):
        return "failed"
    return "passed"


def opened_breaker(clock: Hands) -> Breaker:
    breaker = Breaker(Patience(failures=2, rest_s=10, longest_rest_s=60), clock)
    assert [attempt(breaker, ModelUnavailableError("x")) for _ in range(2)] == ["failed", "failed"]
    return breaker


def states(breaker: Breaker, clock: Hands, *instants: float) -> list[str]:
    seen = []
    for clock.now in instants:
        seen.append(breaker.state)
    return [str(state) for state in seen]


def test_after_its_rest_one_call_tries_and_a_success_lets_all_pass() -> None:
    clock = Hands()
    breaker = opened_breaker(clock)

    assert attempt(breaker) == "refused"
    assert states(breaker, clock, 0, 10.5) == ["open", "half-open"]
    with breaker.watching():
        assert attempt(breaker) == "refused"
    assert (breaker.state, attempt(breaker)) == ("closed", "passed")


def test_a_trial_that_fails_starts_another_rest() -> None:
    clock = Hands()
    breaker = opened_breaker(clock)
    clock.now = 10.5

    assert attempt(breaker, ModelTimeoutError("x")) == "failed"
    assert states(breaker, clock, 20.4, 20.6) == ["open", "half-open"]


def test_a_trial_given_up_leaves_its_place_to_another() -> None:
    clock = Hands()
    breaker = opened_breaker(clock)
    clock.now = 10.5

    assert attempt(breaker, GeneratorExit()) == "failed"
    assert attempt(breaker) == "passed"


def test_a_trial_that_never_reports_does_not_shut_the_door_for_ever() -> None:
    clock = Hands()
    breaker = opened_breaker(clock)
    clock.now = 10.5
    lost = breaker.watching()
    lost.__enter__()

    assert attempt(breaker) == "refused"
    clock.now = 71
    assert attempt(breaker) == "passed"


def test_a_server_that_asks_for_a_rest_gets_it_up_to_a_limit() -> None:
    clock = Hands()
    breaker = Breaker(Patience(failures=5, rest_s=10, longest_rest_s=60), clock)

    assert attempt(breaker, ModelUnavailableError("x", retry_after=600)) == "failed"
    assert states(breaker, clock, 59, 61) == ["open", "half-open"]


def test_successes_in_between_are_no_row_of_failures() -> None:
    breaker = Breaker(Patience(failures=2), Hands())
    for _ in range(5):
        attempt(breaker, ModelUnavailableError("x"))
        attempt(breaker)

    assert breaker.state == "closed"


# The reader, without a server.


def test_a_reader_that_breaks_says_so_at_once() -> None:
    def broken(_: Line) -> Iterator[Piece]:
        raise ZeroDivisionError
        yield Piece()

    with pytest.raises(ModelUnavailableError, match="ZeroDivisionError"):
        Reading(broken).next(within(LATER))


def test_a_reader_left_behind_is_hung_up_on() -> None:
    hung = threading.Event()

    def waiting(line: Line) -> Iterator[Piece]:
        line.opened(hung.set)
        yield Piece("a")
        hung.wait(LATER)

    reading = Reading(waiting)

    assert reading.next(within(LATER)) == Piece("a")
    with pytest.raises(ModelTimeoutError):
        reading.next(within(0.05))
    reading.stop()
    assert hung.wait(5)
    assert none_reads_any_more()


def test_a_connection_given_back_is_not_hung_up_on() -> None:
    hung: list[str] = []

    def whole(line: Line) -> Iterator[Piece]:
        line.opened(lambda: hung.append("up"))
        yield Piece("a")
        line.closed()

    reading = Reading(whole)
    while reading.next(within(LATER)) is not None:
        pass
    reading.stop()

    assert hung == []


# From settings to the model.


def settings(tmp_path: Path, **values: Any) -> Settings:
    return Settings(data=tmp_path, **values)


def test_without_a_model_nothing_is_imported_nor_said(tmp_path: Path) -> None:
    code = (
        "import sys, bot.assembly, bot.model, bot.energy; from corpus.settings import Settings;"
        "made = bot.model.open_generation(Settings());"
        "names = [name for name in ('mistralai', 'ecologits') if name in sys.modules];"
        "sys.exit(f'{made} {names}' if made.model or made.said or names else 0)"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CITE_")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=kept, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_a_model_that_is_allowed_answers(server: MistralServer, tmp_path: Path) -> None:
    made = open_generation(settings(tmp_path, model_url=server.url, model_name="test-verbatim"))

    assert (made.mode, made.said) == ("on_request", ())
    assert made.model
    assert drafted(made.model)["answerable"] is True


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"model_name": "mistral-small-latest"}, "alias"),
        ({"model_name": "mistral-small-2501"}, "models"),
        ({"scope": "public"}, "démonstration"),
        ({"model_url": "https://api.example.org"}, "api.example.org"),
    ],
)
def test_what_the_policy_refuses_is_never_called_and_told_in_one_line(
    server: MistralServer, tmp_path: Path, values: dict[str, Any], reason: str
) -> None:
    seen = server.requests
    made = open_generation(settings(tmp_path, **{"model_url": server.url, "model_name": "test-verbatim", **values}))

    assert (made.mode, made.model, len(made.said)) == ("never", None, 1)
    assert made.said[0].startswith("Réponses sans IA générative : ")
    assert reason in made.said[0]
    assert "\n" not in made.said[0]
    assert server.requests == seen


def test_a_second_server_that_is_refused_leaves_the_first(server: MistralServer, tmp_path: Path) -> None:
    made = open_generation(
        settings(
            tmp_path,
            model_url=server.url,
            model_name="test-verbatim",
            model_fallback_url="https://ailleurs.example",
            model_fallback_name="mistral-small-2603",
        )
    )

    assert made.model
    assert [host for host, _ in made.model.states] == [server.url.removeprefix("http://")]
    assert "ailleurs.example" in made.said[0]


def test_the_policy_bounds_what_the_operator_asks_for(server: MistralServer, tmp_path: Path) -> None:
    asked = settings(tmp_path, model_url=server.url, model_name="test-verbatim", generation="always")
    off = settings(tmp_path, model_url=server.url, model_name="test-verbatim", generation="never")
    strict = tmp_path / "policy.toml"
    strict.write_text('[generation]\nmode = "never"\nhosts = []\nmodels = []\n', encoding="utf-8")
    broken = tmp_path / "broken.toml"
    broken.write_text("[generation", encoding="utf-8")

    assert open_generation(asked).mode == "on_request"
    assert "on_request" in open_generation(asked).said[0]
    assert open_generation(off).said == ()
    for made in (open_generation(off), open_generation(asked, strict), open_generation(asked, broken)):
        assert (made.mode, made.model) == ("never", None)


# A socket that keeps what it is sent.


class recording:  # noqa: N801  read as a verb where it is used
    """Answer every request with a refusal, and keep it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._kept: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> tuple[str, Sequence[str]]:
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}", self._kept

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                head = b"".join(iter(lines.readline, b"\r\n"))
                size = next(int(line.split(b":")[1]) for line in head.splitlines() if b"content-length" in line.lower())
                self._kept.append((head + b"\r\n" + lines.read(size)).decode())
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
