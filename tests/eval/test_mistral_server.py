from __future__ import annotations

import html
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from eval.mistral_server.asked import Asked, Reply, reply_of
from eval.mistral_server.faults import FAULTS
from eval.mistral_server.prompt import read_prompt
from eval.mistral_server.server import MistralServer, serving
from eval.mistral_server.wire import filled
from eval.plant import Cited, PlainDraft
from tests.house.tree import ROOT

QUESTION = "Combien coûte « l’acte » < 10 € & où ?"
TEXT = 'La copie est gratuite pour les "proches" <majeurs>.\nElle arrive en cinq jours.'


def message(question: str = QUESTION, *texts: str) -> dict[str, str]:
    passages = "".join(
        f'<passage n="{n}" document="F{n}" title="{html.escape("L’acte <1>")}" path="Copie &gt; Coût">'
        f"{html.escape(text)}</passage>"
        for n, text in enumerate(texts or (TEXT,), 1)
    )
    return {"role": "user", "content": f"<question>{html.escape(question)}</question>\n{passages}"}


def echo(asked: Asked) -> Reply:
    """Reply the question, cited from the first passage."""
    return reply_of([PlainDraft(asked.question, (Cited(1, asked.passages[0].text),))])


@pytest.fixture(scope="module")
def server() -> Iterator[MistralServer]:
    with serving({"test-honest": echo}) as made:
        yield made


def post(server: MistralServer, path: str = "/v1/chat/completions", **body: Any) -> tuple[int, str]:
    asked = {"model": "test-honest", "messages": [message()], **body}
    request = urllib.request.Request(
        server.url + path, json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_question_and_the_passages_are_read_as_they_were_before_being_escaped() -> None:
    asked = read_prompt([{"role": "system", "content": "<question>non</question>"}, message(QUESTION, TEXT, "Deux.")])

    assert asked.question == QUESTION
    assert [(given.number, given.document, given.title, given.path, given.text) for given in asked.passages] == [
        (1, "F1", "L’acte <1>", "Copie > Coût", TEXT),
        (2, "F2", "L’acte <1>", "Copie > Coût", "Deux."),
    ]


def test_a_prompt_of_another_shape_asks_nothing() -> None:
    assert read_prompt([{"role": "user", "content": "Bonjour"}]) == Asked("", ())
    assert read_prompt([]) == Asked("", ())


def test_an_answer_at_once_holds_the_reply_and_what_was_used(server: MistralServer) -> None:
    status, body = post(server)
    read = json.loads(body)

    assert status == 200
    assert json.loads(read["choices"][0]["message"]["content"])["sentences"][0]["text"] == QUESTION
    assert read["choices"][0]["finish_reason"] == "stop"
    assert read["usage"]["completion_tokens"] > 0


def test_a_streamed_answer_is_the_same_in_pieces_with_what_was_used_at_the_end(server: MistralServer) -> None:
    whole = json.loads(post(server)[1])["choices"][0]["message"]["content"]
    frames = [line.removeprefix("data: ") for line in post(server, stream=True)[1].split("\n\n") if line]
    read = [json.loads(frame) for frame in frames[:-1]]

    assert frames[-1] == "[DONE]"
    assert "".join(frame["choices"][0]["delta"]["content"] for frame in read) == whole
    assert [frame["choices"][0]["finish_reason"] for frame in read] == [None] * (len(read) - 1) + ["stop"]
    assert ["usage" in frame for frame in read] == [False] * (len(read) - 1) + [True]


def test_a_content_in_chunks_is_a_list(server: MistralServer) -> None:
    content = json.loads(post(server, model="test-fault-chunks")[1])["choices"][0]["message"]["content"]

    assert [chunk["type"] for chunk in content] == ["text", "reference", "text"]


def test_another_schema_is_filled_by_a_judge_that_approves_everything(server: MistralServer) -> None:
    schema = {"type": "object", "properties": {"supported": {"type": "boolean"}, "why": {"type": "string"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "check", "schema": schema}}
    content = json.loads(post(server, response_format=wanted)[1])["choices"][0]["message"]["content"]

    assert json.loads(content) == {"supported": True, "why": ""}
    assert filled({"type": "array", "items": {"enum": ["yes", "no"]}, "minItems": 2}) == ["yes", "yes"]
    assert filled({"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]}) == 3


def test_embeddings_are_unit_vectors_that_tell_words_apart(server: MistralServer) -> None:
    _, body = post(server, "/v1/embeddings", input=["la mairie", "La MAIRIE", "un vélo"])
    first, same, other = (item["embedding"] for item in json.loads(body)["data"])

    assert first == same != other
    assert sum(value * value for value in first) == pytest.approx(1)


@pytest.mark.parametrize(
    ("fault", "status"), [("429_retry_600", 429), ("500", 500), ("html_502", 502), ("401", 401), ("redirect", 307)]
)
def test_a_fault_of_status_gives_that_status(server: MistralServer, fault: str, status: int) -> None:
    assert post(server, model=f"test-fault-{fault}")[0] == status


@pytest.mark.parametrize("fault", ["429_once", "503_once"])
def test_a_fault_that_passes_fails_once_for_each_prompt(server: MistralServer, fault: str) -> None:
    seen = [post(server, model=f"test-fault-{fault}", messages=[message(f"{fault} {n}")])[0] for n in (1, 1, 2, 2)]

    assert seen == [int(fault[:3]), 200, int(fault[:3]), 200]


def test_a_request_that_cannot_be_read_is_refused(server: MistralServer) -> None:
    assert post(server, model="test-unknown")[0] == 404
    assert post(server, "/v1/ocr")[0] == 404
    assert post(server, messages=12)[0] == 422


def test_the_server_is_reached_from_this_machine_alone(server: MistralServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_it_runs_in_a_process_of_its_own_and_says_where_without_a_word_of_what_it_reads() -> None:
    command = [sys.executable, "-m", "eval.mistral_server", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        body = json.dumps({"model": "test-verbatim", "messages": [message("Un secret ?")]}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/chat/completions", body), timeout=10) as answer:
            said = json.loads(answer.read())
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)

    assert "La copie est gratuite" in said["choices"][0]["message"]["content"]
    assert (out, err) == ("", "")
    assert process.returncode == 0


def test_every_fault_of_the_brief_is_there() -> None:
    wanted = (
        *("429_retry_600", "429_once", "500", "503_once", "stall", "slow_drip", "cut_stream", "error_event"),
        *("malformed_json", "wrong_shape", "truncated", "refusal", "empty_content", "chunks", "html_502", "reset"),
    )

    assert set(wanted) <= set(FAULTS)
