"""What several people sign one after the other waits aside, and is filed with the signature that was missing."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ethics.envelope import Statement
from ethics.errors import EthicsError
from ethics.filing import check_decidable, file_resume, file_roster, file_suspension, next_roster, resume_now
from ethics.gate import rosters
from ethics.gathering import (
    WAITING,
    changed_envelope,
    gather_minutes,
    gather_resume,
    gather_roster,
    waiting_file,
    waiting_minutes,
    waiting_resumes,
    waiting_rosters,
)
from ethics.levels import Level, in_force, suspension
from ethics.minutes import Minutes
from ethics.opinion import View
from ethics.records import read_records
from ethics.verification import verify_records
from tests.ethics.city import MEMBERS, SIGNERS, City, a_roster, person, signed
from tests.ethics.signers import key
from tests.ethics.test_filing import city, kinds, more

__all__ = ["city"]


def test_signatures_to_come_back_are_gathered_until_a_quorum(city: City) -> None:
    stop = signed(suspension(Level.L3, "oncall", "Essai.", drill=True), "oncall")
    file_suspension(city.folder, stop, city.tick())
    records = read_records(city.folder)
    back = resume_now(records, Level.L0, "Fin de l’essai.")
    with pytest.raises(EthicsError, match="1 signature"):
        file_resume(city.folder, signed(back, "alice"), city.tick())
    with pytest.raises(EthicsError, match="membre du comité"):
        gather_resume(city.folder, signed(back, "executive"), city.tick())
    early = [gather_resume(city.folder, signed(back, name), city.tick()) for name in (*SIGNERS[:2], SIGNERS[0])]
    waits = waiting_resumes(city.folder)
    whole = gather_resume(city.folder, signed(back, SIGNERS[2]), city.tick())

    assert (early, whole) == ([False] * 3, True)
    assert [len(one.signatures) for one in waits] == [2]
    assert in_force(read_records(city.folder), rosters(read_records(city.folder))).last == ""
    assert waiting_resumes(city.folder) == []
    with pytest.raises(EthicsError, match="ne répond pas au dernier arrêt"):
        gather_resume(city.folder, signed(back, "david"), city.tick())


def test_members_who_sign_at_the_same_time_all_stay(city: City) -> None:
    file_suspension(city.folder, signed(suspension(Level.L3, "oncall", "Essai."), "oncall"), city.tick())
    back = resume_now(read_records(city.folder), Level.L0, "Fin.")
    now, citizens = city.tick(), [name for name, college in MEMBERS.items() if college == "citoyens"]
    together = [threading.Thread(target=gather_resume, args=(city.folder, signed(back, n), now)) for n in citizens]
    for one in together:
        one.start()
    for one in together:
        one.join()

    assert [len(one.signatures) for one in waiting_resumes(city.folder)] == [len(citizens)]


def test_who_signs_by_command_and_who_signs_at_the_console_sign_one_file(city: City) -> None:
    file_suspension(city.folder, signed(suspension(Level.L3, "oncall", "Essai."), "oncall"), city.tick())
    back = resume_now(read_records(city.folder), Level.L0, "Fin.")
    gather_resume(city.folder, signed(back, SIGNERS[0]), city.tick())
    # As `python -m ethics sign FILE --key KEY` does.
    changed_envelope(waiting_file(city.folder, back.envelope()), lambda waits: waits.signed(key(SIGNERS[1])))

    assert gather_resume(city.folder, signed(back, SIGNERS[2]), city.tick())


def test_a_return_to_service_that_says_more_than_was_shown_is_refused(city: City) -> None:
    file_suspension(city.folder, signed(suspension(Level.L3, "oncall", "Essai."), "oncall"), city.tick())
    back = signed(resume_now(read_records(city.folder), Level.L0, "Fin."), "alice")
    with pytest.raises(EthicsError, match="autre chose"):
        gather_resume(city.folder, more(back, "alice", also="et autre chose"), city.tick())

    assert waiting_resumes(city.folder) == []


def test_what_waits_is_skipped_when_it_cannot_be_read(city: City) -> None:
    file_suspension(city.folder, signed(suspension(Level.L3, "oncall", "Essai."), "oncall"), city.tick())
    back = signed(resume_now(read_records(city.folder), Level.L0, "Fin."), "alice")
    gather_resume(city.folder, back, city.tick())
    waiting_file(city.folder, back).with_name("reprise-0.json").write_bytes(b"{")

    assert waiting_resumes(city.folder) == [back]


def a_paper(city: City, **change: Any) -> Minutes:
    votes = tuple((name, View.FAVORABLE) for name in SIGNERS)
    return replace(Minutes(city.proposal.digest, "cd" * 32, city.now.date(), votes), **change)


def test_minutes_are_entered_by_one_and_confirmed_by_another(city: City) -> None:
    said = a_paper(city).statement()
    first = gather_minutes(city.folder, signed(said, "oncall"), city.tick())
    again = gather_minutes(city.folder, signed(said, "oncall"), city.tick())
    waits = len(waiting_minutes(city.folder))
    whole = gather_minutes(city.folder, signed(said, "executive"), city.tick())

    assert (first, again, waits, whole) == (False, False, 1, True)
    assert kinds(city).count("minutes") == 1
    assert waiting_minutes(city.folder) == []
    with pytest.raises(EthicsError, match="déjà enregistré"):
        gather_minutes(city.folder, signed(said, "alice"), city.tick())


def test_minutes_of_three_favorable_votes_approve_nothing(city: City) -> None:
    for name in ("oncall", "executive"):
        gather_minutes(city.folder, signed(a_paper(city).statement(), name), city.tick())
    found = verify_records(city.folder)
    with pytest.raises(EthicsError, match="0 signature"):
        check_decidable(found.records, found.rosters[-1], city.policy, city.proposal, city.tick())

    assert city.ask().approval is None
    assert found.records.log.entries[-1].kind == "minutes"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"votes": ()}, "au moins un membre"),
        ({"votes": (("alice", View.FAVORABLE), ("alice", View.UNFAVORABLE))}, "une seule fois"),
        ({"votes": (("stranger", View.FAVORABLE),)}, "en exercice"),
        ({"paper": "abc"}, "empreinte"),
        ({"held": date(2100, 1, 1)}, "avenir"),
        ({"proposal": "ef" * 32}, "n’est pas au dossier"),
    ],
)
def test_minutes_that_cannot_be_true_are_refused(city: City, change: dict[str, Any], said: str) -> None:
    with pytest.raises(EthicsError, match=said):
        gather_minutes(city.folder, signed(a_paper(city, **change).statement(), "oncall"), city.tick())

    assert "minutes" not in kinds(city)


@pytest.mark.parametrize(
    "predicate",
    [{}, {"held": "2026-11-01", "votes": 3}, {"held": "hier", "votes": []}, {"held": "2026-11-01", "votes": ["x"]}],
)
def test_minutes_that_cannot_be_read_are_refused(city: City, predicate: dict[str, Any]) -> None:
    statement = Statement("urn:cite:minutes:v1", {"proposal": city.proposal.digest, "minutes": "cd" * 32}, predicate)
    with pytest.raises(EthicsError, match="illisible"):
        gather_minutes(city.folder, signed(statement, "oncall"), city.tick())


def test_minutes_by_a_stranger_are_refused(city: City) -> None:
    with pytest.raises(EthicsError, match="pas au tableau"):
        gather_minutes(city.folder, signed(a_paper(city).statement(), "stranger"), city.tick())


def test_a_roster_sits_once_a_quorum_of_the_old_and_of_the_new_signed(city: City) -> None:
    before = rosters(read_records(city.folder))[-1]
    others = [person(name, college) for name, college in MEMBERS.items() if name != "emma"]
    members = (*others, person("fanny", "experts"))
    said = a_roster(sequence=2, previous=before.digest, members=members).statement()
    with pytest.raises(EthicsError, match="membre du comité"):
        gather_roster(city.folder, signed(said, "oncall"), city.policy, city.tick())
    # Enough for the new one (fanny is an expert), not for the old one.
    early = [gather_roster(city.folder, signed(said, name), city.policy, city.tick()) for name in ("alice", "chloe")]
    early.append(gather_roster(city.folder, signed(said, "fanny"), city.policy, city.tick()))
    waits = len(waiting_rosters(city.folder))
    whole = gather_roster(city.folder, signed(said, "bruno"), city.policy, city.tick())

    assert (early, waits, whole) == ([False] * 3, 1, True)
    assert [roster.sequence for roster in rosters(read_records(city.folder))] == [1, 2]
    assert list((city.folder / WAITING).iterdir()) == []


def test_a_roster_without_one_of_its_quorums_is_not_filed(city: City) -> None:
    before = rosters(read_records(city.folder))[-1]
    said = a_roster(sequence=2, previous=before.digest).statement()
    with pytest.raises(EthicsError, match="pas signé par les membres"):
        file_roster(city.folder, signed(said, *SIGNERS[:2]), city.policy, city.tick())

    assert kinds(city).count("roster") == 1


def test_a_roster_too_weak_for_the_rules_gathers_nothing(city: City) -> None:
    before = rosters(read_records(city.folder))[-1]
    weak = a_roster(sequence=2, previous=before.digest, quorum=1).statement()
    with pytest.raises(EthicsError, match="les règles en demandent"):
        gather_roster(city.folder, signed(weak, *MEMBERS), city.policy, city.tick())

    assert kinds(city).count("roster") == 1


def test_a_roster_overtaken_by_another_waits_no_more(city: City) -> None:
    before = rosters(read_records(city.folder))[-1]
    late = a_roster(sequence=2, previous=before.digest, quorum=4).statement()
    gather_roster(city.folder, signed(late, "alice"), city.policy, city.tick())
    city.seat(a_roster(sequence=2, previous=before.digest, quorum=5), tuple(MEMBERS))

    assert waiting_rosters(city.folder) == []
    with pytest.raises(EthicsError, match="ne suit pas"):
        gather_roster(city.folder, signed(late, "bruno"), city.policy, city.tick())


def test_the_first_roster_needs_no_log(tmp_path: Path) -> None:
    roster = a_roster()
    folder = tmp_path / "records"
    folder.mkdir()
    city = City(folder)
    early = [gather_roster(folder, signed(roster.statement(), n), city.policy, city.tick()) for n in SIGNERS[:2]]
    whole = gather_roster(folder, signed(roster.statement(), SIGNERS[2]), city.policy, city.tick())

    assert (early, whole) == ([False, False], True)


@pytest.mark.parametrize("data", [b"\xff", b"quorum = ", b"quorum = 1.5", b"day = 2026-11-27"])
def test_a_roster_file_that_cannot_be_read_is_refused(city: City, data: bytes) -> None:
    with pytest.raises(EthicsError, match="illisible"):
        next_roster(city.folder, data)
