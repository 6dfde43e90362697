"""The gate: nothing is served that the records do not approve, and the finding says what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ethics.checkpoint import Checkpoint
from ethics.decision import revocation
from ethics.errors import LogError
from ethics.evidence import Measure
from ethics.gate import Bundle, Place, Serve, Standing, Verdict, check_log, rosters, verdict
from ethics.levels import Level, identity, resume, suspension
from ethics.opinion import View
from ethics.records import file_data, note, read_records
from ethics.rules import SCOPES
from ethics.snapshot import Snapshot
from ethics.workdays import after_working_days
from tests.ethics.city import (
    MEASURES,
    POLICY,
    SIGNERS,
    START,
    City,
    a_city,
    a_manifest,
    a_roster,
    codes,
    person,
    signed,
)
from tests.ethics.signers import key, public

OTHER = "cd" * 32


@pytest.fixture(scope="session")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> City:
    return a_city(tmp_path_factory.mktemp("approved"))


@pytest.fixture
def city(approved_once: City, tmp_path: Path) -> City:
    return approved_once.copied(tmp_path / "copy")


def seated(tmp_path: Path, **change: Any) -> City:
    (tmp_path / "records").mkdir()
    city = City(tmp_path / "records", **change)
    city.seat()
    return city


def test_an_approved_release_is_served_as_it_is(city: City) -> None:
    found = city.ask()

    assert (found.level, found.serve, found.findings) == (Level.L0, Serve.LIVE, ())
    assert found.approval is not None
    assert found.approval.proposal.manifest.fingerprint == city.manifest.fingerprint
    assert found.manifest == city.manifest
    assert found.again_s == POLICY.gate.interval_s
    assert not found.banner


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_can_be_approved(tmp_path: Path, scope: str) -> None:
    found = a_city(tmp_path, scope=scope).ask()

    assert (found.level, found.serve) == (Level.L0, Serve.LIVE)
    assert found.banner == (scope == "demo")


# The table of DESIGN.md, section 8, row by row.


@pytest.mark.parametrize(
    "change",
    [
        {"prompts": OTHER},
        {"model": {"identity": "declared", "name": "mistral-medium-2604", "weights": "", "settings": "ab" * 32}},
        {
            "prompts": OTHER,
            "model": {"identity": "none", "name": "", "weights": "", "settings": "ab" * 32},
        },
    ],
)
def test_row_1_another_model_or_prompt_leaves_quotes_only(city: City, change: dict[str, Any]) -> None:
    found = city.ask(a_manifest(**change))

    assert (found.level, found.serve) == (Level.L2, Serve.LIVE)
    assert codes(found.findings) == [f"differs_{part}" for part in ("model", "prompts") if part in change] + [
        "quotes_only"
    ]


CORE: dict[str, Any] = {
    "code": {"commit": "cd" * 20, "clean": True, "constraints": "ab" * 32, "files": "ab" * 32},
    **dict.fromkeys(
        [
            *("embedding", "guard", "thresholds", "lexicon", "contacts"),
            *("retrieval", "index", "passages", "policy", "evaluation"),
        ],
        OTHER,
    ),
}


@pytest.mark.parametrize("part", CORE)
def test_row_2_anything_else_gives_way_to_the_bundle_or_to_the_static_page(city: City, part: str) -> None:
    altered = a_manifest(**{part: CORE[part]})
    without = city.ask(altered)
    with_bundle = city.ask(altered, bundle=Bundle(city.manifest, POLICY))
    with_another = city.ask(altered, bundle=Bundle(altered, POLICY))

    assert (without.level, without.serve, codes(without.findings)) == (
        Level.L3,
        Serve.STATIC,
        [f"differs_{part}", "no_bundle"],
    )
    assert (with_bundle.level, with_bundle.serve) == (Level.L0, Serve.BUNDLE)
    assert codes(with_bundle.findings) == [f"differs_{part}", "from_bundle"]
    assert with_bundle.manifest == city.manifest
    assert with_another.serve is Serve.STATIC


def test_row_2_after_an_update_serves_what_was_signed_of_each(city: City) -> None:
    update = Snapshot(city.proposal.digest, city.manifest.parts["passages"], OTHER, OTHER, 1000, 1, 1, {})
    city.file("snapshot", signed(update.statement(), "corpus"))
    updated = a_manifest(passages=OTHER, index=OTHER)
    altered = a_manifest(passages=OTHER, index=OTHER, lexicon=OTHER)
    bundle = Bundle(city.manifest, POLICY)

    assert (city.ask(updated).serve, city.ask(updated).manifest) == (Serve.LIVE, updated)
    assert (city.ask(altered, bundle=bundle).serve, city.ask(altered, bundle=bundle).manifest) == (
        Serve.BUNDLE,
        city.manifest,
    )


def test_row_2_holds_when_the_prompts_differ_too(city: City) -> None:
    assert city.ask(a_manifest(prompts=OTHER, guard=OTHER)).level is Level.L3


@pytest.mark.parametrize("scope", SCOPES)
def test_row_3_without_an_approval_nothing_is_served_but_in_demonstration(tmp_path: Path, scope: str) -> None:
    found = seated(tmp_path, scope=scope).ask()

    assert "no_proposal" in codes(found.findings)
    assert (found.level, found.serve, found.banner) == (
        (Level.L2, Serve.LIVE, True) if scope == "demo" else (Level.L3, Serve.STATIC, False)
    )


@pytest.mark.parametrize("scope", SCOPES)
def test_row_3_without_records_nothing_is_served_but_in_demonstration(tmp_path: Path, scope: str) -> None:
    found = verdict(POLICY, tmp_path / "absent", a_manifest(), Place(scope, loopback=True), START)

    assert codes(found.findings) == ["unreadable"]
    assert found.level is (Level.L2 if scope == "demo" else Level.L3)


def test_a_demonstration_is_for_this_machine_alone(tmp_path: Path) -> None:
    city = a_city(tmp_path, scope="demo")
    found = city.ask(loopback=False)

    assert (found.level, found.serve, codes(found.findings)) == (Level.L3, Serve.STATIC, ["not_loopback"])
    assert "127.0.0.1" in found.findings[0].text
    assert city.ask(scope="public").level is Level.L3


def test_an_unknown_scope_is_not_served_and_is_asked_about_again(city: City) -> None:
    known = city.ask().log

    found = city.ask(scope="everyone", known=known)

    assert codes(found.findings) == ["unknown_scope"]
    assert found.level is Level.L3
    assert found.again_s == POLICY.gate.interval_s
    assert found.log is known


def test_what_nobody_foresaw_approves_nothing_and_is_told(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ethics.gate.read_records", broken)
    found = verdict(POLICY, city.folder, city.manifest, Place("demo", loopback=True), city.now)

    assert (found.level, found.serve, found.approval) == (Level.L2, Serve.LIVE, None)
    assert codes(found.findings) == ["error"]
    assert "ZeroDivisionError" in found.findings[0].text
    assert verdict(POLICY, city.folder, city.manifest, Place("public"), city.now).level is Level.L3


# What an approval asks for, one missing piece at a time.

Step = Callable[[City], object]


def all_opine(city: City) -> None:
    for name in SIGNERS:
        city.opine(name)


def steps(**change: Step) -> list[Step]:
    """The way to an approval, with one step done in another way."""
    usual: dict[str, Step] = {
        "evaluate": lambda city: city.propose(city.evaluate()),
        "opine": all_opine,
        "decide": lambda city: city.decide(),
        "cosign": lambda city: city.cosign(),
    }
    return list((usual | change).values())


def after(tmp_path: Path, **change: Step) -> City:
    city = seated(tmp_path)
    for step in steps(**change):
        step(city)
    return city


def opine_but(name: str, **change: Any) -> Step:
    def step(city: City) -> None:
        for other in SIGNERS:
            city.opine(other, **(change if other == name else {}))

    return step


def without(measure: str) -> Step:
    return lambda city: city.propose(city.evaluate({k: v for k, v in MEASURES.items() if k != measure}))


MISSING: dict[str, Any] = {
    "two opinions": ({"opine": lambda city: [city.opine("alice"), city.opine("bruno")]}, "quorum", "2 signature"),
    "one member twice": (
        {"opine": lambda city: [city.opine(name) for name in ("alice", "alice", "bruno", "bruno")]},
        "quorum",
        "2 signature",
    ),
    "a college": (
        {"opine": lambda city: [city.opine(name) for name in ("alice", "bruno", "david", "emma")]},
        "quorum",
        "collège « agents »",
    ),
    "an unfavorable opinion": ({"opine": opine_but("chloe", view=View.UNFAVORABLE)}, "quorum", "2 signature"),
    "no reasons": ({"opine": opine_but("chloe", reasons=" ")}, "opinion_refused", "n’est pas motivé"),
    "unwritten reservations": (
        {"opine": opine_but("chloe", view=View.WITH_RESERVATIONS)},
        "opinion_refused",
        "réserves ne sont pas écrites",
    ),
    "19 answers read": ({"opine": opine_but("chloe", audit={"read": 19})}, "opinion_refused", "19 réponses relues"),
    "4 plants met": ({"opine": opine_but("chloe", audit={"planted": 4})}, "opinion_refused", "placées exprès"),
    "2 plants missed": ({"opine": opine_but("chloe", audit={"missed": 2})}, "opinion_refused", "2 réponses fausses"),
    "another scope signed": ({"opine": opine_but("chloe", scope="agents")}, "opinion_refused", "autre portée"),
    "another proposal signed": ({"opine": opine_but("chloe", proposal=OTHER)}, "quorum", "2 signature"),
    "another key": ({"opine": opine_but("chloe", signer="david")}, "opinion_refused", "pas signé avec sa clé"),
    "a stranger": ({"opine": opine_but("chloe", member="zoe")}, "opinion_refused", "pas au tableau"),
    "an opinion that ended": ({"opine": opine_but("chloe", expires=START)}, "opinion_refused", "échéance"),
    "no decision": ({"decide": lambda _: None}, "no_decision", "Executive Martin"),
    "a decision by a member": ({"decide": lambda city: city.decide(signer="alice")}, "no_decision", "Executive"),
    "a decision for another scope": ({"decide": lambda city: city.decide(scope="agents")}, "no_decision", "décision"),
    "another number decided": ({"decide": lambda city: city.decide(sequence=2)}, "decision_differs", "numéro"),
    "a decision on nothing": (
        {"decide": lambda city: city.decide(proposal=OTHER)},
        "proposal_missing",
        "pas au dossier",
    ),
    "no act": ({"decide": lambda city: city.decide(act=OTHER)}, "no_act", "acte signé par la Ville"),
    "an act without digest": ({"decide": lambda city: city.decide(act="")}, "no_act", "acte"),
    "a decision that ended": ({"decide": lambda city: city.decide(expires=START)}, "expired", "2026-11-01"),
    "evidence by another": (
        {"evaluate": lambda city: city.propose(city.evaluate(signer="alice"))},
        "evidence_unsigned",
        "clé d’évaluation",
    ),
    "no evidence": ({"evaluate": lambda city: city.propose(OTHER)}, "no_evidence", "pas au dossier"),
    "synthetic auditors": (
        {"evaluate": lambda city: city.propose(city.evaluate(synthetic=True))},
        "synthetic_evidence",
        "fictives",
    ),
    "a proposal that ended": (
        {"evaluate": lambda city: city.propose(city.evaluate(), expires=START)},
        "expired",
        "échéance",
    ),
    "a witness": ({"cosign": lambda _: None}, "no_witness", "témoin"),
    "the witness by another key": ({"cosign": lambda city: city.cosign(signer="alice")}, "no_witness", "témoin"),
    "a witness of before": (
        {"cosign": lambda _: None, "decide": lambda city: [city.cosign(), city.decide()]},
        "no_witness",
        "témoin",
    ),
} | {f"no {measure}": ({"evaluate": without(measure)}, "threshold", "Preuves insuffisantes") for measure in MEASURES}


@pytest.mark.parametrize("name", MISSING)
def test_one_missing_piece_is_enough_and_is_named(tmp_path: Path, name: str) -> None:
    change, code, said = MISSING[name]
    found = after(tmp_path, **change).ask()

    assert (found.level, found.serve) == (Level.L3, Serve.STATIC)
    assert code in codes(found.findings)
    assert any(said in finding.text for finding in found.findings if finding.code == code)


def test_an_audit_that_is_not_filed_is_not_believed(tmp_path: Path) -> None:
    city = after(tmp_path, opine=lambda city: [city.opine("alice"), city.opine("bruno")])
    envelope = signed(city.an_opinion("chloe", audit=OTHER).statement(), "chloe")
    city.file("opinion", envelope)

    assert any("aucune relecture" in finding.text for finding in city.ask().findings)


@pytest.mark.parametrize(
    "forged",
    [
        b"{",
        b"[]",
        b'{"member":"bruno","release":"x","labels":{},"planted":[]}',
        b'{"member":"chloe","release":"x","labels":{},"planted":[]}',
        b'{"member":"chloe","labels":{},"planted":[]}',
    ],
)
def test_an_audit_of_another_or_badly_formed_stops_everything(tmp_path: Path, forged: bytes) -> None:
    def opine(city: City) -> None:
        entry = file_data(city.folder, "audit", forged, city.tick(), "chloe", ".json")
        city.opine("alice")
        city.opine("bruno")
        city.opine("chloe", audit={})
        city.file("opinion", signed(city.an_opinion("chloe", audit=entry.digest).statement(), "chloe"))

    assert codes(after(tmp_path, opine=opine).ask().findings) == ["unreadable"]


def test_one_planted_error_may_be_missed(tmp_path: Path) -> None:
    assert after(tmp_path, opine=opine_but("chloe", audit={"missed": 1})).ask().level is Level.L0


def test_reservations_and_dissents_are_kept_with_the_approval(tmp_path: Path) -> None:
    def opine(city: City) -> None:
        city.opine("alice", view=View.WITH_RESERVATIONS, reservations=("Relire les aides.",))
        city.opine("bruno")
        city.opine("chloe")
        city.opine("david", view=View.UNFAVORABLE, reasons="Trop tôt.")

    approval = after(tmp_path, opine=opine).ask().approval

    assert approval is not None
    assert approval.reservations == ("Alice Martin : Relire les aides.",)
    assert approval.dissents == ("David Martin : Trop tôt.",)


def test_an_approval_for_some_themes_says_which(tmp_path: Path) -> None:
    city = after(tmp_path, evaluate=lambda city: city.propose(city.evaluate(), themes=("Papiers",)))

    assert city.ask().themes == ("Papiers",)


def test_a_member_may_withdraw_an_opinion(city: City) -> None:
    city.opine("chloe", view=View.UNFAVORABLE)

    assert city.ask().level is Level.L3


def test_a_measure_below_its_threshold_is_enough(tmp_path: Path) -> None:
    worse = MEASURES | {"harmful": Measure("human", 4, 773)}
    found = after(tmp_path, evaluate=lambda city: city.propose(city.evaluate(worse))).ask()

    assert codes(found.findings) == ["threshold", "drill_late"]
    assert "1,18 %" in found.findings[0].text


def test_evidence_of_another_release_proves_nothing(tmp_path: Path) -> None:
    def evaluate(city: City) -> None:
        city.manifest = a_manifest(guard=OTHER)
        evidence = city.evaluate()
        city.manifest = a_manifest()
        city.propose(evidence)

    assert "evidence_of_another" in codes(after(tmp_path, evaluate=evaluate).ask().findings)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": {"identity": "declared", "name": "mistral-latest", "weights": "", "settings": "ab" * 32}}, "alias"),
        ({"model": {"identity": "declared", "name": "test-honest", "weights": "", "settings": "ab" * 32}}, "essai"),
        ({"code": {"commit": "ab" * 20, "clean": False, "constraints": "ab" * 32, "files": "ab" * 32}}, "modifié"),
    ],
)
def test_what_nobody_could_compare_later_is_refused_though_signed(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    city = a_city(tmp_path, manifest=a_manifest(**change))
    found = city.ask()

    assert (found.level, codes(found.findings)) == (Level.L3, ["refused"])
    assert said in found.findings[0].text


# Time.


def test_an_approval_ends_when_it_says_and_reminds_before(city: City) -> None:
    approval = city.ask().approval
    assert approval is not None
    end = approval.expires
    city.now = end - timedelta(seconds=1)
    city.cosign(when=city.now)
    last = city.ask(now=end - timedelta(seconds=1))
    ended = city.ask(now=end)

    assert last.level is Level.L0
    assert "expires_soon" in codes(last.findings)
    assert ended.level is Level.L3
    assert "expired" in codes(ended.findings)


def test_the_policy_bounds_how_long_an_approval_lasts(city: City) -> None:
    strict = replace(POLICY, scopes=POLICY.scopes | {"public": replace(POLICY.scopes["public"], expiry_days=1)})
    approval = city.ask(policy=strict).approval

    assert approval is not None
    assert approval.expires < START + timedelta(days=2)


def test_a_clock_set_back_is_noticed(city: City) -> None:
    adjusted = city.ask(now=city.now - timedelta(seconds=POLICY.gate.clock_s))
    back = city.ask(now=city.now - timedelta(seconds=POLICY.gate.clock_s + 1))

    assert adjusted.level is Level.L0
    assert (back.level, codes(back.findings)[0]) == (Level.L3, "clock_back")


def test_a_line_of_the_log_is_enough_to_notice_a_clock_set_back(city: City) -> None:
    note(city.folder, "alive", city.now + timedelta(days=2))

    assert "clock_back" in codes(city.ask().findings)
    assert city.ask(now=city.now + timedelta(days=2)).level is Level.L0


def test_the_word_of_a_witness_grows_old(city: City) -> None:
    assert city.ask(now=city.now + timedelta(days=POLICY.gate.witness_days)).level is Level.L0
    assert codes(city.ask(now=city.now + timedelta(days=POLICY.gate.witness_days, seconds=1)).findings) == [
        "no_witness"
    ]


def test_a_witness_who_signed_nothing_is_missing_before_any_approval_too(tmp_path: Path) -> None:
    city = seated(tmp_path)
    before = codes(city.ask().findings)
    city.cosign()

    assert "no_witness" in before
    assert "no_witness" not in codes(city.ask().findings)


def test_a_roster_with_fewer_witnesses_than_the_rules_ask_is_told_so(city: City, tmp_path: Path) -> None:
    two = replace(POLICY, scopes=POLICY.scopes | {"public": replace(POLICY.scopes["public"], witnesses=2)})
    alone = seated(tmp_path)
    alone.cosign()

    assert codes(city.ask(policy=two).findings) == ["no_witness"]
    assert "no_witness" in codes(alone.ask(policy=two).findings)


def test_a_first_signed_state_of_another_log_is_told_from_its_first_line(city: City) -> None:
    records = read_records(city.folder)
    records.checkpoints[:] = [Checkpoint("cite.example/journal", 3, b"\x00" * 32).signed(key("log"))]

    with pytest.raises(LogError, match="entre la ligne 1 et la ligne 3"):
        check_log(records, rosters(records)[-1])


def test_a_later_signed_state_of_another_log_is_told_from_where_the_one_before_ends(city: City) -> None:
    records = read_records(city.folder)
    whole = Checkpoint("cite.example/journal", 2, records.log.tree.root(2))
    other = Checkpoint("cite.example/journal", 5, b"\x00" * 32)
    records.checkpoints[:] = [whole.signed(key("log")), other.signed(key("log"))]

    with pytest.raises(LogError, match="entre la ligne 3 et la ligne 5"):
        check_log(records, rosters(records)[-1])


@pytest.mark.parametrize(("origin", "keeper"), [("other.example/journal", "log"), ("cite.example/journal", "alice")])
def test_a_signed_state_of_another_log_or_by_another_key_is_foreign(city: City, origin: str, keeper: str) -> None:
    records = read_records(city.folder)
    state = Checkpoint(origin, len(records.log.tree), records.log.tree.root())
    records.checkpoints[:] = [state.signed(key(keeper))]

    with pytest.raises(LogError, match=rf"à {state.size} lignes n’est pas signé par la tenue"):
        check_log(records, rosters(records)[-1])


def test_two_witnesses_are_two(city: City) -> None:
    two = replace(POLICY, scopes=POLICY.scopes | {"public": replace(POLICY.scopes["public"], witnesses=2)})
    envelope = signed(a_roster().statement(), *SIGNERS)
    witnesses = (person("mediateur"), person("lyon"))
    city.seat(replace(a_roster(), sequence=2, previous=envelope.digest, witnesses=witnesses))
    city.cosign()
    one = city.ask(policy=two)
    city.cosign(signer="lyon", name="lyon")

    assert codes(one.findings) == ["no_witness"]
    assert "no_witness" not in codes(city.ask(policy=two).findings)


def test_records_without_a_roster_say_so(tmp_path: Path) -> None:
    note(tmp_path, "alive", START)
    found = verdict(POLICY, tmp_path, a_manifest(), Place("public"), START)

    assert (found.level, codes(found.findings)) == (Level.L3, ["unreadable"])
    assert "Aucun tableau des membres" in found.findings[0].text


def test_the_reminder_starts_on_its_day(city: City) -> None:
    approval = city.ask().approval
    assert approval is not None
    day = approval.expires - timedelta(days=POLICY.scopes["public"].reminder_days)
    city.cosign(when=day - timedelta(seconds=1))

    told = [finding.text for finding in city.ask(now=day).findings if finding.code == "expires_soon"]
    assert f"à échéance le {approval.expires.date()} :" in told[0]
    assert "expires_soon" not in codes(city.ask(now=day - timedelta(seconds=1)).findings)


def test_a_late_drill_is_said_and_changes_nothing_else(city: City) -> None:
    drill = next(read_records(city.folder).of("suspension")).entry.time
    on_time, later = drill + timedelta(days=POLICY.gate.drill_days), city.now + timedelta(days=32)
    city.cosign(when=later)
    found = city.ask(now=later)
    assert "drill_late" not in codes(city.ask(now=on_time).findings)

    assert (found.level, codes(found.findings)) == (Level.L0, ["drill_late"])


# Where the roster comes from.


def test_a_public_scope_needs_the_roster_pinned_elsewhere(city: City, tmp_path: Path) -> None:
    inside = city.folder / "roster.pin"
    inside.write_text(city.pin.read_text())
    other = tmp_path / "other.pin"
    other.write_text(OTHER)
    bad = tmp_path / "bad.pin"
    bad.write_bytes(b"\xff")
    foreign = tmp_path / "foreign.pin"
    foreign.write_text("é" * 64, encoding="utf-8")

    def why(pin: Path) -> list[str]:
        found = city.ask(pin=pin)
        assert found.level is Level.L3
        return codes(found.findings)

    assert why(inside) == ["pin_inside"]
    assert why(other) == ["other_roster"]
    assert why(bad) == ["no_pin"]
    assert why(foreign) == ["no_pin"]
    assert why(tmp_path / "absent.pin") == ["no_pin"]
    none = verdict(POLICY, city.folder, city.manifest, Place("public"), city.now)
    assert codes(none.findings) == ["no_pin"]


def test_a_pin_holds_through_signed_rotations(city: City) -> None:
    first = city.ask()
    old = a_roster()
    envelope = signed(old.statement(), *SIGNERS)
    city.seat(replace(old, sequence=2, previous=envelope.digest), SIGNERS)
    city.cosign()

    assert first.level is Level.L0
    assert city.ask().level is Level.L0


def test_the_opinion_of_who_has_left_no_longer_counts(city: City) -> None:
    old = a_roster()
    envelope = signed(old.statement(), *SIGNERS)
    members = tuple(person(name, college) for name, college in [*list(_others("chloe")), ("fanny", "agents")])
    city.seat(replace(old, sequence=2, previous=envelope.digest, members=members), ("alice", "bruno", "chloe", "fanny"))
    city.cosign()
    found = city.ask()

    assert found.level is Level.L3
    assert "quorum" in codes(found.findings)
    assert any("chloe" in finding.text for finding in found.findings)


def _others(left: str) -> list[tuple[str, str]]:
    return [(member.id, member.college) for member in a_roster().members if member.id != left]


def test_what_a_member_signed_before_leaving_is_not_undone(city: City) -> None:
    stop = city.file("suspension", signed(suspension(Level.L2, "chloe", "Réponse fausse."), "chloe"))
    envelope = signed(a_roster().statement(), *SIGNERS)
    members = tuple(person(name, college) for name, college in [*_others("chloe"), ("fanny", "agents")])
    city.seat(replace(a_roster(), sequence=2, previous=envelope.digest, members=members), (*SIGNERS, "fanny"))
    city.file("resume", signed(resume(Level.L0, identity(stop), "Corrigé."), *SIGNERS))
    by_who_left = city.ask()
    city.file("resume", signed(resume(Level.L0, identity(stop), "Corrigé."), "alice", "bruno", "fanny"))
    city.opine("fanny")
    city.cosign()

    assert "suspended" in codes(by_who_left.findings)
    # The drill, whose end chloe had signed, stays ended.
    assert (city.ask().level, city.ask().findings) == (Level.L0, ())


def test_builders_cannot_sit_though_everybody_signed(city: City) -> None:
    by_name = replace(POLICY, builders=replace(POLICY.builders, names=("alice martin",)))
    by_key = replace(POLICY, builders=replace(POLICY.builders, keys=(public("bruno"),)))

    assert codes(city.ask(policy=by_name).findings) == ["roster_weak"]
    assert codes(city.ask(policy=by_key).findings) == ["roster_weak"]
    assert "Alice Martin construit le service" in city.ask(policy=by_name).findings[0].text


def test_a_throw_away_roster_is_for_demonstrations(tmp_path: Path) -> None:
    for scope, level in (("demo", Level.L0), ("labo", Level.L3)):
        (tmp_path / scope / "records").mkdir(parents=True)
        city = City(tmp_path / scope / "records", scope=scope)
        city.seat(a_roster(synthetic=True))
        city.approve()

        assert city.ask().level is level
        assert ("synthetic_roster" in codes(city.ask().findings)) == (scope == "labo")


# Suspensions.


def test_one_person_takes_the_service_down_and_a_quorum_brings_it_up(city: City) -> None:
    stop = city.file("suspension", signed(suspension(Level.L2, "oncall", "Réponse fausse."), "oncall"))
    down = city.ask()
    city.file("resume", signed(resume(Level.L0, identity(stop), "Corrigé."), "alice", "bruno"))
    still = city.ask()
    city.file("resume", signed(resume(Level.L0, identity(stop), "Corrigé."), *SIGNERS))
    up = city.ask()

    assert (down.level, down.serve, codes(down.findings)) == (Level.L2, Serve.LIVE, ["suspended"])
    assert "Réponse fausse." in down.findings[0].text
    assert still.level is Level.L2
    assert (up.level, up.findings) == (Level.L0, ())


def test_a_suspension_must_be_reported_in_time(city: City) -> None:
    city.file("suspension", signed(suspension(Level.L2, "alice", "Erreur."), "alice"))
    late = city.now + timedelta(days=9)
    city.cosign(when=late)
    short = replace(POLICY, deadlines=replace(POLICY.deadlines, report_days=9))

    assert codes(city.ask(now=late).findings) == ["suspended", "report_due"]
    assert codes(city.ask(now=late, policy=short).findings) == ["suspended"]


def test_a_suspension_may_still_be_reported_on_its_last_day(city: City) -> None:
    city.file("suspension", signed(suspension(Level.L2, "alice", "Erreur."), "alice"))
    last = after_working_days(city.now.date(), POLICY.deadlines.report_days)
    day = city.now + (last - city.now.date())
    city.cosign(when=day)
    assert codes(city.ask(now=day).findings) == ["suspended"]

    city.cosign(when=day + timedelta(days=1))
    assert codes(city.ask(now=day + timedelta(days=1)).findings) == ["suspended", "report_due"]


def test_old_figures_are_withheld_but_in_a_demonstration(city: City, tmp_path: Path) -> None:
    assert city.ask().figures_withheld
    assert not a_city(tmp_path / "demo", scope="demo").ask().figures_withheld


def test_the_off_switch_leaves_the_static_page(city: City) -> None:
    city.file("suspension", signed(suspension(Level.L3, "alice", "Arrêt."), "alice"))
    found = city.ask(bundle=Bundle(city.manifest, POLICY))

    assert (found.level, found.serve) == (Level.L3, Serve.STATIC)


def test_a_theme_is_taken_down_alone(city: City) -> None:
    stop = city.file("suspension", signed(suspension(Level.L1, "alice", "Erreur grave.", ["logement"]), "alice"))
    found = city.ask()
    city.file("resume", signed(resume(Level.L1, identity(stop), "Presque.", ["logement"]), *SIGNERS))

    assert (found.level, found.themes_off) == (Level.L1, ("logement",))
    assert city.ask().themes_off == ("logement",)


def test_what_differs_and_what_is_suspended_add_up(city: City) -> None:
    city.file("suspension", signed(suspension(Level.L1, "alice", "Erreur.", ["logement"]), "alice"))

    assert city.ask(a_manifest(prompts=OTHER)).level is Level.L2


def test_an_approval_that_was_withdrawn_stays_so(city: City) -> None:
    city.file("revocation", signed(revocation(city.proposal.digest, "Erreur."), "stranger"))
    before = city.ask()
    city.file("revocation", signed(revocation(city.proposal.digest, "Erreur."), "alice"))

    assert before.level is Level.L0
    assert (city.ask().level, codes(city.ask().findings)) == (Level.L3, ["revoked"])


# Several releases.


def test_only_the_last_release_decided_is_approved(city: City) -> None:
    old = city.manifest
    city.manifest = a_manifest(guard=OTHER)
    city.approve(sequence=2)

    assert city.ask().level is Level.L0
    assert codes(city.ask(old).findings) == ["differs_guard", "no_bundle"]


def test_an_altered_policy_is_not_the_one_that_judges(city: City) -> None:
    lax = replace(POLICY, quorum=replace(POLICY.quorum, members=1), digest=OTHER)
    found = city.ask(a_manifest(lax), policy=lax)
    kept = city.ask(a_manifest(lax), policy=lax, bundle=Bundle(city.manifest, POLICY))

    assert (found.level, codes(found.findings)) == (Level.L3, ["policy_differs"])
    assert (kept.level, kept.serve, codes(kept.findings)) == (Level.L0, Serve.BUNDLE, ["differs_policy", "from_bundle"])


def test_a_stricter_policy_not_yet_approved_leaves_the_bundle(city: City) -> None:
    strict = replace(POLICY, quorum=replace(POLICY.quorum, members=4), digest=OTHER)

    assert city.ask(a_manifest(strict), policy=strict).level is Level.L3
    assert city.ask(a_manifest(strict), policy=strict, bundle=Bundle(city.manifest, POLICY)).serve is Serve.BUNDLE


def test_the_bundle_must_be_the_approved_one_with_its_own_policy(city: City) -> None:
    altered, lax = a_manifest(guard=OTHER), replace(POLICY, digest=OTHER)

    assert city.ask(a_manifest(lax), policy=lax, bundle=Bundle(altered, POLICY)).level is Level.L3
    assert city.ask(a_manifest(lax), policy=lax, bundle=Bundle(city.manifest, lax)).level is Level.L3


def test_a_log_rewritten_between_two_checks_is_noticed(city: City, tmp_path: Path) -> None:
    known = city.ask().log
    assert city.ask(known=known).level is Level.L0
    other = a_city(tmp_path / "other", scope="public")
    other.now += timedelta(days=1)
    shutil.rmtree(city.folder)
    shutil.copytree(other.folder, city.folder)
    (city.folder / "log.jsonl").write_bytes((city.folder / "log.jsonl").read_bytes().replace(b"2026", b"2026"))
    lines = (city.folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    (city.folder / "log.jsonl").write_bytes(b"".join(lines[:-2]))

    assert city.ask(known=known).level is Level.L3
    assert codes(city.ask(known=known).findings) == ["unreadable"]
    assert key("alice")


# Every rule of the policy changes a verdict.

PUBLIC = POLICY.scopes["public"]
FLIPS: dict[str, dict[str, Any]] = {
    "quorum.members": {"quorum": replace(POLICY.quorum, members=4)},
    "quorum.seats": {"quorum": replace(POLICY.quorum, seats=6)},
    "quorum.colleges": {"quorum": replace(POLICY.quorum, colleges=("syndicats",))},
    "opinion.audited": {"opinion": replace(POLICY.opinion, audited=21)},
    "opinion.planted": {"opinion": replace(POLICY.opinion, planted=6)},
    "scopes.public.loopback_only": {"scopes": POLICY.scopes | {"public": replace(PUBLIC, loopback_only=True)}},
    "scopes.public.witnesses": {"scopes": POLICY.scopes | {"public": replace(PUBLIC, witnesses=2)}},
    "scopes.public.expiry_days": {"scopes": POLICY.scopes | {"public": replace(PUBLIC, expiry_days=0)}},
    "gate.drill_days": {"gate": replace(POLICY.gate, drill_days=0)},
    "scopes.public.reminder_days": {"scopes": POLICY.scopes | {"public": replace(PUBLIC, reminder_days=90)}},
    "threshold": {
        "thresholds": tuple(replace(threshold, limit=threshold.limit / 9) for threshold in POLICY.thresholds)
    },
}


@pytest.mark.parametrize("name", FLIPS)
def test_flipping_a_rule_changes_the_verdict(city: City, name: str) -> None:
    assert city.ask().findings == ()
    assert city.ask(policy=replace(POLICY, **FLIPS[name])).findings != ()


def test_flipping_the_other_way_too(city: City, tmp_path: Path) -> None:
    lenient = replace(POLICY, opinion=replace(POLICY.opinion, missed=2))
    public_rule = replace(PUBLIC, pinned_roster=False, witnesses=0, clean_code=False)
    open_scope = replace(POLICY, scopes=POLICY.scopes | {"public": public_rule})
    (tmp_path / "a").mkdir()
    missed_two = after(tmp_path / "a", opine=opine_but("chloe", audit={"missed": 2}))

    assert missed_two.ask().level is Level.L3
    assert missed_two.ask(policy=lenient).level is Level.L0
    assert verdict(open_scope, city.folder, city.manifest, Place("public"), city.now).level is Level.L0
    assert replace(POLICY, gate=replace(POLICY.gate, interval_s=7)).gate.interval_s == 7
    assert city.ask(policy=replace(POLICY, gate=replace(POLICY.gate, interval_s=7))).again_s == 7
    early = city.now - timedelta(seconds=60)
    assert city.ask(policy=replace(POLICY, gate=replace(POLICY.gate, clock_s=59)), now=early).level is Level.L3
    week = city.now + timedelta(days=6)
    assert city.ask(policy=replace(POLICY, gate=replace(POLICY.gate, witness_days=5)), now=week).level is Level.L3


def test_a_verdict_cannot_be_changed() -> None:
    kinds: list[Any] = [Verdict, Place, Bundle, Standing]

    assert all(kind.__dataclass_params__.frozen and "__slots__" in vars(kind) for kind in kinds)


def test_a_finding_is_one_french_sentence_at_least_with_a_next_step(tmp_path: Path) -> None:
    for finding in seated(tmp_path).ask().findings:
        assert finding.text.endswith((".", "»."))
        assert len(finding.text.split()) > 5
