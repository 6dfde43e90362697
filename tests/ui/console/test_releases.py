"""Opinion, decision, off-switch at the console: what the command line refuses is refused in its words, and noted."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from bot.replies import day_text
from bot.store import Store
from ethics.__main__ import main
from ethics.canonical import canonical, digest, parsed
from ethics.envelope import read_envelope
from ethics.gate import Verdict, rosters
from ethics.levels import Level, in_force
from ethics.opinion import View
from ethics.records import read_records
from tests.ethics.city import MEMBERS, SIGNERS, City, a_roster, an_audit, person
from tests.ethics.signers import key, public
from tests.ui.console.committee import Seat, app, city, field, journal, kinds, people, store, told

__all__ = ["app", "city", "people", "store"]


def verdict_on(city: City) -> Verdict:
    return city.ask(now=datetime.now(UTC))


def approve(app: FastAPI, city: City) -> Any:
    for name in SIGNERS:
        assert Seat(app, name).opine(city).status_code == 303
    executive = Seat(app, "executive")
    return executive.sign(executive.prepare_decision(city))


def test_three_opinions_and_a_decision_approve_a_release(app: FastAPI, city: City, store: Store) -> None:
    answer = approve(app, city)
    page = Seat(app, "alice").get(answer.headers["location"])

    assert verdict_on(city).level is Level.L0
    assert kinds(city) == ["roster", "evidence", "proposal", *["audit", "opinion"] * 3, "act", "decision"]
    assert "La décision est signée et enregistrée" in page
    assert "Approuvée" in page
    assert [who for who, _ in journal(store, "act_signed")] == ["executive", *reversed(SIGNERS)]
    assert journal(store) == []


def test_what_is_signed_is_shown_line_by_line_before(app: FastAPI, city: City) -> None:
    said = {"view": "favorable avec réserves", "reservations": "Sans les aides.\nUn mois.", "conflicts": "Aucun achat."}
    page = Seat(app, "alice").prepare_opinion(city, None, **said).text
    wanted = [city.manifest.fingerprint, "Alice Martin", "favorable avec réserves", "Les réponses lues sont justes."]
    wanted += ["Sans les aides.", "Un mois.", "Aucun achat.", "version n° 1, démonstration", city.proposal.digest]
    payload = base64.b64decode(field(page, "payload"))

    assert [text for text in wanted if text not in page] == []
    assert parsed(payload)["predicate"]["view"] == View.WITH_RESERVATIONS.value
    assert parsed(payload)["predicate"]["reservations"] == ["Sans les aides.", "Un mois."]


def _nineteen(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").prepare_opinion(city, an_audit("alice", city.manifest.fingerprint, read=19))


def _two_missed(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").prepare_opinion(city, an_audit("alice", city.manifest.fingerprint, missed=2))


def _of_another_member(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").prepare_opinion(city, an_audit("bruno", city.manifest.fingerprint))


def _no_audit(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").prepare_opinion(city, b"")


def _no_view(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").prepare_opinion(city, view="peut-être")


def _no_reasons(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").prepare_opinion(city, reasons=" \n ")


def _no_reservation(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").prepare_opinion(city, view="favorable avec réserves")


def _seated_nowhere(app: FastAPI, city: City) -> Any:
    return Seat(app, "stranger").prepare_opinion(city, an_audit("stranger", city.manifest.fingerprint))


def _removed_since(app: FastAPI, city: City) -> Any:
    emma = Seat(app, "emma")
    page = emma.prepare_opinion(city)
    remove_emma(city)
    return emma.sign(page)


def _key_of_another(app: FastAPI, city: City) -> Any:
    alice = Seat(app, "alice")
    return alice.sign(alice.prepare_opinion(city), signer="bruno")


def _name_of_another(app: FastAPI, city: City) -> Any:
    page = Seat(app, "bruno").prepare_opinion(city)
    return Seat(app, "alice").sign(page)


def _no_signature(app: FastAPI, city: City) -> Any:
    alice = Seat(app, "alice")
    return alice.sign(alice.prepare_opinion(city), signature="")


def _payload_changed(app: FastAPI, city: City) -> Any:
    alice = Seat(app, "alice")
    page = alice.prepare_opinion(city)
    said = parsed(base64.b64decode(field(page.text, "payload")))
    said["predicate"]["expires"] = "2099-01-01T00:00:00Z"
    return alice.sign(page, payload=base64.b64encode(canonical(said)).decode())


def _other_scope(app: FastAPI, city: City) -> Any:
    alice = Seat(app, "alice")
    page = alice.prepare_opinion(city)
    said = parsed(base64.b64decode(field(page.text, "payload")))
    said["predicate"]["scope"] = "public"
    return alice.sign(page, payload=base64.b64encode(canonical(said)).decode())


def _audit_changed(app: FastAPI, city: City) -> Any:
    alice = Seat(app, "alice")
    other = an_audit("alice", city.manifest.fingerprint, read=30)
    return alice.sign(alice.prepare_opinion(city), audit=base64.b64encode(other).decode())


def _twice(app: FastAPI, city: City) -> Any:
    alice = Seat(app, "alice")
    page = alice.prepare_opinion(city)
    alice.sign(page)
    return alice.sign(page)


def _older_release(app: FastAPI, city: City) -> Any:
    page = Seat(app, "alice")
    asked = replace(city.proposal)
    city.propose(city.evaluate(), 2)
    city.proposal = asked
    return page.prepare_opinion(city)


def _decided_too_early(app: FastAPI, city: City) -> Any:
    return Seat(app, "executive").prepare_decision(city)


def _act_missing(app: FastAPI, city: City) -> Any:
    return Seat(app, "executive").post("/console/acte", version=city.proposal.digest)


def _act_unknown(app: FastAPI, city: City) -> Any:
    for name in SIGNERS:
        Seat(app, name).opine(city)
    return Seat(app, "executive").post("/console/acte", version=city.proposal.digest, digest="ab" * 32)


def _decided_twice(app: FastAPI, city: City) -> Any:
    approve(app, city)
    return Seat(app, "executive").prepare_decision(city, b"un autre acte")


def _decided_by_a_member(app: FastAPI, city: City) -> Any:
    for name in SIGNERS:
        Seat(app, name).opine(city)
    page = Seat(app, "executive").prepare_decision(city)
    return Seat(app, "alice").sign(page)


def _stop_without_reason(app: FastAPI, city: City) -> Any:
    assert city
    return Seat(app, "alice").post("/console/arret", level="L3", why=" ")


def _stop_of_themes_without_any(app: FastAPI, city: City) -> Any:
    assert city
    return Seat(app, "alice").post("/console/arret", level="L1", why="Erreur.")


def _stop_by_a_stranger(app: FastAPI, city: City) -> Any:
    assert city
    return Seat(app, "stranger").post("/console/arret", level="L3", why="Erreur.")


def _nothing_to_resume(app: FastAPI, city: City) -> Any:
    assert city
    return Seat(app, "alice").post("/console/reprise", level="L0", why="Corrigé.")


def _withdrawn_without_reason(app: FastAPI, city: City) -> Any:
    return Seat(app, "alice").post(f"/console/version/{city.proposal.digest}/retrait", why="")


def remove_emma(city: City) -> None:
    others = [person(name, college) for name, college in MEMBERS.items() if name != "emma"]
    before = rosters(read_records(city.folder))[-1]
    members = (*others, person("fanny", "experts"))
    city.seat(a_roster(sequence=2, previous=before.digest, members=members))


@pytest.mark.parametrize(
    ("attempt", "who", "said"),
    [
        (_nineteen, "alice", "L’avis de Alice Martin ne compte pas encore : 19 réponses relues, il en faut 20"),
        (_two_missed, "alice", "2 réponses fausses placées exprès lui ont échappé"),
        (_of_another_member, "alice", "La relecture de « alice » est illisible, ou porte sur une autre version."),
        (_no_audit, "alice", "Votre avis demande votre relecture"),
        (_no_view, "alice", "Choisissez votre avis"),
        (_no_reasons, "alice", "n’est pas motivé"),
        (_no_reservation, "alice", "ses réserves ne sont pas écrites"),
        (_seated_nowhere, "stranger", "L’avis de « stranger » ne compte pas : cette personne n’est pas au tableau"),
        (_removed_since, "emma", "L’avis de « emma » ne compte pas : cette personne n’est pas au tableau"),
        (_key_of_another, "alice", "il n’est pas signé avec sa clé"),
        (_name_of_another, "alice", "il n’est pas signé avec sa clé"),
        (_no_signature, "alice", "La signature manque"),
        (_payload_changed, "alice", "Ce qui est signé ne correspond pas"),
        (_other_scope, "alice", "Aucune version n’a été proposée"),
        (_audit_changed, "alice", "aucune relecture de réponses"),
        (_twice, "alice", "déjà enregistré"),
        (_older_release, "alice", "plus récente (n° 2)"),
        (_decided_too_early, "executive", "La décision vient après l’avis du comité"),
        (_act_missing, "executive", "Donnez le fichier de l’acte"),
        (_act_unknown, "executive", "L’acte signé par la Ville n’est pas au dossier"),
        (_decided_twice, "executive", "déjà décidée"),
        (_decided_by_a_member, "alice", "avec le compte du décideur"),
        (_stop_without_reason, "alice", "Donnez la raison"),
        (_stop_of_themes_without_any, "alice", "Pour couper des thèmes"),
        (_stop_by_a_stranger, "stranger", "pas au tableau des membres"),
        (_nothing_to_resume, "alice", "Rien n’est suspendu"),
        (_withdrawn_without_reason, "alice", "Donnez la raison"),
    ],
)
def test_what_may_not_be_is_refused_in_the_words_of_the_command_line_and_noted(
    app: FastAPI, city: City, store: Store, attempt: Callable[[FastAPI, City], Any], who: str, said: str
) -> None:
    answer = attempt(app, city)

    assert answer.status_code == 422
    assert said in told(answer)
    assert journal(store)[0] == (who, told(answer))


@pytest.mark.parametrize("attempt", [_nineteen, _two_missed, _key_of_another, _payload_changed, _audit_changed])
def test_a_refused_opinion_leaves_no_line_in_the_log(
    app: FastAPI, city: City, attempt: Callable[[FastAPI, City], Any]
) -> None:
    before = kinds(city)
    attempt(app, city)

    assert kinds(city) == before


@pytest.mark.parametrize(
    ("who", "method", "path"),
    [
        ("executive", "get", "avis"),
        ("executive", "post", "avis"),
        ("alice", "get", "decision"),
        ("agent", "get", ""),
        ("agent", "get", "rapport"),
        ("agent", "post", "retrait"),
    ],
)
def test_a_role_that_may_not_is_refused_and_noted(
    app: FastAPI, city: City, store: Store, who: str, method: str, path: str
) -> None:
    seat, address = Seat(app, who), f"/console/version/{city.proposal.digest}/{path}".rstrip("/")
    answer = seat.client.get(address) if method == "get" else seat.post(address)

    assert answer.status_code == 403
    assert journal(store, "refused")[0][0] == who


@pytest.mark.parametrize("path", ["/console/acte", "/console/signature", "/console/enveloppe", "/console/arret"])
def test_a_form_of_an_older_page_changes_nothing(app: FastAPI, city: City, path: str) -> None:
    seat, before = Seat(app, "executive"), kinds(city)
    seat.token = "stale"

    assert seat.post(path, version=city.proposal.digest).status_code == 403
    assert kinds(city) == before


def test_one_opinion_sent_by_two_windows_at_once_is_counted_once(app: FastAPI, city: City) -> None:
    alice = Seat(app, "alice")
    page, codes = alice.prepare_opinion(city), list[int]()
    windows = [threading.Thread(target=lambda: codes.append(alice.sign(page).status_code)) for _ in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    text = alice.get(f"/console/version/{city.proposal.digest}")

    assert 303 in codes
    assert set(codes) <= {303, 422}
    assert "1 signature" in text


def test_what_was_typed_is_given_back_with_the_refusal(app: FastAPI, city: City) -> None:
    said = {"reasons": "Un long texte.", "reservations": "Une réserve.", "conflicts": "Un lien."}
    answer = Seat(app, "alice").prepare_opinion(city, b"", **said)

    assert [text for text in said.values() if f">{text}</blockquote>" not in answer.text] == []


def test_hostile_words_are_kept_as_words(app: FastAPI, city: City) -> None:
    reasons = "<script>alert(1)</script>\x00\x1b[31m {{ 7*7 }} \u202e fin"
    alice = Seat(app, "alice")
    answer = alice.sign(alice.prepare_opinion(city, reasons=reasons))
    page = alice.get(answer.headers["location"])

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[31m {{ 7*7 }}" in page


@pytest.mark.parametrize(
    "fields",
    [{"reasons": "x" * 4001}, {"reservations": "x\n" * 30}, {"conflicts": "x" * 501}],
)
def test_too_long_a_text_is_refused(app: FastAPI, city: City, fields: dict[str, str]) -> None:
    assert "trop long" in told(Seat(app, "alice").prepare_opinion(city, None, **fields))


@pytest.mark.parametrize("payload", ["", "%%%", "e30=", base64.b64encode(b"\xff\xfe").decode()])
def test_a_payload_that_is_none_of_ours_is_refused(app: FastAPI, city: City, payload: str) -> None:
    before = kinds(city)
    for path in ("/console/signature", "/console/a-signer"):
        answer = Seat(app, "alice").post(path, payload=payload, signature="AAAA")
        assert answer.status_code == 422
        assert told(answer)

    assert kinds(city) == before


def test_only_what_a_page_shows_goes_out_to_be_signed(app: FastAPI, city: City) -> None:
    page = Seat(app, "alice").prepare_opinion(city)
    said = parsed(base64.b64decode(field(page.text, "payload")))
    said["predicate"]["also"] = "et autre chose"
    answer = Seat(app, "alice").post("/console/a-signer", payload=base64.b64encode(canonical(said)).decode())

    assert "autre chose que ce qui est montré" in told(answer)


def written_key(folder: Path, name: str) -> Path:
    path = folder / f"{name}.pem"
    path.write_bytes(key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


def test_who_signs_with_the_command_line_brings_the_file_back(app: FastAPI, city: City, tmp_path: Path) -> None:
    alice = Seat(app, "alice")
    page = alice.prepare_opinion(city)
    waiting = tmp_path / "avis.json"
    waiting.write_bytes(alice.post("/console/a-signer", payload=field(page.text, "payload")).content)
    assert main(["sign", str(waiting), "--key", str(written_key(tmp_path, "alice"))]) == 0
    kept = field(page.text, "audit")
    unsigned = alice.post("/console/enveloppe", kept=kept, envelope=json.dumps({"payload": "", "signatures": []}))
    answer = alice.post("/console/enveloppe", kept=kept, files={"file": ("avis.json", waiting.read_bytes())})

    assert unsigned.status_code == 422
    assert answer.status_code == 303
    assert kinds(city)[-2:] == ["audit", "opinion"]


def test_an_envelope_pasted_by_a_clerk_counts_for_who_signed_it(app: FastAPI, city: City, store: Store) -> None:
    page = Seat(app, "bruno").prepare_opinion(city)
    envelope = read_envelope(Seat(app, "bruno").post("/console/a-signer", payload=field(page.text, "payload")).content)
    pasted = envelope.signed(key("bruno")).to_bytes().decode()
    answer = Seat(app, "executive").post("/console/enveloppe", envelope=pasted, kept=field(page.text, "audit"))

    assert answer.status_code == 303
    assert "Bruno Martin" in Seat(app, "alice").get(answer.headers["location"])
    assert journal(store, "act_signed")[0][0] == "executive"


def test_a_dissent_and_a_reservation_are_shown_to_who_decides(app: FastAPI, city: City) -> None:
    Seat(app, "alice").opine(city, view="défavorable", reasons="Trop tôt.", reservations="Pas de relecture.")
    Seat(app, "bruno").opine(city, view="favorable avec réserves", reservations="Un mois seulement.")
    page = Seat(app, "executive").get(f"/console/version/{city.proposal.digest}/decision")

    assert [text for text in ("Trop tôt.", "Pas de relecture.", "Un mois seulement.") if text not in page] == []


def test_the_act_is_kept_whole_and_its_digest_is_what_is_signed(app: FastAPI, city: City) -> None:
    for name in SIGNERS:
        Seat(app, name).opine(city)
    act = b"%PDF" + bytes(3_000_000)
    page = Seat(app, "executive").prepare_decision(city, act)
    again = Seat(app, "executive").post("/console/acte", version=city.proposal.digest, digest=digest(act).upper())

    assert digest(act) in page.text
    assert read_records(city.folder).files[digest(act)] == act
    assert again.headers["location"].endswith(f"?acte={digest(act)}")
    assert kinds(city).count("act") == 1


def test_an_act_too_large_is_refused_before_it_is_read(app: FastAPI, city: City) -> None:
    seat = Seat(app, "executive")
    answer = seat.post("/console/acte", files={"act": ("a.pdf", bytes(11_000_000))}, version=city.proposal.digest)

    assert answer.status_code == 413


def test_one_person_stops_and_a_quorum_brings_back(app: FastAPI, city: City, store: Store) -> None:
    approve(app, city)
    david = Seat(app, "david")
    stopped = david.sign(david.post("/console/arret", level="L3", why="Erreur grave.", drill="yes"))
    down = verdict_on(city).level
    alice = Seat(app, "alice")
    first = alice.sign(alice.post("/console/reprise", level="L0", why="Corrigé."))
    page = alice.get("/console/arret")
    waiting = page.split("/console/reprise/")[1][:64]
    still = verdict_on(city).level
    for name in SIGNERS[1:]:
        seat = Seat(app, name)
        assert seat.sign(seat.client.get(f"/console/reprise/{waiting}")).status_code == 303
    back = verdict_on(city).level
    late = Seat(app, "david")

    assert stopped.headers["location"] == "/console/arret?fait=suspension"
    assert (first.status_code, down, still, back) == (303, Level.L3, Level.L3, Level.L0)
    assert "Erreur grave." in page
    assert "Déjà signée par : Alice Martin." in page
    assert "dernier arrêt" in late.client.get(f"/console/reprise/{waiting}").text
    assert ("david", "Erreur grave.") in journal(store, "act_signed")


def test_the_exercise_is_recorded(app: FastAPI, city: City) -> None:
    david = Seat(app, "david")
    before = david.get("/console/arret")
    david.sign(david.post("/console/arret", level="L2", why="Exercice de novembre.", drill="yes"))
    after = david.get("/console/arret")
    records = read_records(city.folder)

    assert "Aucun exercice" in before
    assert "Dernier exercice" in after
    assert in_force(records, rosters(records)).drilled is not None


def test_one_person_withdraws_an_approval(app: FastAPI, city: City) -> None:
    approve(app, city)
    bruno = Seat(app, "bruno")
    answer = bruno.sign(bruno.post(f"/console/version/{city.proposal.digest}/retrait", why="Erreur confirmée."))

    assert "Approbation retirée" in bruno.get(answer.headers["location"])
    assert verdict_on(city).approval is None


def test_minutes_are_entered_by_one_and_confirmed_by_another(app: FastAPI, city: City) -> None:
    path = f"/console/version/{city.proposal.digest}"
    votes = {f"vote-{name}": "favorable" for name in SIGNERS}
    executive, alice = Seat(app, "executive"), Seat(app, "alice")
    fields = {"held": city.now.date().isoformat(), "digest": "cd" * 32, **votes}
    executive.sign(executive.post(f"{path}/proces-verbal", **fields))
    waits = alice.get(path)
    found = waits.split("/console/proces-verbal/")[1][:64]
    executive.sign(executive.client.get(f"/console/proces-verbal/{found}"))
    alone = kinds(city).count("minutes")
    alice.sign(alice.client.get(f"/console/proces-verbal/{found}"))
    page = alice.get(path)

    assert "à confirmer par une autre personne" in waits
    assert (alone, kinds(city).count("minutes")) == (0, 1)
    assert f"Séance du {day_text(city.now.date())}" in page
    assert "Il y a 0 signature(s) valable(s)" in page
    assert "Donnez la date" in told(executive.post(f"{path}/proces-verbal", **(fields | {"held": "hier"})))


def test_a_key_page_gives_the_line_that_the_roster_needs(app: FastAPI) -> None:
    page = Seat(app, "stranger").get("/console/cle")
    seated = Seat(app, "alice").get("/console/cle")

    assert "{id = &#34;stranger&#34;" in page or '{id = "stranger"' in page
    assert "ne correspond à aucune personne" in page
    assert public("alice") in seated


def a_roster_file(**change: Any) -> bytes:
    """A roster as whoever keeps it writes it."""
    roster = a_roster(**change)

    def someone(one: Any) -> str:
        return f'{{id = "{one.id}", name = "{one.name}", key = "{one.key}", college = "{one.college}"}}'

    lists = {name: ", ".join(map(someone, getattr(roster, name))) for name in ("members", "responders", "witnesses")}
    lines = [f"{name} = [{value}]" for name, value in lists.items()]
    lines += [f"quorum = {roster.quorum}", f"colleges = {json.dumps(roster.colleges)}", "synthetic = false"]
    lines += [f"executive = {someone(roster.executive)}", f'origin = "{roster.origin}"']
    lines += [f'{name} = "{getattr(roster, name)}"' for name in ("log_key", "corpus_key", "evaluation_key")]
    return "\n".join(lines).encode()


def test_a_new_roster_sits_when_the_old_and_the_new_members_signed(app: FastAPI, city: City) -> None:
    others = [person(name, college) for name, college in MEMBERS.items() if name != "emma"]
    sent = a_roster_file(members=(*others, person("stranger", "experts")))
    alice = Seat(app, "alice")
    shown = alice.post("/console/tableau", files={"file": ("membres.toml", sent)})
    alice.sign(shown)
    waiting = alice.get("/console/tableau").split("/console/tableau/")[1][:64]
    for name in ("bruno", "chloe"):
        seat = Seat(app, name)
        assert kinds(city).count("roster") == 1
        assert seat.sign(seat.client.get(f"/console/tableau/{waiting}")).status_code == 303
    page = alice.get("/console/historique")

    assert public("stranger") in shown.text
    assert kinds(city).count("roster") == 2
    assert "Membre du comité : Stranger Martin arrive." in page
    assert "Membre du comité : Emma Martin part." in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "Donnez le fichier"),
        (b"members = 3", "illisible"),
        (b"\xff", "illisible"),
        (b"quorum = 1.5", "illisible"),
        (a_roster_file(quorum=1), "les règles en demandent"),
        (a_roster_file(quorum=9), "impossible"),
    ],
)
def test_a_roster_that_cannot_sit_is_refused(app: FastAPI, city: City, sent: bytes, said: str) -> None:
    answer = Seat(app, "alice").post("/console/tableau", files={"file": ("membres.toml", sent)})

    assert said in told(answer)
    assert kinds(city).count("roster") == 1


def test_records_that_do_not_hold_are_told_and_nothing_is_offered(app: FastAPI, city: City) -> None:
    log = city.folder / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"proposal"', b'"proposaL"', 1))
    alice = Seat(app, "alice")
    pages = {path: alice.client.get(path) for path in ("/console", "/console/arret", "/console/tableau")}
    history = alice.get("/console/historique")

    assert all(page.status_code == 200 and "a été modifiée" in told(page) for page in pages.values())
    assert "La vérification échoue" in history


def test_what_the_console_kept_of_the_reading_is_what_counts(app: FastAPI, city: City) -> None:
    kept = {"alice": an_audit("alice", city.manifest.fingerprint)}
    app.state.audit_file = lambda member, release: kept.get(member) if release == city.manifest.fingerprint else None
    alice = Seat(app, "alice")
    form = alice.get(f"/console/version/{city.proposal.digest}/avis")
    page = alice.prepare_opinion(city, an_audit("alice", city.manifest.fingerprint, read=50))
    answer = alice.sign(page, audit=base64.b64encode(b"{}").decode())

    assert "Votre relecture de cette version est gardée ici" in form
    assert 'type="file"' not in form
    assert answer.status_code == 303
    assert digest(kept["alice"]) in read_records(city.folder).files


def test_an_opinion_prepared_before_the_reading_changed_is_prepared_again(app: FastAPI, city: City) -> None:
    kept = {"alice": an_audit("alice", city.manifest.fingerprint)}
    app.state.audit_file = lambda member, _: kept.get(member)
    alice = Seat(app, "alice")
    page = alice.prepare_opinion(city)
    kept["alice"] = an_audit("alice", city.manifest.fingerprint, missed=2)
    stale, again = alice.sign(page), alice.prepare_opinion(city)

    assert (stale.status_code, again.status_code) == (422, 422)
    assert "lui ont échappé" in told(again)
    assert "opinion" not in kinds(city)


def test_a_member_whom_the_console_knows_nothing_of_may_bring_their_reading(app: FastAPI, city: City) -> None:
    app.state.audit_file = lambda *_: None

    assert Seat(app, "bruno").opine(city).status_code == 303
