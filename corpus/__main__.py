"""The command line of the floor: `python -m corpus sync | train | show | search`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from corpus.errors import CorpusError
from corpus.messages import message, sync_summary
from corpus.search_command import search_command
from corpus.settings import load_settings

_INTERRUPTED = 130
"""Exit code of a program ended by Ctrl-C: 128 + SIGINT."""

_SHOWN = (
    "ref document title path text url publisher licence updated valid_from valid_until digest "
    "source key kind audiences page"
)

app = typer.Typer(help=message("help", "app"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help=message("help", "json"))]


class _Bars:
    """Progress bars on standard error, one a stage; nothing is drawn where nobody looks at a terminal."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def start(self, stage: str, total: int | None = None) -> None:
        if self._task is not None:
            done = self._bars.tasks[-1].completed or 1
            self._bars.update(self._task, total=done, completed=done)
        self._task = self._bars.add_task(message("stages", stage), total=total)

    def advance(self, steps: int = 1) -> None:
        if self._task is not None:
            self._bars.advance(self._task, steps)


def _clean(command: Callable[..., None]) -> Callable[..., None]:
    """Turn an operator's error into one line, and Ctrl-C into another; a surprise keeps its traceback."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except CorpusError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo(message("errors", "interrupted"), err=True)
            raise typer.Exit(_INTERRUPTED) from None

    return run


@app.command(help=message("help", "sync"))
@_clean
def sync(
    source: Annotated[list[str] | None, typer.Option("--source", help=message("help", "source"))] = None,
    from_path: Annotated[Path | None, typer.Option("--from", help=message("help", "from"))] = None,
    *,
    as_json: Json = False,
) -> None:
    """Read the sources and bring the index up to date."""
    from corpus.sync import sync as run  # noqa: PLC0415 - the engines take a second to import, which --help must not

    with _bars() as bars:
        report = run(load_settings(), source or None, from_path, _today(), bars)
    if as_json:
        _print_json(report.as_json())
        return
    for line in sync_summary(report):
        typer.echo(line)


@app.command(help=message("help", "train"))
@_clean
def train() -> None:
    """Train new weights on the passages of the corpus."""
    from corpus.phrases import said_of  # noqa: PLC0415 - as above
    from corpus.ranking_writing import training_rows  # noqa: PLC0415 - as above
    from corpus.sync import passages_to_learn_from  # noqa: PLC0415 - as above
    from corpus.train import train_weights, training_pairs  # noqa: PLC0415 - torch takes ten seconds to import
    from corpus.units import units_of  # noqa: PLC0415 - as above

    settings = load_settings()
    with _bars() as bars, passages_to_learn_from(settings, _today(), bars) as store:
        cards = list(store.documents())
        units = [unit for card in cards for unit in units_of(store.passages_of(card.key))]
    pairs = training_pairs(training_rows(cards, units))
    texts = [f"{unit.title} {unit.heading} {unit.body}" for unit in units]
    texts += [f"{card.title} {card.summary} {said_of(card.id)}" for card in cards]
    folder = train_weights(settings.data, texts, pairs, partial(typer.echo, err=True))
    typer.echo(message("train", "done", folder=folder.name))


@app.command(help=message("help", "show"))
@_clean
def show(ref: Annotated[str, typer.Argument(help=message("help", "ref"))], *, as_json: Json = False) -> None:
    """Print one passage."""
    from corpus.index import open_index  # noqa: PLC0415 - as above

    with open_index(load_settings()).store as store:
        passage = store.passage(ref)
    if passage is None:
        raise CorpusError(message("show", "unknown", ref=ref))
    if as_json:
        values = {name: getattr(passage, name) for name in _SHOWN.split()}
        _print_json(values | {"path": [step.title for step in passage.path if step.title]})
        return
    absent = message("show", "absent")
    values = {name: getattr(passage, name) or absent for name in _SHOWN.split()}
    typer.echo(message("show", "lines", **values | {"path": passage.heading}).strip())


app.command("search", help=message("help", "search"))(_clean(search_command))


@contextmanager
def _bars() -> Iterator[_Bars]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield _Bars(bars)


def _print_json(values: Any) -> None:
    sys.stdout.write(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode() + "\n")


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the civil day of the operator


if __name__ == "__main__":
    app()
