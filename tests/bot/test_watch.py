"""A service sampled from outside: what it serves is what was signed, or the difference is shown with its evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from bot.answer import answer_digest, said_digest, to_json
from bot.assembly import Assembly
from bot.errors import ProofError
from bot.manifest import Fingerprinter
from bot.replay import again_here
from bot.watch import Difference, Watched, opened_client
from corpus.document import passage_body, passage_digest
from corpus.settings import Settings
from ethics.manifest import Manifest
from ethics.passages import ApprovedPassages
from ethics.receipt import new_receipt
from tests.bot.program import a_copy
from tests.bot.town import DAY, LOST_CARD_CHILD, PASSPORT

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass
class Service:
    """A service of the tests behind an HTTP transport; `lie` changes what it says."""

    bot: Assembly
    manifest: Manifest
    lie: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda _, said: said
    busy: int = 0

    def __post_init__(self) -> None:
        store = self.bot.opened.store
        self.tree = ApprovedPassages(store.digests(), store.root())
        self.receipts: dict[str, dict[str, Any]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.busy:
            self.busy -= 1
            return httpx.Response(429, headers={"retry-after": "0.1"}, json={})
        path = unquote(request.url.path).removeprefix("/api/v1/")
        kind, _, rest = path.partition("/")
        said = getattr(self, f"_{kind}")(rest, request)
        return httpx.Response(200, json=self.lie(kind, said))

    def _release(self, _: str, __: httpx.Request) -> dict[str, Any]:
        return {"manifest": dict(self.manifest.parts), "release": self.manifest.fingerprint}

    def _ask(self, _: str, request: httpx.Request) -> dict[str, Any]:
        turn = self.bot.responder.respond(json.loads(request.content)["q"], DAY)
        answer = self.lie("answer", to_json(turn, None))
        refs = dict.fromkeys(c["passage"] for sentence in answer["sentences"] for c in sentence["citations"])
        receipt = new_receipt(said_digest(answer), self.manifest.fingerprint, tuple(refs), NOW)
        self.receipts[receipt.id] = receipt.as_dict()
        return answer | {"receipt": receipt.id}

    def _receipts(self, number: str, _: httpx.Request) -> dict[str, Any]:
        said = self.receipts[number]
        return said | {"passages": [{"ref": ref, "held": True} for ref in said["passages"]]}

    def _proofs(self, ref: str, _: httpx.Request) -> dict[str, Any]:
        passage = self.bot.opened.store.passage(ref)
        assert passage is not None
        index, path = self.tree.proof(passage_digest(passage))
        return {"body": passage_body(passage).decode(), "index": index, "size": len(self.tree), "path": path}


@pytest.fixture(scope="module")
def manifest(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return Fingerprinter(town, a_copy(tmp_path_factory.mktemp("program"))).manifest()


@pytest.fixture
def honest(bot: Assembly, manifest: Manifest) -> Service:
    return Service(bot, manifest)


def found_in(service: Service, *questions: str, approved: Manifest | None = None) -> list[Difference | None]:
    client = httpx.Client(transport=httpx.MockTransport(service), base_url="http://service")
    again = again_here(service.bot)
    return list(Watched(client, approved or service.manifest, again).sampled(questions))


def kinds(found: list[Difference | None]) -> list[str]:
    return [one.kind if one else "" for one in found]


def test_a_service_that_serves_what_was_signed_is_found_so(honest: Service) -> None:
    assert kinds(found_in(honest, PASSPORT, LOST_CARD_CHILD)) == ["", "", ""]


@pytest.mark.parametrize("part", ["embedding", "passages", "lexicon", "policy"])
def test_a_service_that_computes_another_fingerprint_is_found_before_any_question(honest: Service, part: str) -> None:
    approved = Manifest(dict(honest.manifest.parts) | {part: "ab" * 32})
    first = found_in(honest, approved=approved)[0]

    assert first is not None
    assert (first.kind, first.probe) == ("release", 0)
    assert part in first.text


@pytest.mark.parametrize("what", ["nothing", "no part", "not approved"])
def test_a_service_that_says_nothing_of_what_it_serves_is_told_so(honest: Service, what: str) -> None:
    unapproved: dict[str, Any] = {"manifest": dict(honest.manifest.parts), "release": ""}
    lies: dict[str, dict[str, Any]] = {"nothing": {}, "no part": {"manifest": {}}, "not approved": unapproved}
    liar = replace(honest, lie=lambda kind, true: lies[what] if kind == "release" else true)

    assert kinds(found_in(liar)) == ["release"]


def altered(answer: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(answer, ensure_ascii=False).replace(before, after))
    return found


def test_a_liar_that_quotes_another_amount_is_found_by_the_passage_itself(honest: Service) -> None:
    liar = replace(honest, lie=lambda kind, said: altered(said, "19 €", "29 €") if kind == "answer" else said)
    found = found_in(liar, PASSPORT, LOST_CARD_CHILD)

    assert kinds(found) == ["", "", "passage"]
    assert found[2] is not None
    assert found[2].shown["question"] == LOST_CARD_CHILD


def test_a_liar_that_alters_the_passage_too_cannot_prove_it(honest: Service) -> None:
    lies = {"answer", "proofs"}
    liar = replace(honest, lie=lambda kind, said: altered(said, "19 €", "29 €") if kind in lies else said)

    assert kinds(found_in(liar, LOST_CARD_CHILD)) == ["", "passage"]


def test_a_liar_that_leaves_a_sentence_out_is_found_by_the_approved_release(honest: Service) -> None:
    def shortened(kind: str, said: dict[str, Any]) -> dict[str, Any]:
        return said | {"sentences": said["sentences"][1:]} if kind == "answer" else said

    assert kinds(found_in(replace(honest, lie=shortened), LOST_CARD_CHILD)) == ["", "answer"]


@pytest.mark.parametrize("receipt", [{}, {"release": "cd" * 32}, {"answer": "cd" * 32}, {"id": "BCDF-GHJK-LMNP-12"}])
def test_a_receipt_that_does_not_hold_is_found(honest: Service, receipt: dict[str, str]) -> None:
    def told(kind: str, said: dict[str, Any]) -> dict[str, Any]:
        return (said | receipt if receipt else {}) if kind == "receipts" else said

    assert kinds(found_in(replace(honest, lie=told), PASSPORT)) == ["", "receipt"]


def test_a_receipt_of_another_release_is_found_though_it_is_whole(honest: Service, bot: Assembly) -> None:
    turn = bot.responder.respond(PASSPORT, DAY)
    other = new_receipt(answer_digest(turn), "cd" * 32, ("F1#0",), NOW).as_dict() | {"passages": ["F1#0"]}
    liar = replace(honest, lie=lambda kind, said: other if kind == "receipts" else said)

    assert kinds(found_in(liar, PASSPORT)) == ["", "receipt"]


def test_a_busy_service_is_waited_for(honest: Service) -> None:
    honest.busy = 2

    assert kinds(found_in(honest)) == [""]


def test_a_service_that_is_closed_is_no_proof_of_anything_else(honest: Service) -> None:
    closed = replace(honest, lie=lambda kind, said: {"title": "fermé"} if kind == "ask" else said)

    assert kinds(found_in(closed, PASSPORT)) == ["", "closed"]


def test_what_is_no_service_of_this_kind_is_one_sentence(honest: Service, tmp_path: Path) -> None:
    def web(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>")

    client = httpx.Client(transport=httpx.MockTransport(web), base_url="http://service")
    with pytest.raises(ProofError, match="ne répond pas comme Cité"):
        list(Watched(client, honest.manifest, again_here(honest.bot)).sampled([]))
    with pytest.raises(ProofError, match="https"):
        opened_client("ftp://service")
