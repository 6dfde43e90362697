"""Batches of questions: one JSON object a line, with `id` and `q`; answers are written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from corpus.errors import BatchError


class Asked(NamedTuple):
    """One line of a batch."""

    id: str
    text: str


def read_batch(path: Path) -> Iterator[Asked]:
    """Yield the questions of a JSONL file; other keys and blank lines are ignored.

    Raises:
        BatchError: the file cannot be read, is not UTF-8, or a line is not an object with `q` as text.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise BatchError(f"{path} ne se lit pas : {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BatchError(f"{path.name} n’est pas en UTF-8 : convertissez-le avant de relancer.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _asked(path, number, line)


def _asked(path: Path, number: int, line: str) -> Asked:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BatchError(f"{path.name}, ligne {number} : ce n’est pas du JSON.") from error
    if not isinstance(row, dict) or not isinstance(row.get("q"), str):
        raise BatchError(f"{path.name}, ligne {number} : il faut un objet avec la question sous la clé « q ».")
    identifier = row.get("id")
    return Asked(str(number if identifier is None else identifier), row["q"])


def run_batch(batch: Path, out: Path | None, answer: Callable[[Asked], dict[str, Any]]) -> int:
    """Write the answer to each line of `batch` as a line of `out`.

    Args:
        batch: the questions.
        out: replaced only once every answer is written.
        answer: JSON-ready answer to one question.

    Returns:
        how many answers were written.

    Raises:
        BatchError: a file cannot be read or written, or a line is wrong.
    """
    if out is None:
        raise BatchError("Donnez aussi --out FICHIER.jsonl, où les réponses seront écrites.")
    return write_lines(out, (answer(asked) for asked in read_batch(batch)))


def write_lines(out: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as JSONL beside `out`, then put them in its place.

    Raises:
        BatchError: the file cannot be written; what was at `out` is left as it was.
    """
    if not out.name:
        raise BatchError(f"{out} n’est pas un nom de fichier : donnez --out FICHIER.jsonl.")
    beside = out.with_name(f"{out.name}.part")
    count = 0
    try:
        with beside.open("wb") as stream:
            for row in rows:
                stream.write(orjson.dumps(row) + b"\n")
                count += 1
        beside.replace(out)
    except OSError as error:
        raise BatchError(f"{out} ne s’écrit pas : {error.strerror}. Vérifiez le chemin et la place libre.") from error
    finally:
        # Where it could not be made, it cannot be removed either.
        with suppress(OSError):
            beside.unlink()
    return count
