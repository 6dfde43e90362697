"""Play whole conversations of residents, turn by turn, and count the turns and the journeys that end well.

    python -m eval.journeys_bench [--half tune|report] [--cases first|second|third] [--names] [--json]

A turn is right when it ends as expected (a status, or a family of them) and quotes one of its documents, offers one by
the question it asks back, or gives one of its contacts. A journey reaches its end when the turn it is made for is
right. The next message is said whatever was answered: nobody presses a button here. Turns of one journey are not
independent: only the shares of journeys have an interval that holds. Ids of misses are for the half that may be tuned
on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.assembly import Assembly, assemble
from bot.rewrite import continued
from bot.turn import NO_CONVERSATION, Turn
from corpus.errors import CorpusError
from corpus.settings import load_settings
from eval.intervals import proportion
from eval.later_sets import FIRST, SETS, file_of
from eval.refusal_sets import rows


class Verdict(StrEnum):
    """What one turn did."""

    RIGHT = "right"
    OTHER_ENDING = "ended otherwise than expected"
    OTHER_DOCUMENT = "another document"
    NO_CONTACT = "not the person or service to call"


@dataclass(frozen=True, slots=True)
class Expected:
    """What one message should bring.

    Attributes:
        status: statuses, or families of them when the word ends with `_`.
        documents, contacts: publisher's ids and ids of contacts.toml; any one is right, and none is asked for when both
            are empty.
    """

    q: str
    status: tuple[str, ...]
    documents: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Journey:
    """One line of a file of journeys.

    Attributes:
        end: rank, from 1, of the turn that the journey is made for.
    """

    id: str
    turns: tuple[Expected, ...]
    end: int


def read_journeys(half: str, path: Path) -> list[Journey]:
    """Read the journeys of one half; without an `end`, one ends at its last turn."""
    found: list[Journey] = []
    for row in rows(path, half):
        turns = tuple(
            Expected(
                turn["q"],
                tuple(turn["status"]),
                frozenset(turn["documents"]),
                frozenset(turn.get("contacts", ())),
            )
            for turn in row["turns"]
        )
        found.append(Journey(row["id"], turns, row.get("end", {}).get("turn", len(turns))))
    return found


def judge(expected: Expected, turn: Turn, assembly: Assembly) -> Verdict:
    """Compare one turn with what its message should bring."""
    status = str(turn.status or "")
    if not any(status.startswith(one) if one.endswith("_") else status == one for one in expected.status):
        return Verdict.OTHER_ENDING
    if not expected.documents and not expected.contacts:
        return Verdict.RIGHT
    contact = assembly.reply.contact(turn)
    given = {*turn.urgent, *([contact.id] if contact is not None else [])}
    if expected.documents & set(_documents(turn, assembly)) or expected.contacts & given:
        return Verdict.RIGHT
    return Verdict.OTHER_DOCUMENT if expected.documents else Verdict.NO_CONTACT


def _documents(turn: Turn, assembly: Assembly) -> Iterator[str]:
    """Yield the ids of the documents quoted, of the one asked about, and of those offered."""
    for sentence in turn.sentences:
        yield from (cited.document for cited in sentence.citations)
    if turn.question is None:
        return
    if turn.question.documents:
        cards = (assembly.opened.store.document(key) for key in turn.question.documents)
        yield from (card.id for card in cards if card is not None)
    elif turn.card is not None:
        yield turn.card.id


def play(journey: Journey, assembly: Assembly, day: date) -> list[Verdict]:
    """Say the messages of a journey in one conversation, as of `day`."""
    conversation, verdicts = NO_CONVERSATION, []
    for rank, expected in enumerate(journey.turns, 1):
        turn = assembly.responder.respond(expected.q, day, f"{journey.id}-{rank}", conversation)
        verdicts.append(judge(expected, turn, assembly))
        conversation = continued(turn)
    return verdicts


def report(played: Sequence[tuple[Journey, Sequence[Verdict]]], *, names: bool) -> dict[str, Any]:
    """Count turns and journeys.

    Args:
        played: journeys with the verdict of each of their turns.
        names: also give the ids of the turns missed (`js03-2`) and of the journeys that miss their end.
    """
    verdicts = [verdict for _, found in played for verdict in found]
    later = [verdict for _, found in played for verdict in found[1:]]
    ended = [journey.id for journey, found in played if found[journey.end - 1] is Verdict.RIGHT]
    whole = sum(all(verdict is Verdict.RIGHT for verdict in found) for _, found in played)
    counts: dict[str, Any] = {
        "turns": _share(verdicts.count(Verdict.RIGHT), len(verdicts)),
        "follow-ups": _share(later.count(Verdict.RIGHT), len(later)),
        "journeys that reach their end": _share(len(ended), len(played)),
        "journeys right at every turn": _share(whole, len(played)),
        "verdicts": dict(Counter(verdict.value for verdict in verdicts).most_common()),
    }
    if names:
        counts["missed"] = {
            f"{journey.id}-{rank}": verdict.value
            for journey, found in played
            for rank, verdict in enumerate(found, 1)
            if verdict is not Verdict.RIGHT
        }
        counts["ends missed"] = [journey.id for journey, _ in played if journey.id not in ended]
    return counts


def _share(right: int, of: int) -> dict[str, Any]:
    share = proportion(right, of)
    return {"right": right, "of": of, "share": share.value, "bounds": share[1:]}


def main(argv: Sequence[str] | None = None) -> int:
    """Play one half on the index in force; intervals are exact 95 % ones."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("tune", "report"), default="tune", help="open `report` once, at the end")
    parser.add_argument("--cases", choices=SETS, default=FIRST)
    parser.add_argument("--names", action="store_true", help="give the ids of misses of the `report` half too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    path = file_of("journeys", options.cases)
    journeys = read_journeys(options.half, path)
    if not journeys:
        print(f"no journey: {path.name} is not here", file=sys.stderr)
        return 1
    try:
        assembly = assemble(load_settings())
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    day = datetime.now(UTC).date()
    played = [(journey, play(journey, assembly, day)) for journey in journeys]
    counts = report(played, names=options.names or options.half == "tune")
    if options.json:
        print(json.dumps(counts, ensure_ascii=False, indent=2))
    else:
        _print(counts)
    return 0


def _print(counts: dict[str, Any]) -> None:
    for name, entry in counts.items():
        if isinstance(entry, list):
            print(f"{name}: {', '.join(entry) or 'none'}")
        elif "of" in entry:
            low, high = entry["bounds"]
            print(f"{name}: {entry['right']} of {entry['of']}, {entry['share']:.3f} [{low:.3f} to {high:.3f}]")
        else:
            print(f"{name}:")
            for key, value in entry.items():
                print(f"    {key}: {value}")


if __name__ == "__main__":
    sys.exit(main())
