"""Who sits, once each, and never without those who sat before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.envelope import Envelope, Statement
from ethics.errors import EthicsError, RecordsError
from ethics.roster import ROSTER, Person, Roster, read_roster
from tests.ethics.city import MEMBERS, POLICY, SIGNERS, a_roster, person, signed
from tests.ethics.signers import public


def read(roster: Roster, *signers: str, before: Roster | None = None) -> Roster:
    try:
        return read_roster(signed(roster.statement(), *(signers or SIGNERS)), before)
    except EthicsError as error:
        if "None" in str(error):
            pytest.fail(f"A sentence does not name what is wrong: {error}")
        raise


def after(before: Roster, **change: Any) -> Roster:
    return replace(a_roster(), sequence=before.sequence + 1, previous=before.digest, **change)


NEW_MEMBERS = (
    *(person(name, college) for name, college in MEMBERS.items() if name != "bruno"),
    person("fanny", "experts"),
)


def test_a_roster_is_read_as_it_was_signed() -> None:
    found = read(a_roster())

    assert replace(found, digest="") == a_roster()
    assert found.digest == a_roster().statement().envelope().digest
    assert found.member(public("alice")) == person("alice", "citoyens")
    assert found.member(public("executive")) is None
    assert [p.id for p in found.who_may_suspend()] == [*MEMBERS, "executive", "oncall"]


@pytest.mark.parametrize(
    ("signers", "said"),
    [
        (("alice", "bruno"), r"n° 1 n’est pas signé par les membres qu’il nomme. Il y a 2 signature.*il en faut 3"),
        (("alice", "bruno", "david"), "collège « agents »"),
        (("alice", "bruno", "executive"), "2 signature"),
        (("alice", "bruno", "stranger"), "2 signature"),
        (("alice", "alice", "bruno"), "2 signature"),
    ],
)
def test_the_first_roster_is_signed_by_a_quorum_of_its_members(signers: tuple[str, ...], said: str) -> None:
    with pytest.raises(RecordsError, match=said):
        read(a_roster(), *signers)


def test_the_next_one_is_signed_by_the_old_and_the_new() -> None:
    first = read(a_roster())
    second = after(first, members=NEW_MEMBERS)

    assert read(second, *SIGNERS, "fanny", before=first).members == NEW_MEMBERS
    with pytest.raises(RecordsError, match="membres qu’il nomme"):
        read(second, *SIGNERS, before=first)
    with pytest.raises(RecordsError, match=r"n° 2 n’est pas signé par les membres du tableau précédent. Il y a 2 sign"):
        read(second, "alice", "chloe", "fanny", before=first)


def test_a_lower_quorum_needs_the_old_one() -> None:
    first = read(a_roster())

    with pytest.raises(RecordsError, match="tableau précédent"):
        read(after(first, quorum=1, colleges=()), "alice", before=first)


@pytest.mark.parametrize("change", [{"sequence": 1}, {"sequence": 3}, {"previous": ""}, {"previous": "ab" * 32}])
def test_a_roster_follows_the_one_in_force(change: dict[str, Any]) -> None:
    first = read(a_roster())

    with pytest.raises(RecordsError, match=r"n° \d ne suit pas"):
        read(replace(after(first), **change), before=first)


@pytest.mark.parametrize("change", [{"sequence": 2}, {"previous": "ab" * 32}])
def test_the_first_roster_follows_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(RecordsError, match="ne suit pas"):
        read(a_roster(**change))


def others(*people: Person) -> dict[str, Any]:
    return {"members": (*a_roster().members[:-1], *people)}


def as_person(id_: str, name: str, key: str, college: str = "experts") -> Person:
    return Person(id_, name, key, college)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (others(as_person("x", "Autre Nom", public("alice"))), rf"clé \({public('alice')[:16]}…\) figure deux fois"),
        (others(as_person("x", "Alice Martin", public("x"))), r"personne \(alice martin\) figure deux fois"),
        (others(as_person("x", "  alice  MARTIN ", public("x"))), "personne .* deux fois"),
        (others(as_person("x", "Alicé-Martin", public("x"))), "personne .* deux fois"),
        (others(as_person("ALICE", "Autre Nom", public("x"))), r"personne \(alice\) figure deux fois"),
        (others(as_person("x", "Executive Martin", public("x"))), "personne .* deux fois"),
        ({"executive": person("alice")}, "deux fois"),
        ({"responders": (person("alice"),)}, "deux fois"),
        ({"witnesses": (person("executive"),)}, "deux fois"),
        ({"log_key": public("alice")}, "deux fois"),
        ({"corpus_key": public("log")}, "deux fois"),
        ({"evaluation_key": public("corpus")}, "deux fois"),
        ({"log_key": ""}, "clé inutilisable"),
        ({"log_key": "01" + "00" * 31}, r"clé inutilisable \(0100000000000000…\)"),
        (others(as_person("x", "X", "zz")), "clé inutilisable"),
        ({"quorum": 0}, "0 signatures pour 5 membres"),
        ({"quorum": 6}, "6 signatures pour 5 membres"),
        ({"colleges": ("syndicats",)}, "collège « syndicats » est demandé mais n’a aucun membre"),
    ],
)
def test_nobody_and_no_key_counts_twice(change: dict[str, Any], said: str) -> None:
    with pytest.raises(RecordsError, match=said):
        read(a_roster(**change), *MEMBERS)


def test_a_quorum_of_everybody_is_possible() -> None:
    assert read(a_roster(quorum=5), *MEMBERS).quorum == 5
    assert read(a_roster(quorum=1, colleges=()), "alice").quorum == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": True},
        {"sequence": "1"},
        {"quorum": "3"},
        {"origin": ""},
        {"origin": "a\nb"},
        {"previous": None},
        {"synthetic": 1},
        {"log_key": 1},
        {"colleges": None},
        {"colleges": [1]},
        {"members": None},
        {"members": [12]},
        {"members": [{"id": "a"}]},
        {"members": [{"id": 1, "name": "a", "key": "b", "college": "c"}]},
        {"executive": []},
        {"more": 1},
    ],
)
def test_a_badly_formed_roster_is_refused(change: dict[str, Any]) -> None:
    said = a_roster().statement()

    with pytest.raises(RecordsError, match="illisible"):
        read_roster(signed(Statement(ROSTER, {}, dict(said.predicate) | change), *SIGNERS), None)


def test_a_missing_key_or_another_statement_is_refused() -> None:
    said = dict(a_roster().statement().predicate)
    del said["synthetic"]

    whole = dict(a_roster().statement().predicate)
    for statement in (Statement(ROSTER, {}, said), Statement("urn:cite:opinion:v1", {}, whole)):
        with pytest.raises(EthicsError, match="illisible"):
            read_roster(signed(statement, *SIGNERS), None)
    with pytest.raises(EthicsError):
        read_roster(Envelope(b"{}"), None)


@given(st.sets(st.sampled_from([*MEMBERS, "executive", "oncall", "mediateur", "log", "stranger"])))
def test_a_quorum_is_so_many_members_with_each_college(names: set[str]) -> None:
    sitting = names & set(MEMBERS)
    enough = len(sitting) >= 3 and {MEMBERS[name] for name in sitting} == {"citoyens", "experts", "agents"}

    assert (a_roster().shortfalls({public(name) for name in names}) == ()) == enough


def test_a_committee_too_small_or_with_builders_is_weak() -> None:
    roster = read(a_roster())
    builders = replace(POLICY.builders, names=("Mediateur Martin",), keys=(public("oncall"),))

    assert roster.weaknesses(POLICY) == ()
    told = roster.weaknesses(replace(POLICY, builders=builders))
    assert [one.partition(" construit")[0] for one in told] == ["Oncall Martin", "Mediateur Martin"]
    for quorum, said in (
        (replace(POLICY.quorum, members=4), "demande 3 signatures, les règles en demandent 4"),
        (replace(POLICY.quorum, colleges=("syndicats",)), "collège « syndicats »"),
    ):
        (told,) = (roster.weaknesses(replace(POLICY, quorum=quorum)),)
        assert len(told) == 1
        assert said in told[0]
    assert roster.weaknesses(replace(POLICY, quorum=replace(POLICY.quorum, members=1, colleges=()))) == ()
    small = roster.weaknesses(replace(POLICY, quorum=replace(POLICY.quorum, seats=6)))
    assert small == ("Le comité compte 5 membres, il en faut au moins 6.",)
    assert roster.weaknesses(replace(POLICY, quorum=replace(POLICY.quorum, seats=5))) == ()


@pytest.mark.parametrize("kind", [Person, Roster])
def test_what_was_read_cannot_be_changed(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
