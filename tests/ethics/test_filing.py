"""What a person signed goes to the records by one door, and nothing that would not count passes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ethics.canonical import canonical, parsed
from ethics.decision import revocation
from ethics.envelope import Envelope, Statement
from ethics.errors import EthicsError
from ethics.filing import (
    decision_on,
    file_act,
    file_decision,
    file_opinion,
    file_revocation,
    file_suspension,
    opinion_on,
)
from ethics.gate import rosters
from ethics.levels import Level, suspension
from ethics.opinion import View
from ethics.records import read_records
from ethics.verification import verify_records
from tests.ethics.city import MEMBERS, SIGNERS, City, a_roster, an_audit, person, signed
from tests.ethics.signers import key

ACT = b"%PDF un acte signe"


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A release proposed, on which nobody said anything yet."""
    (tmp_path / "records").mkdir()
    made = City(tmp_path / "records", scope="demo")
    made.seat()
    made.propose(made.evaluate())
    return made


def opinion_of(city: City, name: str, audit: bytes | None = None, **change: Any) -> tuple[Envelope, bytes]:
    audit = an_audit(name, city.manifest.fingerprint) if audit is None else audit
    found = opinion_on(city.proposal, person(name, MEMBERS[name]), View.FAVORABLE, "Lu.", ((), ()), audit)
    return signed(replace(found, **change).statement(), name), audit


def opine(city: City, name: str) -> None:
    file_opinion(city.folder, *opinion_of(city, name), city.policy, city.tick())


def decide(city: City) -> Envelope:
    act = file_act(city.folder, ACT, "arrete.pdf", city.tick())
    envelope = signed(decision_on(city.proposal, act).statement(), "executive")
    file_decision(city.folder, envelope, city.policy, city.tick())
    return envelope


def kinds(city: City) -> list[str]:
    return [entry.kind for entry in read_records(city.folder).log.entries]


def more(envelope: Envelope, name: str, **said: Any) -> Envelope:
    """The same statement with something else in it, signed again by its author."""
    payload = parsed(envelope.payload)
    payload["predicate"] |= said
    return signed_payload(canonical(payload), name)


def signed_payload(payload: bytes, name: str) -> Envelope:
    return Envelope(payload).signed(key(name))


def test_three_opinions_and_a_decision_approve_a_release(city: City) -> None:
    for name in SIGNERS:
        opine(city, name)
    decide(city)

    assert city.ask().level is Level.L0
    assert kinds(city) == ["roster", "evidence", "proposal", *["audit", "opinion"] * 3, "act", "decision"]


def _too_few(city: City) -> tuple[Envelope, bytes]:
    return opinion_of(city, "alice", an_audit("alice", city.manifest.fingerprint, read=19))


def _missed(city: City) -> tuple[Envelope, bytes]:
    return opinion_of(city, "alice", an_audit("alice", city.manifest.fingerprint, missed=2))


def _of_another(city: City) -> tuple[Envelope, bytes]:
    envelope, _ = opinion_of(city, "alice")
    return envelope, an_audit("bruno", city.manifest.fingerprint)


def _other_scope(city: City) -> tuple[Envelope, bytes]:
    return opinion_of(city, "alice", scope="public")


def _other_release(city: City) -> tuple[Envelope, bytes]:
    return opinion_of(city, "alice", proposal="ab" * 32)


def _later(city: City) -> tuple[Envelope, bytes]:
    return opinion_of(city, "alice", expires=city.proposal.expires + timedelta(days=1))


def _no_reasons(city: City) -> tuple[Envelope, bytes]:
    return opinion_of(city, "alice", reasons=" ")


def _unsigned(city: City) -> tuple[Envelope, bytes]:
    envelope, audit = opinion_of(city, "alice")
    return Envelope(envelope.payload), audit


def _by_another(city: City) -> tuple[Envelope, bytes]:
    envelope, audit = opinion_of(city, "alice")
    return signed_payload(envelope.payload, "bruno"), audit


def _says_more(city: City) -> tuple[Envelope, bytes]:
    envelope, audit = opinion_of(city, "alice")
    return more(envelope, "alice", also="et autre chose"), audit


def _removed(city: City) -> tuple[Envelope, bytes]:
    envelope, audit = opinion_of(city, "emma")
    others = [person(name, college) for name, college in MEMBERS.items() if name != "emma"]
    members = (*others, person("fanny", "experts"))
    before = rosters(read_records(city.folder))[-1]
    city.seat(a_roster(sequence=2, previous=before.digest, members=members))
    return envelope, audit


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (_too_few, "19 réponses relues"),
        (_missed, "2 réponses fausses"),
        (_of_another, "aucune relecture"),
        (_other_scope, "Aucune version n’a été proposée"),
        (_other_release, "autre version"),
        (_later, "ne correspond pas"),
        (_no_reasons, "pas motivé"),
        (_unsigned, "pas signé avec sa clé"),
        (_by_another, "pas signé avec sa clé"),
        (_says_more, "autre chose"),
        (_removed, "pas au tableau"),
    ],
)
def test_an_opinion_that_would_not_count_is_refused_and_leaves_no_line(
    city: City, attempt: Callable[[City], tuple[Envelope, bytes]], said: str
) -> None:
    envelope, audit = attempt(city)
    before = kinds(city)
    with pytest.raises(EthicsError, match=said):
        file_opinion(city.folder, envelope, audit, city.policy, city.tick())

    assert kinds(city) == before


