"""What the log of governance costs: `python -m eval.log_bench [--entries 100000]`; prints one JSON object.

A long log is written without waiting for the disk, then read and checked line by line. Durable lines, one `fsync` each,
are timed beside bare writes of as many bytes with an `fsync` each, in the same folder and in turns, so that a slow disk
slows both.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ethics.log import Entry, appending, read_log
from ethics.merkle import leaf_hash

_DIGEST = "ab" * 32
_NO_LINE = "0" * 64
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print one JSON object."""
    parser = ArgumentParser(prog="python -m eval.log_bench", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--entries", type=int, default=100_000, help="lignes du journal à vérifier")
    parser.add_argument("--durable", type=int, default=300, help="lignes écrites durablement")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        said = {
            "entries": args.entries,
            "verified_s": round(verified(Path(folder) / "long.jsonl", args.entries), 2),
            "durable": durable(Path(folder), args.durable),
        }
    sys.stdout.write(json.dumps(said, indent=2) + "\n")
    return 0


def verified(path: Path, count: int) -> float:
    """Return the seconds that reading and checking a log of `count` lines takes."""
    prev = _NO_LINE
    with path.open("wb") as file:
        for number in range(1, count + 1):
            line = Entry(number, _WHEN, "opinion", f"opinions/{number}.json", _DIGEST, prev).line()
            prev = leaf_hash(line).hex()
            file.write(line + b"\n")
    started = time.perf_counter()
    found = read_log(path)
    spent = time.perf_counter() - started
    assert len(found.entries) == count
    return spent


def durable(folder: Path, count: int) -> dict[str, float]:
    """Return the median milliseconds of a durable line, of a bare `fsync` of as many bytes, and their ratio."""
    ours, bare = list[float](), list[float]()
    size = len(Entry(1, _WHEN, "opinion", "opinions/1.json", _DIGEST, _NO_LINE).line()) + 1
    descriptor = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        with appending(folder / "log.jsonl") as appender:
            for _ in range(count):
                started = time.perf_counter()
                appender.add("opinion", "opinions/1.json", _DIGEST, _WHEN)
                ours.append(time.perf_counter() - started)
                started = time.perf_counter()
                os.write(descriptor, b"x" * size)
                os.fsync(descriptor)
                bare.append(time.perf_counter() - started)
    finally:
        os.close(descriptor)
    one, other = statistics.median(ours), statistics.median(bare)
    return {"line_ms": round(one * 1000, 3), "bare_ms": round(other * 1000, 3), "ratio": round(one / other, 2)}


if __name__ == "__main__":
    sys.exit(main())
