"""A member reads one answer at a time, blind; what they said is kept once, can be taken back, then is fixed."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import AuditTable, Label, Store, open_store
from tests.ui.console.audit_room import ALICE, BRUNO, CLAIRE, Opened, Reader, answer_on, opened_in, people_in, town_run
from tests.ui.identity.conftest import Clock, signed_in, token_of
from ui.identity import Role


@pytest.fixture
def audit(bot: Assembly, store: Store, clock: Clock, tmp_path: Path) -> Opened:
    people_in(store, clock)
    return opened_in(tmp_path, town_run(tmp_path / "eval" / "mesure", bot), bot)


@pytest.fixture
def alice(visitor: TestClient, audit: Opened) -> Reader:
    return Reader(visitor, ALICE, audit)


def kept_by(store: Store, audit: Opened, name: str) -> dict[str, Label]:
    return dict(store.audits.labels(audit.name, name))


def test_an_answer_is_shown_with_its_quote_in_its_passage_and_where_the_reader_is(alice: Reader, bot: Assembly) -> None:
    page = alice.get("/lire").text
    quote = re.search(r"<mark>([^<]+)</mark>", page)

    assert "Réponse 1 sur 8" in page
    assert "Vous êtes majeur" in page
    assert "mis à jour le" in page
    assert quote
    texts = [one.text for one in bot.opened.store.all_passages()]
    assert any(quote[1].replace("&#39;", "'") in text for text in texts)


def test_the_next_answer_comes_once_the_label_is_kept(alice: Reader, store: Store, audit: Opened) -> None:
    first = answer_on(alice.get("/lire").text)

    assert (
        alice.say("omission", "non soutenue", severe="yes", comment=" Manque le délai. ", mark="0").status_code == 303
    )

    page = alice.get("/lire").text
    assert "Réponse 2 sur 8" in page
    assert answer_on(page) != first
    assert kept_by(store, audit, ALICE) == {
        first: Label(first, "non soutenue+omission", severe=True, comment="Manque le délai.", marks=(0,))
    }


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choisissez une étiquette"),
        ({"label": ["correct", "omission"]}, "ne porte pas d’autre étiquette"),
        ({"label": ["correct"], "severe": "yes"}, "n’est pas une erreur grave"),
        ({"label": ["correct"], "mark": "0"}, "n’est pas une erreur grave"),
    ],
)
def test_what_contradicts_itself_is_told_and_what_was_typed_stays(
    alice: Reader, store: Store, audit: Opened, fields: dict[str, object], told: str
) -> None:
    answer = answer_on(alice.get("/lire").text)

    refused = alice.post("/lire", answer=answer, comment="À revoir <b>", **fields)

    assert refused.status_code == 422
    assert told in refused.text
    assert "À revoir &lt;b&gt;" in refused.text
    assert kept_by(store, audit, ALICE) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "bof"},
        {"label": ["omission"] * 9},
        {"label": "omission", "mark": "x"},
    ],
)
def test_a_form_that_no_page_of_ours_sends_is_refused(
    alice: Reader, store: Store, audit: Opened, fields: object
) -> None:
    answer = answer_on(alice.get("/lire").text)
    assert isinstance(fields, dict)

    assert alice.post("/lire", answer=answer, **fields).status_code == 400
    assert kept_by(store, audit, ALICE) == {}


def test_control_characters_and_a_huge_remark_lose_nothing_of_the_rest(
    alice: Reader, store: Store, audit: Opened
) -> None:
    alice.say("périmée", comment="Montant\x00 de 2019\x1b[31m\r\n" + "a" * 5000)

    (label,) = kept_by(store, audit, ALICE).values()
    assert label.label == "périmée"
    assert label.comment.startswith("Montant de 2019[31m\naaa")
    assert len(label.comment) == 2000


def test_the_same_form_sent_twice_is_kept_once(alice: Reader, store: Store, audit: Opened) -> None:
    answer = answer_on(alice.get("/lire").text)

    sent = [alice.post("/lire", answer=answer, label="correct").status_code for _ in range(2)]

    assert sent == [303, 303]
    assert list(kept_by(store, audit, ALICE)) == [answer]
    assert "Réponse 2 sur 8" in alice.get("/lire").text


def test_a_second_tab_does_not_change_what_the_first_one_kept(alice: Reader, store: Store, audit: Opened) -> None:
    answer = answer_on(alice.get("/lire").text)
    alice.post("/lire", answer=answer, label="correct")

    refused = alice.post("/lire", answer=answer, label="omission", comment="vu trop tard")

    assert refused.status_code == 409
    assert "déjà étiqueté" in refused.text
    assert "vu trop tard" in refused.text, "what was typed can be copied"
    assert kept_by(store, audit, ALICE)[answer].label == "correct"


def test_the_last_label_is_taken_back_with_its_words_and_counts_no_more(
    alice: Reader, store: Store, audit: Opened
) -> None:
    alice.say("correct")
    second = answer_on(alice.get("/lire").text)
    alice.say("omission", comment="Le délai manque.", mark="0")

    assert alice.post("/reprendre", answer=second).status_code == 303

    page = alice.get("/lire").text
    assert answer_on(page) == second
    assert "Réponse 2 sur 8" in page
    assert "Le délai manque." in page
    assert re.search(r'value="omission" data-label checked', page)
    assert second not in kept_by(store, audit, ALICE)
    alice.say("périmée")
    assert kept_by(store, audit, ALICE)[second] == Label(second, "périmée")


def test_taking_back_twice_from_two_tabs_takes_back_one(alice: Reader, store: Store, audit: Opened) -> None:
    alice.say("correct")
    second = answer_on(alice.get("/lire").text)
    alice.say("correct")

    codes = [alice.post("/reprendre", answer=second).status_code for _ in range(2)]

    assert codes == [303, 409]
    assert len(kept_by(store, audit, ALICE)) == 1


def test_a_label_sent_for_a_later_answer_while_an_earlier_one_was_taken_back_is_kept(
    alice: Reader, store: Store, audit: Opened
) -> None:
    first = answer_on(alice.get("/lire").text)
    alice.say("correct")
    second = answer_on(alice.get("/lire").text)
    alice.post("/reprendre", answer=first)

    alice.post("/lire", answer=second, label="omission")

    assert list(kept_by(store, audit, ALICE)) == [second]
    assert answer_on(alice.get("/lire").text) == first


def test_nothing_is_lost_when_the_server_dies(alice: Reader, audit: Opened, tmp_path: Path) -> None:
    alice.say("correct")
    alice.say("omission", comment="gardé")

    again = open_store(tmp_path)

    assert sorted(one.label for one in again.audits.labels(audit.name, ALICE).values()) == ["correct", "omission"]
    again.turns.close()


def test_a_page_tells_nothing_of_which_answers_are_wrong_on_purpose(alice: Reader, audit: Opened) -> None:
    shapes: dict[bool, set[str]] = {True: set(), False: set()}
    addresses: set[str] = set()
    for _ in range(8):
        page = alice.get("/lire")
        planted = audit.case_of(page.text).startswith("planted")
        assert "planted" not in page.text
        assert not [case for case in audit.made.cases if f'"{case}"' in page.text]
        addresses.add(str(page.url))
        shapes[planted].add(_shape(page.text))
        alice.say("correct")

    assert len(addresses) == 1
    assert shapes[True] == shapes[False]


def _shape(page: str) -> str:
    """The page without its words: its tags, their attributes and classes."""
    main = page.partition("<main")[2]
    without = re.sub(r">[^<]+<", "><", main)
    # The first page has no label to take back; numbers, quotes and addresses differ from one answer to the next.
    without = re.sub(r'<form method="post" action="[^"]+/reprendre">.*?</form>', "", without, flags=re.DOTALL)
    return re.sub(r'(value|href|max|aria-label|title)="[^"]*"', r"\1", re.sub(r"</?mark>", "", without))


def test_what_a_reader_knows_does_not_tell_the_planted_answers_apart(audit: Opened) -> None:
    """The seed is public and the names are known: numbers and orders depend on a salt that is not."""
    key, queue = audit.made.key, audit.made.run.path.parents[1] / "audits" / audit.name / "queue.json"
    told = queue.read_text(encoding="utf-8")

    assert key["salt"] not in told
    assert "planted" not in told
    assert (queue.parent / "key.json").stat().st_mode & 0o077 == 0


def test_each_reader_has_an_order_of_their_own(alice: Reader, visitor: TestClient, audit: Opened) -> None:
    orders = []
    for name in (ALICE, BRUNO):
        reader = Reader(visitor, name, audit)
        seen = []
        for _ in range(8):
            seen.append(answer_on(reader.get("/lire").text))
            reader.say("correct")
        orders.append(seen)

    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_nobody_sees_what_another_said_nor_a_count_before_they_finished(
    alice: Reader, visitor: TestClient, audit: Opened
) -> None:
    alice.say("omission", comment="secret d’Alice")

    bruno = Reader(visitor, BRUNO, audit)
    pages = [bruno.get(path) for path in ("", "/lire", "/desaccords", "/reponses", "/resultat.json", "/relecture.json")]

    assert [page.status_code for page in pages] == [200, 200, 404, 404, 404, 404]
    assert not [page for page in pages if "secret d’Alice" in page.text]
    assert "Les comptes s’ouvriront" in pages[0].text
    assert "sans erreur pour conclure" not in pages[0].text


def test_the_planted_answers_noticed_are_told_once_one_s_labels_can_no_longer_change(
    alice: Reader, store: Store, audit: Opened
) -> None:
    assert "laissé passer" not in alice.get().text
    assert alice.post("/terminer").status_code == 409

    alice.read_all({"planted:1": "correct"})

    page = alice.get().text
    assert "Vous en avez rencontré 2 et laissé passer 1" in page
    last = next(iter(kept_by(store, audit, ALICE)))
    assert alice.post("/reprendre", answer=last).status_code == 409
    assert alice.post("/lire", answer=last, label="périmée", comment="trop tard").status_code == 409
    assert "trop tard" in alice.post("/lire", answer=last, label="périmée", comment="trop tard").text
    assert {one.label for one in kept_by(store, audit, ALICE).values()} == {"correct", "mauvaise démarche"}


def test_only_a_reader_reads_and_a_role_that_may_not_is_refused(visitor: TestClient, audit: Opened) -> None:
    claire = Reader(visitor, CLAIRE, audit)
    assert "Rien à lire pour vous" in claire.get("/lire").text
    some = next(iter(audit.made.key["console"]))
    assert claire.post("/lire", answer=some, label="correct").status_code == 409
    for role, codes in ((Role.EXECUTIVE, [200, 403]), (Role.AGENT, [403, 403]), (Role.ADMIN, [403, 403])):
        visitor.cookies.clear()
        signed_in(visitor, role)
        assert [visitor.get(f"{claire.base}{path}").status_code for path in ("", "/lire")] == codes


def test_a_form_without_the_token_of_the_visit_keeps_nothing(alice: Reader, store: Store, audit: Opened) -> None:
    answer = answer_on(alice.get("/lire").text)

    assert alice.client.post(f"{alice.base}/lire", data={"answer": answer, "label": "correct"}).status_code == 403
    assert kept_by(store, audit, ALICE) == {}


@pytest.mark.parametrize("name", ["absente", "..", "%2e%2e%2fkey", "a" * 200])
def test_an_audit_that_is_not_there_is_not_found(alice: Reader, name: str) -> None:
    assert alice.client.get(f"/console/audit/{name}/lire").status_code == 404


def test_a_damaged_audit_is_told_and_the_others_are_read(alice: Reader, tmp_path: Path) -> None:
    broken = tmp_path / "audits" / "abimee-1"
    broken.mkdir()
    (broken / "queue.json").write_text('{"format": 1', encoding="utf-8")

    page = alice.client.get("/console/audit").text

    assert "abimee-1" in page
    assert "manquent ou sont abîmés" in page
    assert alice.audit.name in page
    told = alice.client.get("/console/audit/abimee-1")
    assert told.status_code == 503
    assert "Demandez à la personne qui a ouvert la relecture" in told.text


def test_a_key_that_is_not_the_one_fixed_before_reading_counts_nothing(
    alice: Reader, app: FastAPI, tmp_path: Path
) -> None:
    alice.read_all({})
    path = tmp_path / "audits" / alice.audit.name / "key.json"
    path.write_bytes(path.read_bytes().replace(b"planted:1", b"planted:9"))
    app.state.audits._queues._read.clear()

    assert [alice.get(path).status_code for path in ("", "/relecture.json")] == [503, 503]


def test_many_labels_at_once_for_one_answer_leave_one(store: Store, clock: Clock) -> None:
    table: AuditTable = store.audits
    table.take_seat("a-1", ALICE, ALICE, clock())

    with ThreadPoolExecutor(8) as pool:
        sent = [Label("x", "omission", comment=str(number)) for number in range(16)]
        kept = list(pool.map(lambda said: table.keep("a-1", ALICE, said, clock()), sent))

    assert kept.count(True) == 1
    assert table.labels("a-1", ALICE) == {"x": sent[kept.index(True)]}


def test_a_sealed_seat_takes_no_label_and_gives_none_back(store: Store, clock: Clock) -> None:
    table: AuditTable = store.audits
    table.take_seat("a-1", ALICE, ALICE, clock())
    table.keep("a-1", ALICE, Label("x", "correct"), clock())
    table.seal("a-1", ALICE, clock())

    assert not table.keep("a-1", ALICE, Label("y", "correct"), clock())
    assert not table.withdraw("a-1", ALICE, "x")
    assert list(table.labels("a-1", ALICE)) == ["x"]


def test_a_reader_is_told_of_their_queue_on_the_list(alice: Reader) -> None:
    page = alice.client.get("/console/audit").text

    assert f'href="{alice.base}/lire"' in page
    assert token_of(page) == alice.token
