"""Who sat when, which rules held when, every line of the log in words, and whether all of it still holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from bot.release import FOLDER as RELEASES
from ethics.bundle import POLICY_IN_BUNDLE, read_bundle
from ethics.decision import read_decision
from ethics.errors import EthicsError
from ethics.keys import key_id
from ethics.log import Entry, read_log
from ethics.proposal import read_proposal
from ethics.records import LOG, Records
from ethics.roster import Person, Roster
from ethics.verification import Verified, verify_records
from ui.console.layout import Reader, console_page
from ui.identity import words_in
from ui.resident.layout import service_of

SECTION = Path(__file__).parent
PAGE = 100
"""Lines of the log on one page."""

router = APIRouter(prefix="/console/historique")


@dataclass(frozen=True, slots=True)
class Sitting:
    """One roster: since when, until when (None for the one in force), and what changed from the one before."""

    roster: Roster
    since: datetime
    until: datetime | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that one approval rests on: their digest, and what changed, where both are on this machine."""

    digest: str
    since: datetime
    sequence: int
    scope: str
    changes: tuple[str, ...] | None


@router.get("", response_class=HTMLResponse)
async def history(request: Request, person: Reader, page: int = 1) -> Response:
    """The roster, the rules and the log, verified anew each time the page is asked for."""
    records = service_of(request).records
    assert records is not None
    folder = records.folder
    values = await run_sync(lambda: _history(folder, page))
    return console_page(request, person, "history_page.html", SECTION, **values)


def _history(folder: Path, page: int) -> dict[str, Any]:
    try:
        found = verify_records(folder)
    except EthicsError as error:
        # The lines can often be read still: they are what somebody will look at first.
        return {"why": str(error), "found": None, **_lines(_readable(folder), page)}
    return {
        "why": "",
        "found": found,
        "witnessed": found.witnessed(),
        "sittings": list(_sittings(found))[::-1],
        "rules": list(_rules(found.records, folder.parent / RELEASES))[::-1],
        "short": key_id,
        **_lines(found.records.log.entries, page),
    }


def _readable(folder: Path) -> list[Entry]:
    try:
        return read_log(folder / LOG).entries
    except EthicsError:
        return []


def _lines(entries: list[Entry], page: int) -> dict[str, Any]:
    """One page of the lines, the last one first."""
    last = max(1, -(-len(entries) // PAGE))
    page = min(max(1, page), last)
    shown = entries[::-1][(page - 1) * PAGE : page * PAGE]
    return {"entries": shown, "page": page, "last": last, "count": len(entries)}


def _sittings(found: Verified) -> Iterator[Sitting]:
    times = [filed.entry.time for filed in found.records.of("roster")]
    for rank, roster in enumerate(found.rosters):
        until = times[rank + 1] if rank + 1 < len(times) else None
        changes = tuple(_moves(found.rosters[rank - 1], roster)) if rank else ()
        yield Sitting(roster, times[rank], until, changes)


def _moves(before: Roster, now: Roster) -> Iterator[str]:
    words = words_in(SECTION)
    for name, old, new in (
        ("members", before.members, now.members),
        ("responders", before.responders, now.responders),
        ("witnesses", before.witnesses, now.witnesses),
        ("executive", (before.executive,), (now.executive,)),
    ):
        yield from _people(words(f"role.{name}"), {one.id: one for one in old}, {one.id: one for one in new})
    if before.quorum != now.quorum:
        yield words("moved.quorum", before=before.quorum, now=now.quorum)
    if set(before.colleges) != set(now.colleges):
        yield words("moved.colleges", before=", ".join(before.colleges), now=", ".join(now.colleges))
    for key in ("log_key", "corpus_key", "evaluation_key", "origin"):
        if getattr(before, key) != getattr(now, key):
            yield words(f"moved.{key}")


def _people(role: str, old: Mapping[str, Person], new: Mapping[str, Person]) -> Iterator[str]:
    words = words_in(SECTION)
    for one in new.values():
        known = old.get(one.id)
        if known is None:
            yield words("moved.came", role=role, who=one.name)
        elif known.key != one.key:
            yield words("moved.key", role=role, who=one.name, before=key_id(known.key), now=key_id(one.key))
        elif known.college != one.college:
            yield words("moved.college", who=one.name, before=known.college, now=one.college)
    for one in old.values():
        if one.id not in new:
            yield words("moved.left", role=role, who=one.name)


def _rules(records: Records, bundles: Path) -> Iterator[Rules]:
    """Each change of the rules from one decided release to the next, in the order of the log."""
    kept, before = _policies(bundles), ""
    for filed in records.of("decision"):
        proposal = records.find(read_decision(filed.envelope).proposal)
        if proposal is None or proposal.entry.kind != "proposal":
            continue
        release = read_proposal(proposal.envelope)
        digest = str(release.manifest.parts["policy"])
        if digest != before:
            old, new = kept.get(before), kept.get(digest)
            changed = None if old is None or new is None else tuple(_differences(old, new))
            yield Rules(digest, filed.entry.time, release.sequence, release.scope, changed)
            before = digest


def _policies(bundles: Path) -> dict[str, dict[str, str]]:
    """The rules of each release kept on the disk, one line a key, by their digest."""
    found = {}
    for folder in sorted(path for path in bundles.glob("*") if path.is_dir()):
        try:
            digest = str(read_bundle(folder).manifest.parts["policy"])
            tables = tomllib.loads((folder / POLICY_IN_BUNDLE).read_text(encoding="utf-8"))
        except (EthicsError, OSError, ValueError):
            continue
        found[digest] = dict(_flat("", tables))
    return found


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else key, inner)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for inner in value:
            named = inner.get("measure") or inner.get("use") or ""
            yield from _flat(f"{name} « {named} »", inner)
    else:
        yield name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    words = words_in(SECTION)
    for key in dict.fromkeys([*before, *now]):
        if before.get(key) != now.get(key):
            none = words("rules.absent")
            yield words("rules.changed", key=key, before=before.get(key, none), now=now.get(key, none))