def test_the_same_opinion_sent_twice_is_kept_once_but_may_be_given_again_after_another(city: City) -> None:
    first, audit = opinion_of(city, "alice")
    against, _ = opinion_of(city, "alice", view=View.UNFAVORABLE)
    file_opinion(city.folder, first, audit, city.policy, city.tick())
    with pytest.raises(EthicsError, match="déjà enregistré"):
        file_opinion(city.folder, first, audit, city.policy, city.tick())
    file_opinion(city.folder, against, audit, city.policy, city.tick())
    file_opinion(city.folder, first, audit, city.policy, city.tick())

    assert kinds(city)[-4:] == ["audit", "opinion", "opinion", "opinion"]


def test_a_decision_comes_after_the_opinions_and_once(city: City) -> None:
    envelope = signed(decision_on(city.proposal, "ab" * 32).statement(), "executive")
    with pytest.raises(EthicsError, match="vient après l’avis"):
        file_decision(city.folder, envelope, city.policy, city.tick())
    for name in SIGNERS:
        opine(city, name)
    with pytest.raises(EthicsError, match="L’acte signé par la Ville n’est pas au dossier"):
        file_decision(city.folder, envelope, city.policy, city.tick())
    by_a_member = signed(decision_on(city.proposal, "ab" * 32).statement(), "alice")
    with pytest.raises(EthicsError, match="Seule la clé"):
        file_decision(city.folder, by_a_member, city.policy, city.tick())
    later = replace(decision_on(city.proposal, "ab" * 32), expires=city.proposal.expires + timedelta(days=1))
    with pytest.raises(EthicsError, match="ne correspond pas"):
        file_decision(city.folder, signed(later.statement(), "executive"), city.policy, city.tick())
    again = decide(city)
    with pytest.raises(EthicsError, match="déjà décidée"):
        file_decision(city.folder, again, city.policy, city.tick())

    assert kinds(city).count("decision") == 1
    assert city.ask().level is Level.L0


def test_an_act_is_kept_once(city: City) -> None:
    digests = {file_act(city.folder, ACT, "../../arrete.pdf", city.tick()) for _ in range(2)}

    assert len(digests) == 1
    assert kinds(city).count("act") == 1


def test_a_withdrawn_release_is_not_decided(city: City) -> None:
    for name in SIGNERS:
        opine(city, name)
    file_revocation(city.folder, signed(revocation(city.proposal.digest, "Erreur."), "david"), city.tick())
    with pytest.raises(EthicsError, match="retirée"):
        decide(city)


@pytest.mark.parametrize(
    ("statement", "signer", "said"),
    [
        (revocation("ab" * 32, "Erreur."), "alice", "n’est pas au dossier"),
        (revocation("ab" * 32, " "), "alice", "raison"),
        (revocation("ab" * 32, "Erreur."), "stranger", "pas au tableau"),
        (suspension(Level.L3, "alice", "Erreur."), "alice", "pas de celles"),
        (Statement("urn:cite:revocation:v1", {}, {"why": "Erreur."}), "alice", "n’est pas au dossier"),
    ],
)
def test_a_withdrawal_that_names_nothing_or_nobody_is_refused(
    city: City, statement: Statement, signer: str, said: str
) -> None:
    with pytest.raises(EthicsError, match=said):
        file_revocation(city.folder, signed(statement, signer), city.tick())


def test_a_withdrawal_that_says_more_than_was_shown_is_refused(city: City) -> None:
    envelope = signed(revocation(city.proposal.digest, "Erreur."), "alice")
    with pytest.raises(EthicsError, match="autre chose"):
        file_revocation(city.folder, more(envelope, "alice", also="et autre chose"), city.tick())

    assert "revocation" not in kinds(city)


@pytest.mark.parametrize(
    ("statement", "signer", "said"),
    [
        (suspension(Level.L3, "alice", "Erreur."), "stranger", "pas au tableau"),
        (suspension(Level.L3, "bruno", "Erreur."), "alice", "autre chose"),
        (revocation("ab" * 32, "Erreur."), "alice", "pas de celles"),
        (Statement("urn:cite:suspension:v1", {}, {"level": 9, "why": "x", "themes": []}), "alice", "ne correspond pas"),
        (Statement("urn:cite:suspension:v1", {}, {"level": 3, "why": " ", "themes": []}), "alice", "raison"),
    ],
)
def test_a_stop_badly_formed_or_by_a_stranger_is_refused(
    city: City, statement: Statement, signer: str, said: str
) -> None:
    with pytest.raises(EthicsError, match=said):
        file_suspension(city.folder, signed(statement, signer), city.tick())

    assert "suspension" not in kinds(city)


def test_the_last_witnessed_state_is_told(city: City) -> None:
    before = verify_records(city.folder)
    city.cosign()
    after = verify_records(city.folder).witnessed()

    assert before.witnessed() is None
    assert "3 lignes" in before.sentence
    assert after is not None
    assert (after.lines, after.name) == (3, "Mediateur Martin")
