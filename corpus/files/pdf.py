"""PDF to blocks: paragraphs under their numbered headings, tables one row a line, each with its page.

The parsers run in a process of their own, with a limit of time and of memory: a PDF is the one official format that
can hold a parser for hours. `python -m corpus.files.pdf FILE` is that process; it prints JSON.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from corpus.errors import DocumentError
from corpus.files.content import Content, Limits, blocks_from_json, blocks_to_json, reason, refusal
from corpus.files.pdf_assembly import Assembly
from corpus.files.pdf_pages import read_pages

_ROOT = Path(__file__).parents[2]


def read_pdf(path: Path, limits: Limits) -> Content:
    """Read a PDF in a process of its own.

    Raises:
        DocumentError: encrypted, damaged, a scan without text, or over a limit.
    """
    command = [sys.executable, "-m", "corpus.files.pdf", str(path.resolve()), json.dumps(asdict(limits))]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, on a path that the manifest check has accepted
            command, cwd=_ROOT, capture_output=True, timeout=limits.seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise refusal("too_slow", limit=round(limits.seconds)) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        # Killed by the limit of memory, or crashed inside a parser.
        raise refusal("damaged") from error
    if "reason" in answer:
        raise DocumentError(answer["reason"])
    partial = tuple((place, why) for place, why in answer["partial"])
    return Content(blocks_from_json(answer["blocks"]), answer["title"], partial=partial)


def parse_pdf(path: Path, limits: Limits) -> Content:
    """Read a PDF in this process; same result and errors as `read_pdf`, without the limits of time and memory."""
    read = read_pages(path, limits)
    blocks = tuple(Assembly(read).blocks())
    scans = tuple(
        (f"p. {page.number}", reason("image_page")) for page in read.pages if page.pictures and not page.words
    )
    return Content(blocks, read.title, partial=scans)


def _limit_memory(size: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - absent from Windows

        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _main(file: str, limits_json: str) -> None:
    limits = Limits(**json.loads(limits_json))
    _limit_memory(limits.memory)
    answer: dict[str, object]
    try:
        content = parse_pdf(Path(file), limits)
    except DocumentError as error:
        answer = {"reason": str(error)}
    except MemoryError:
        answer = {"reason": reason("bomb")}
    except Exception as error:  # noqa: BLE001 - the parent process reports it and goes on to the next file
        answer = {"reason": reason("failed", detail=type(error).__name__)}
    else:
        answer = {"title": content.title, "blocks": blocks_to_json(content.blocks), "partial": content.partial}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main(*sys.argv[1:3])
