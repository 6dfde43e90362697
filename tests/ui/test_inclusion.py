"""Each passage quoted is proved from its own words, as this process holds them, before anybody reads the answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.assembly import Assembly
from bot.respond import Responder
from bot.turn import NO_CONVERSATION, Sentence, Turn
from ethics.gate import Serve, Verdict
from ethics.levels import Level
from ethics.tree import is_included
from tests.bot.town import CRECHE, DAY, EVERY_QUESTION, LOST_CARD_CHILD, PASSPORT
from tests.ui.conftest import DEMO, serving
from ui.admission import Admission, Limits
from ui.inclusion import Inclusion
from ui.records import Records
from ui.service import ClosedError, Service, Standing, ThemeClosedError, ThemeOffError, UnprovedError


@pytest.fixture(scope="module")
def inclusion(bot: Assembly) -> Inclusion:
    return Inclusion(bot.opened)


def answered(bot: Assembly, text: str = LOST_CARD_CHILD) -> Turn:
    return bot.responder.respond(text, DAY)


def with_passage(turn: Turn, **change: Any) -> Turn:
    """The same answer, one passage that it quotes being another in memory."""
    cited = turn.sentences[0].citations[0].passage
    return replace(turn, passages=tuple(replace(p, **change) if p.ref == cited else p for p in turn.passages))


@pytest.mark.parametrize("text", EVERY_QUESTION)
def test_every_answer_of_the_town_is_proved(bot: Assembly, inclusion: Inclusion, text: str) -> None:
    assert inclusion.proves(answered(bot, text)) is True
    assert inclusion.proves(answered(bot, text), bot.opened.manifest.root) is True


@pytest.mark.parametrize(
    "change", [{"url": "https://example.org/"}, {"publisher": "Autre"}, {"title": "Autre"}, {"licence": "Autre"}]
)
def test_a_passage_changed_in_memory_is_not_proved_whatever_its_digest_says(
    bot: Assembly, inclusion: Inclusion, change: dict[str, Any]
) -> None:
    assert inclusion.proves(with_passage(answered(bot), **change)) is False


def test_words_that_are_not_in_the_passage_are_not_proved(bot: Assembly, inclusion: Inclusion) -> None:
    turn = answered(bot)
    first = turn.sentences[0]
    citation = replace(first.citations[0], quote="La carte coûte 1 €.")
    changed = replace(first, citations=(citation,))

    assert inclusion.proves(replace(turn, sentences=(changed, *turn.sentences[1:]))) is False
    assert inclusion.holds(changed) is False
    assert inclusion.holds(first) is True


def test_a_passage_that_the_index_does_not_hold_is_not_proved(bot: Assembly, inclusion: Inclusion) -> None:
    first = answered(bot).sentences[0]

    assert inclusion.holds(replace(first, citations=(replace(first.citations[0], passage="F0#0"),))) is False


def test_nothing_is_proved_against_the_root_of_other_passages(bot: Assembly, inclusion: Inclusion) -> None:
    assert inclusion.proves(answered(bot), "ab" * 32) is False
    assert inclusion.proves(answered(bot), "not a root") is False
    assert inclusion.path(answered(bot).sentences[0].citations[0].passage, "ab" * 32) is None


def test_anybody_can_check_the_path_of_a_passage(bot: Assembly, inclusion: Inclusion) -> None:
    ref = answered(bot).sentences[0].citations[0].passage
    found = inclusion.path(ref)

    assert found is not None
    leaf = hashlib.sha256(found.body).digest()
    assert found.root == bot.opened.manifest.root
    assert is_included(
        leaf, found.index, found.size, [bytes.fromhex(step) for step in found.path], bytes.fromhex(found.root)
    )
    assert inclusion.path("F0#0") is None


def test_an_answer_that_is_not_proved_is_not_shown_and_closes_the_service(bot: Assembly) -> None:
    closed = list[bool]()
    service = Service(
        replace(bot, responder=Swapped(bot)),
        Admission(Limits()),
        lambda: Standing("L2", demo=True),
        distrust=lambda: closed.append(True),
    )

    async def both() -> None:
        with pytest.raises(UnprovedError):
            await service.answer(LOST_CARD_CHILD, NO_CONVERSATION, wanted=False)
        with pytest.raises(UnprovedError):
            _ = [event async for event in service.stream(LOST_CARD_CHILD, NO_CONVERSATION, wanted=False)]

    asyncio.run(both())
    assert closed == [True, True]


def test_an_answer_that_is_not_shown_leaves_no_receipt(bot: Assembly, records: Records) -> None:
    swapped = Swapped(bot)
    unproved = Service(replace(bot, responder=swapped), Admission(Limits()), lambda: DEMO, records=records)
    off = Standing("L1", demo=True, themes_off=(answered(bot).card.theme,))  # type: ignore[union-attr]
    suspended = Service(bot, Admission(Limits()), lambda: off, records=records)
    shown = Service(bot, Admission(Limits()), lambda: DEMO, records=records)
    kept = shown.allowed(answered(bot, PASSPORT))

    with pytest.raises(UnprovedError):
        asyncio.run(unproved.answer(LOST_CARD_CHILD, NO_CONVERSATION, wanted=False))
    with pytest.raises(ThemeOffError):
        suspended.allowed(hidden := answered(bot))

    assert [records.store.turns.find(turn.receipt) is None for turn in (swapped.given[-1], hidden, kept)] == [
        True,
        True,
        False,
    ]


def test_an_answer_made_while_the_service_closes_is_not_shown(bot: Assembly, records: Records) -> None:
    closed = Standing("L3", demo=False)
    service = Service(bot, Admission(Limits()), lambda: closed, records=records)
    with pytest.raises(ClosedError):
        service.allowed(turn := answered(bot, CRECHE))

    assert records.store.turns.find(turn.receipt) is None


def test_an_approval_for_some_themes_answers_from_no_other(bot: Assembly) -> None:
    turn = answered(bot)
    assert turn.card is not None
    for themes, shown in (((), True), ((turn.card.theme,), True), (("Autre thème",), False)):
        standing = Standing("L0", demo=False, verdict=Verdict(Level.L0, Serve.LIVE, themes=themes))
        service = Service(bot, Admission(Limits()), lambda standing=standing: standing)  # type: ignore[misc]
        if shown:
            assert service.allowed(turn) is turn
            continue
        with pytest.raises(ThemeClosedError):
            service.allowed(turn)
        assert not service.still_shows({"sentences": []})


class Swapped(Responder):
    """A bot in whose memory somebody changed a passage."""

    def __init__(self, bot: Assembly) -> None:
        self._bot = bot
        self.given = list[Turn]()

    def respond(self, *_: Any, **__: Any) -> Turn:
        self.given.append(with_passage(answered(self._bot), publisher="Autre"))
        return self.given[-1]

    def stream(self, *_: Any, **__: Any) -> Iterator[Sentence | Turn]:
        yield self.respond()


def test_the_pages_and_the_interface_say_that_nothing_is_served(bot: Assembly) -> None:
    swapped = replace(bot, responder=Swapped(bot))
    with serving(swapped) as address, httpx.Client(base_url=address, timeout=60) as client:
        told = client.post("/api/v1/ask", json={"q": LOST_CARD_CHILD})

    assert told.status_code == 503
    assert "3975" in told.text
    assert "19 €" not in told.text


def test_the_interface_gives_the_proof_of_a_passage_and_of_no_other(client: httpx.Client) -> None:
    answer = client.post("/api/v1/ask", json={"q": LOST_CARD_CHILD}).json()
    ref = answer["sentences"][0]["citations"][0]["passage"]
    found = client.get(f"/api/v1/proofs/{ref.replace('#', '%23')}").json()

    assert found["digest"] == hashlib.sha256(found["body"].encode()).hexdigest()
    assert client.get("/api/v1/proofs/F0%230").status_code == 404
