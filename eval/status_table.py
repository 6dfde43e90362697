"""One question for each status, asked of the bot as served, and the French that a resident then reads.

    python -m eval.status_table [--markdown]

The questions are eval/status_table.toml. Prints one line a status, or the table of docs/statuts.md; returns 1 when a
question no longer ends as its name says. `error_internal` is reached by breaking the search: no question does.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.assembly import Assembly, assemble
from bot.render import render
from bot.respond import Responder
from bot.turn import Status, Turn
from corpus.errors import CorpusError
from corpus.settings import Settings, load_settings

FILE = Path(__file__).with_suffix(".toml")
BROKEN = "(la recherche tombe en panne pendant la question)"
_READ = 240
"""Characters shown of what is read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        wanted: the status that the question is there for.
        got: the one it ends with.
        question: as typed, shortened when it is long.
        read: the first words of what the resident reads.
    """

    wanted: Status
    got: Status | None
    question: str
    read: str


@cache
def entries() -> Mapping[str, Mapping[str, Any]]:
    """Return the question of each status."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def question_of(status: Status) -> str:
    """Return the question that ends with a status; empty for the one that no question reaches."""
    entry = entries().get(str(status), {})
    return str(entry.get("q", "")) * int(entry.get("repeat", 1))


def table(settings: Settings, day: date) -> Iterator[Row]:
    """Ask each question as of `day`, in the scope that its entry names; yield the lines, in the order of `Status`."""
    made: dict[str, Assembly] = {}
    try:
        for status in Status:
            scope = str(entries().get(str(status), {}).get("scope", "demo"))
            if scope not in made:
                made[scope] = assemble(settings.model_copy(update={"scope": scope}))
            yield _row(status, made[scope], day)
    finally:
        for assembly in made.values():
            assembly.opened.store.close()


def _row(status: Status, assembly: Assembly, day: date) -> Row:
    question = question_of(status)
    responder = Responder((_break,), (assembly.reply,)) if status is Status.ERROR_INTERNAL else assembly.responder
    turn = responder.respond(question or "carte", day)
    read = " ".join(render(turn, assembly.reply.contact(turn), urgent=assembly.reply.urgent(turn), demo=False).split())
    return Row(status, turn.status, _short(question or BROKEN, _READ // 3), _short(read, _READ))


def _break(turn: Turn) -> Turn:
    raise RuntimeError(turn.id)


def _short(text: str, most: int) -> str:
    text = " ".join(text.split()) or repr(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def markdown(rows: Iterator[Row]) -> str:
    """Return the table as a page."""
    head = (
        "# Ce que lit l’habitant, statut par statut\n\n"
        "Écrit par `python -m eval.status_table --markdown` ; les questions sont dans `eval/status_table.toml`.\n\n"
        "| statut | une question qui l’obtient | ce qui se lit d’abord |\n| --- | --- | --- |\n"
    )
    return head + "".join(f"| `{row.wanted}` | {_cell(row.question)} | {_cell(row.read)} |\n" for row in rows)


def _cell(text: str) -> str:
    return text.replace("|", "·")


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--markdown", action="store_true", help="the page docs/statuts.md, in place of one line a status"
    )
    options = parser.parse_args(arguments)
    try:
        rows = list(table(load_settings(), datetime.now(UTC).date()))
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    if options.markdown:
        print(markdown(iter(rows)), end="")
    wrong = [row for row in rows if row.got is not row.wanted]
    for row in wrong if options.markdown else rows:
        mark = "ok " if row.got is row.wanted else f"NON ({row.got}) "
        print(
            f"{mark}{row.wanted}: {row.question}\n    {row.read}", file=sys.stderr if options.markdown else sys.stdout
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
