"""From a letter to a reply: masked, drafted, validated sentence by sentence, exported by a person, sent by nobody."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.letter.reply import from_text
from bot.store import Store
from tests.bot.town import TERRACE
from tests.ui.desk.conftest import LETTER, Desk, plain_spaces
from tests.ui.identity.conftest import signed_in
from ui.desk.letters import Letters
from ui.desk.opened import LetterChangedError
from ui.identity import Role

PERSONAL = ("Jeanne", "Martin", "Lilas", "06 12 34")


def said_in(folder: Path) -> str:
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


def test_what_was_masked_is_shown_once_and_kept_nowhere(at_desk: Desk, tmp_path: Path) -> None:
    page = at_desk.post("/bureau/lettre", text=LETTER).text
    assert "[nom 1]" in page
    assert "Jeanne Martin" in page

    address = page.partition('href="/bureau/lettre/')[2].partition('"')[0]
    draft = at_desk.client.get(f"/bureau/lettre/{address}").text
    kept = said_in(tmp_path)
    assert "perdu sa carte" in draft
    assert [word for word in PERSONAL if word in draft or word in kept] == []


def test_each_question_is_answered_with_its_source_or_left_as_a_gap_with_whom_to_ask(at_desk: Desk) -> None:
    page = at_desk.client.get(at_desk.take()).text

    assert "19 €" in page
    assert "Carte d&#39;identité perdue" in page
    assert "<mark>" in page
    assert "Lacune : aucune réponse proposée." in page
    assert "Service à interroger" in page


def test_nothing_leaves_before_every_sentence_is_validated_one_by_one(at_desk: Desk) -> None:
    address = at_desk.take()
    at_desk.post(f"{address}/reponse", decision="no", service="Mairie du 20e")

    todo = [number for number, state, _ in at_desk.lines(address) if state != "formula"]
    assert len(todo) >= 2
    for number in todo:
        refused = at_desk.client.get(f"{address}/reponse.docx")
        assert refused.status_code == 409
        assert "pas validées" in refused.text
        assert at_desk.client.get(f"{address}/sortie").status_code == 409
        at_desk.post(f"{address}/phrase/{number}", act="validate", checked="page officielle")

    assert at_desk.client.get(f"{address}/reponse.docx").status_code == 200


def test_no_form_validates_more_than_one_sentence(at_desk: Desk) -> None:
    page = at_desk.client.get(at_desk.take()).text
    forms = [form for form in page.split("<form")[1:] if 'value="validate"' in form.partition("</form>")[0]]

    assert forms
    assert all(form.partition("</form>")[0].count('value="validate"') == 1 for form in forms)
    assert all("/phrase/" in form for form in forms)


def test_an_edited_sentence_is_checked_again_and_loses_its_validation(at_desk: Desk, store: Store) -> None:
    address = at_desk.take()
    number = next(number for number, state, _ in at_desk.lines(address) if state == "quote")
    at_desk.post(f"{address}/phrase/{number}", act="validate")

    at_desk.post(f"{address}/phrase/{number}", act="edit", text="La nouvelle carte coûte 35 €.")

    kept = store.letters.find(address.rpartition("/")[2])
    assert kept is not None
    line = from_text(kept.content).line(number)
    assert line is not None
    assert (line.state, line.why, line.validated) == ("to_check", "figures", "")
    refused = at_desk.post(f"{address}/phrase/{number}", act="validate")
    assert refused.status_code == 422
    assert "Dites où vous avez vérifié" in refused.text


def test_the_words_of_the_source_are_a_quote_again_and_courtesy_needs_no_proof(at_desk: Desk, store: Store) -> None:
    address = at_desk.take()
    identifier = address.rpartition("/")[2]

    def line(number: int) -> tuple[str, str]:
        kept = store.letters.find(identifier)
        assert kept is not None
        found = from_text(kept.content).line(number)
        assert found is not None
        return found.state, found.text

    number = next(number for number, state, _ in at_desk.lines(address) if state == "quote")
    _, before = line(number)
    at_desk.post(f"{address}/phrase/{number}", act="edit", text="Une tout autre affirmation sur la carte.")
    assert line(number)[0] == "to_check"
    at_desk.post(f"{address}/phrase/{number}", act="edit", text=f"  {before} ")
    assert line(number) == ("quote", before)
    at_desk.post(f"{address}/phrase/{number}", act="edit", text="Nous vous remercions de votre patience.")
    assert line(number)[0] == "agent"


def test_what_an_agent_types_of_somebody_is_masked_too(at_desk: Desk, tmp_path: Path) -> None:
    address = at_desk.take()
    answer = at_desk.post(f"{address}/question/0", add="Nous avons appelé Madame Sylvie Durand au 06 98 76 54 32.")

    assert answer.status_code == 200
    assert "Sylvie Durand" in answer.text
    assert "[nom 2]" in answer.text
    assert "Durand" not in said_in(tmp_path)


def test_what_the_rules_missed_is_masked_by_hand_and_leaves_the_disk(at_desk: Desk, store: Store) -> None:
    address = at_desk.take("Je réside au château des Ormes. J'ai perdu ma carte d'identité, que faire ?")
    answer = at_desk.post(f"{address}/masquer", words="château des Ormes")

    assert "[donnée 1]" in answer.text
    kept = store.letters.find(address.rpartition("/")[2])
    assert kept is not None
    assert "Ormes" not in kept.content
    assert at_desk.post(f"{address}/masquer", words="absent").status_code == 422


def test_a_gap_keeps_the_letter_until_somebody_answers_it(at_desk: Desk) -> None:
    address = at_desk.take()
    at_desk.post(f"{address}/reponse", decision="no", service="Mairie du 20e")
    at_desk.validate_all(address)
    referral = at_desk.lines(address)[-3][0]

    at_desk.post(f"{address}/phrase/{referral}", act="drop")

    refused = at_desk.client.get(f"{address}/reponse.docx")
    assert refused.status_code == 409
    assert "question" in refused.text


def test_the_letter_is_a_docx_with_its_sources_in_french_that_names_nobody_here(at_desk: Desk) -> None:
    address = at_desk.take()
    at_desk.post(f"{address}/reponse", decision="no", service="Mairie du 20e")
    at_desk.validate_all(address)

    answer = at_desk.client.get(f"{address}/reponse.docx")
    document = docx.Document(io.BytesIO(answer.content))
    text = plain_spaces("\n".join(paragraph.text for paragraph in document.paragraphs))

    assert "19 €" in text
    assert "Annexe : sources" in text
    assert "[1] Carte d'identité perdue" in text
    assert "https://fiches.example.fr/F9001" in text
    assert "R. 311-3-1-1" not in text
    assert "agent" not in document.core_properties.author
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert {one.compress_type for one in packed.infolist()} == {zipfile.ZIP_STORED}
        assert 'w:lang w:val="fr-FR"' in packed.read("word/styles.xml").decode()


def test_a_decision_carries_its_appeals_and_the_mention_or_does_not_leave(at_desk: Desk) -> None:
    address = at_desk.take()
    at_desk.validate_all(address)

    assert "décision" in at_desk.client.get(f"{address}/reponse.docx").text
    at_desk.post(f"{address}/reponse", decision="yes", service="Mairie du 20e", appeal=" ")
    refused = at_desk.client.get(f"{address}/reponse.docx")
    assert refused.status_code == 409
    assert "recours sont vides" in refused.text

    at_desk.post(f"{address}/reponse", decision="yes", service="Mairie du 20e", appeal="Deux mois, tribunal.")
    document = docx.Document(io.BytesIO(at_desk.client.get(f"{address}/reponse.docx").content))
    text = plain_spaces("\n".join(paragraph.text for paragraph in document.paragraphs))
    assert "Deux mois, tribunal." in text
    assert "R. 311-3-1-1" in text
    assert "Commission d’accès aux documents administratifs" in text


def test_a_letter_is_its_agent_s_alone_and_the_supervisor_s(at_desk: Desk, visitor: TestClient) -> None:
    address = at_desk.take()
    visitor.cookies.clear()
    for role in (Role.COMMITTEE, Role.EXECUTIVE, Role.ADMIN):
        signed_in(visitor, role)
        assert [visitor.get(path).status_code for path in ("/bureau", address, f"{address}/reponse.docx")] == [403] * 3
        visitor.cookies.clear()
    signed_in(visitor, Role.SUPERVISOR)
    assert visitor.get(address).status_code == 200


def test_another_agent_does_not_even_learn_that_a_letter_exists(
    at_desk: Desk, visitor: TestClient, store: Store
) -> None:
    address = at_desk.take()
    kept = store.letters.find(address.rpartition("/")[2])
    assert kept is not None
    account = store.accounts.find("agent")
    assert account is not None
    store.accounts.add(type(account)("other", account.secret, ("agent",), active=True, made=account.made))
    at_desk.leave()
    other = Desk(visitor, "other")

    assert visitor.get(address).status_code == 404
    assert other.post(f"{address}/phrase/1", act="drop").status_code == 404
    assert address not in visitor.get("/bureau").text


def test_two_changes_at_once_do_not_undo_each_other(at_desk: Desk, app: FastAPI) -> None:
    identifier = at_desk.take().rpartition("/")[2]
    letters: Letters = app.state.letters
    first, second = (letters.open(identifier, "agent", every=False) for _ in range(2))
    line = first.reply.parts[0].lines[0]
    letters.validate(first, line, "agent", "page officielle")

    with pytest.raises(LetterChangedError):
        letters.drop(second, line)
    kept = letters.open(identifier, "agent", every=False).reply.line(line.id)
    assert kept is not None
    assert kept.validated == "agent"


def test_a_letter_is_erased_by_its_agent_and_after_thirty_days(at_desk: Desk, store: Store) -> None:
    first, second = at_desk.take(), at_desk.take()
    at_desk.post(f"{first}/effacer")

    assert at_desk.client.get(first).status_code == 404
    assert at_desk.client.get(second).status_code == 200
    kept = store.letters.find(second.rpartition("/")[2])
    assert kept is not None
    assert store.letters.purge(kept.at) == 0


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.exe", b"MZ", "type de fichier"),
        ("a.txt", b"\x00\x01\x02\x03" * 10, "pas du texte"),
        ("a.txt", b"   ", "Aucun texte"),
        ("a.pdf", b"not a pdf", "abîmé"),
        ("a.docx", b"PK\x03\x04 broken", "pas été lu"),
        ("a.txt", b"x" * 5_000_001, "5 Mo"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(at_desk: Desk, name: str, data: bytes, told: str) -> None:
    answer = at_desk.post("/bureau/lettre", files={"file": (name, data)})

    assert answer.status_code == 422
    assert told in answer.text


def test_what_was_pasted_is_still_there_after_a_refusal(at_desk: Desk) -> None:
    answer = at_desk.post("/bureau/lettre", text="Une lettre déjà écrite.", day="hier")

    assert answer.status_code == 422
    assert "Cette date n’est pas lisible" in answer.text
    assert "Une lettre déjà écrite." in answer.text


def test_a_letter_is_answered_with_the_versions_of_a_day_and_says_so(at_desk: Desk) -> None:
    text = TERRACE
    now, then = (at_desk.client.get(at_desk.take(text, day=day)).text for day in ("", "2022-06-15"))

    assert "23 h 30" in now
    assert "22 h" not in now
    assert "22 h" in then
    assert "23 h 30" not in then
    assert "ces textes sont ceux du 15 juin 2022" in then
    assert "Notre réponse s’appuie sur les textes en vigueur le 15 juin 2022." in then
    assert "Notre réponse s’appuie" not in now


def test_a_letter_as_of_a_past_day_is_dated_of_the_day_it_is_written(at_desk: Desk) -> None:
    address = at_desk.take(TERRACE, day="2022-06-15")
    at_desk.ready(address)

    document = docx.Document(io.BytesIO(at_desk.client.get(f"{address}/reponse.docx").content))
    text = plain_spaces("\n".join(paragraph.text for paragraph in document.paragraphs))
    assert "Paris, le 2 mars 2026" in text
    assert "en vigueur le 15 juin 2022" in text


@pytest.mark.parametrize("day", ["2022-13-01", "0001-01-01", "9999-12-31", "<b>", "20220615 "])
def test_a_day_that_is_none_is_told(at_desk: Desk, day: str) -> None:
    answer = at_desk.post("/bureau/lettre", text="Combien coûte un passeport ?", day=day)

    assert answer.status_code in {200, 422}
    assert answer.status_code == 200 or "Cette date" in answer.text


def test_a_file_is_taken_in_like_a_text(at_desk: Desk) -> None:
    answer = at_desk.post("/bureau/lettre", files={"file": ("lettre.txt", LETTER.encode("cp1252"))})

    assert answer.status_code == 200
    assert "[nom 1]" in answer.text


def test_no_letter_is_read_before_it_is_known_who_sends_it(visitor: TestClient) -> None:
    answer = visitor.post("/bureau/lettre", data={"token": "x"}, files={"file": ("a.txt", LETTER.encode())})

    assert answer.status_code == 401


def test_what_is_sent_is_shown_as_text(at_desk: Desk) -> None:
    address = at_desk.take("<script>alert(1)</script> Combien coûte un passeport pour un adulte ?")

    assert "<script>alert" not in at_desk.client.get(address).text
