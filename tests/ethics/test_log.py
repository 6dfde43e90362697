"""The log is only ever added to: whatever else is done to it is noticed, and the first altered line is named."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethics.canonical import canonical, digest, parsed
from ethics.errors import LogError
from ethics.log import _LONGEST, Appender, Entry, Log, appending, read_log, stamp
from ethics.merkle import leaf_hash, merkle_root
from tests.house.tree import ROOT

START = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
SIZE = 6


def filled(path: Path, size: int = SIZE) -> Path:
    for number in range(size):
        with appending(path) as log:
            log.add("opinion", f"opinions/{number}.json", f"{number:064x}", START + timedelta(minutes=number))
    return path


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def resealed(line: bytes, **change: Any) -> bytes:
    """A line changed by somebody who knows how lines are sealed."""
    said = {key: value for key, value in parsed(line).items() if key != "seal"} | change
    return canonical(said | {"seal": digest(canonical(said))})


def first_altered(path: Path, content: list[bytes]) -> int:
    path.write_bytes(b"".join(line + b"\n" for line in content))
    with pytest.raises(LogError, match="ligne") as caught:
        read_log(path)
    assert caught.value.line
    assert str(caught.value.line) in str(caught.value)
    return caught.value.line


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    log = read_log(filled(tmp_path / "log.jsonl"))

    assert [entry.number for entry in log.entries] == [1, 2, 3, 4, 5, 6]
    assert log.entries[2] == Entry(
        3, START + timedelta(minutes=2), "opinion", "opinions/2.json", f"{2:064x}", log.entries[2].prev
    )
    assert log.tree.root().hex() == merkle_root(lines(tmp_path / "log.jsonl"))
    assert log.entries[0].prev == "0" * 64
    assert log.entries[1].prev == leaf_hash(lines(tmp_path / "log.jsonl")[0]).hex()


def test_an_empty_log_is_a_log(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(b"")

    assert read_log(tmp_path / "log.jsonl").entries == []


def test_an_absent_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="ne peut pas être lu"):
        read_log(tmp_path / "log.jsonl")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(st.data())
def test_any_changed_byte_names_its_line(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "log.jsonl"
    path.unlink(missing_ok=True)
    whole = filled(path, 3).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[place]))
    path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])

    with pytest.raises(LogError) as caught:
        read_log(path)
    assert caught.value.line == whole[:place].count(b"\n") + 1


@pytest.mark.parametrize("line", [1, 2, 5])
def test_a_line_sealed_anew_is_named_by_the_one_after(tmp_path: Path, line: int) -> None:
    content = lines(filled(tmp_path / "log.jsonl"))
    content[line - 1] = resealed(content[line - 1], digest="f" * 64)

    assert first_altered(tmp_path / "log.jsonl", content) == line


@pytest.mark.parametrize("line", [1, 2, 5])
def test_a_removed_line_is_named(tmp_path: Path, line: int) -> None:
    content = lines(filled(tmp_path / "log.jsonl"))

    assert first_altered(tmp_path / "log.jsonl", content[: line - 1] + content[line:]) == line


def test_a_repeated_line_is_named(tmp_path: Path) -> None:
    content = lines(filled(tmp_path / "log.jsonl"))

    assert first_altered(tmp_path / "log.jsonl", [*content[:3], content[2], *content[3:]]) == 4


def test_two_lines_in_another_order_are_named(tmp_path: Path) -> None:
    content = lines(filled(tmp_path / "log.jsonl"))

    assert first_altered(tmp_path / "log.jsonl", [content[0], content[2], content[1], *content[3:]]) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"number": "1"},
        {"number": True},
        {"number": 2},
        {"kind": 1},
        {"file": None},
        {"digest": []},
        {"prev": 0},
        {"prev": "f" * 64},
        {"time": "2026-11-27 10:00:00"},
        {"time": "2026-11-27T9:00:00Z"},
        {"time": 12},
        {"time": "2026-11-27T10:00:00"},
        {"time": "2026-11-27T10:00:00+01:00"},
        {"time": "2026-11-27T10:00:00.5Z"},
        {"more": 1},
    ],
)
def test_a_line_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    content = lines(filled(tmp_path / "log.jsonl", 1))

    assert first_altered(tmp_path / "log.jsonl", [resealed(content[0], **change)]) == 1


@pytest.mark.parametrize("missing", ["digest", "file", "kind", "number", "prev", "seal", "time"])
def test_a_line_that_lacks_a_key_is_refused(tmp_path: Path, missing: str) -> None:
    said = parsed(lines(filled(tmp_path / "log.jsonl", 1))[0])
    del said[missing]

    assert first_altered(tmp_path / "log.jsonl", [canonical(said)]) == 1


@pytest.mark.parametrize("line", [b"", b"[]", b"null", b"12", b"{}", b"\xff"])
def test_a_line_that_is_no_line_is_refused(tmp_path: Path, line: bytes) -> None:
    content = lines(filled(tmp_path / "log.jsonl", 2))

    assert first_altered(tmp_path / "log.jsonl", [*content, line]) == 3


def test_a_line_dated_before_the_one_above_is_refused(tmp_path: Path) -> None:
    content = lines(filled(tmp_path / "log.jsonl", 2))
    content[1] = resealed(content[1], time="2026-11-27T09:59:59Z")

    assert first_altered(tmp_path / "log.jsonl", content) == 2


def test_a_log_cut_or_rewritten_differs_from_what_was_signed(tmp_path: Path) -> None:
    log = read_log(filled(tmp_path / "log.jsonl"))
    shorter, other = Log(), Log()
    shorter.read(b"".join(line + b"\n" for line in lines(tmp_path / "log.jsonl")[:4]))
    filled(tmp_path / "other.jsonl", 3)
    other.read((tmp_path / "other.jsonl").read_bytes().replace(b"opinions", b"opinions")[:0])

    log.check_beginning(4, shorter.tree.root())
    log.check_beginning(6, log.tree.root())
    with pytest.raises(
        LogError, match="tronqué à partir de la ligne 5 : un point de contrôle signé en compte 6"
    ) as caught:
        shorter.check_beginning(6, log.tree.root())
    assert caught.value.line == 5
    with pytest.raises(LogError, match="entre la ligne 1 et la ligne 6"):
        log.check_beginning(6, b"\x00" * 32)
    with pytest.raises(LogError, match="entre la ligne 3 et la ligne 6") as caught:
        log.check_beginning(6, b"\x00" * 32, since=2)
    assert caught.value.line == 3
    with pytest.raises(LogError, match="entre la ligne 6 et la ligne 6") as caught:
        # Two states were signed of the same six lines.
        log.check_beginning(6, b"\x00" * 32, since=6)
    assert caught.value.line == 6


def test_a_log_that_grew_is_read_from_where_it_was(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl", 3)
    known = read_log(path)
    filled(path, 0)
    with appending(path) as log:
        log.add("drill", "", "", START + timedelta(hours=1))

    assert len(read_log(path, known).entries) == 4
    assert known.tree.root() == read_log(path).tree.root()
    assert known.data == path.read_bytes()


def test_a_log_rewritten_since_it_was_read_is_noticed_though_it_holds(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl", 3)
    known = read_log(path)
    path.unlink()
    for number in (0, 7, 8, 9):
        with appending(path) as log:
            log.add("opinion", f"opinions/{number}.json", f"{number:064x}", START + timedelta(minutes=number))

    assert len(read_log(path).entries) == 4
    with pytest.raises(LogError, match="réécrit : ses 3 premières lignes") as caught:
        read_log(path, known)
    assert caught.value.line == 2


def test_an_altered_line_does_not_make_the_log_forget_what_it_knew(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl", 3)
    known = read_log(path)
    whole = path.read_bytes()
    path.write_bytes(whole + lines(path)[0] + b"\n")
    with pytest.raises(LogError, match="ligne 4"):
        read_log(path, known)
    path.write_bytes(whole)

    assert len(read_log(path, known).entries) == 3
    assert known.tree.root() == read_log(path).tree.root()


def test_a_log_cut_since_it_was_read_is_noticed(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl", 3)
    known = read_log(path)
    path.write_bytes(b"".join(line + b"\n" for line in lines(path)[:2]))

    with pytest.raises(LogError, match="réécrit") as caught:
        read_log(path, known)
    assert caught.value.line == 3


def test_the_clock_cannot_go_back(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl")
    last = START + timedelta(minutes=SIZE - 1)

    with appending(path) as log, pytest.raises(LogError, match=r"horloge.*\(2026-11-27T10:05:00Z\)") as caught:
        log.add("drill", "", "", last - timedelta(seconds=121))
    assert caught.value.line == SIZE + 1
    assert len(read_log(path).entries) == SIZE


def test_a_clock_being_adjusted_does_not_stop_the_log(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl")
    last = START + timedelta(minutes=SIZE - 1)
    with appending(path) as log:
        log.add("drill", "", "", last - timedelta(seconds=120))

    assert read_log(path).entries[-1].time == last


def test_times_are_those_of_utc_to_the_second(tmp_path: Path) -> None:
    with appending(tmp_path / "log.jsonl") as log:
        log.add("drill", "", "", datetime.fromisoformat("2026-11-27T11:00:00.900+01:00"))

    assert read_log(tmp_path / "log.jsonl").entries[0].time == START


def test_a_time_is_written_in_utc_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        assert stamp(START) == "2026-11-27T10:00:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_line_out_of_proportion_is_refused(tmp_path: Path) -> None:
    with appending(tmp_path / "log.jsonl") as log, pytest.raises(LogError, match="trop longue") as caught:
        log.add("x" * 5000, "", "", START)
    assert caught.value.line == 1
    assert (tmp_path / "log.jsonl").read_bytes() == b""


def test_a_line_as_long_as_may_be_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with appending(path) as log:
        for _ in range(2):
            log.add("x", "", "", START)
        room = _LONGEST - len(lines(path)[1])
        log.add("x" * room, "", "", START)
        longest = len(lines(path)[2]) + 1
        with pytest.raises(LogError, match="trop longue"):
            log.add("x" * (room + 1), "", "", START)

    assert longest == _LONGEST
    assert len(read_log(path).entries) == 3


def test_the_log_is_read_by_others_and_written_by_its_owner(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = filled(tmp_path / "log.jsonl", 1)
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o644


def test_a_log_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="c’est un dossier"):
        read_log(tmp_path)


def test_a_repair_is_never_dated_before_the_last_certain_line(tmp_path: Path) -> None:
    path, later = tmp_path / "log.jsonl", datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    with appending(path) as log:
        log.add("drill", "", "", later)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b'{"half')
    with appending(path) as log:
        assert log.last is not None
        assert (log.last.kind, log.last.time) == ("repair", later)
        assert log.last.file == f"log.jsonl.torn-{size}"


def test_a_line_half_written_after_known_ones_is_named_and_they_stay_known(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl", 3)
    known = read_log(path)
    path.write_bytes(path.read_bytes() + b'{"half')
    with pytest.raises(LogError, match="ligne 4 du journal est à moitié écrite") as caught:
        read_log(path, known)

    assert caught.value.line == 4
    assert (len(known.entries), len(known.tree)) == (3, 3)
    with appending(path):
        # The line is set aside: what was known is still the beginning of the log.
        pass
    assert [entry.kind for entry in read_log(path, known).entries] == ["opinion"] * 3 + ["repair"]


@pytest.mark.parametrize("kept", [1, 50, -10])
def test_a_line_cut_by_a_crash_is_noticed_then_set_aside(tmp_path: Path, kept: int) -> None:
    path = filled(tmp_path / "log.jsonl", 3)
    whole = lines(path)
    torn = whole[2][:kept]
    path.write_bytes(whole[0] + b"\n" + whole[1] + b"\n" + torn)

    with pytest.raises(LogError, match="ligne 3 du journal est à moitié écrite") as caught:
        read_log(path)
    assert caught.value.line == 3
    with appending(path) as log:
        assert log.number == 4
    entries = read_log(path).entries
    assert [entry.kind for entry in entries] == ["opinion", "opinion", "repair"]
    assert (tmp_path / entries[2].file).read_bytes() == torn
    assert entries[2].digest == digest(torn)


def test_a_first_line_cut_by_a_crash_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(b'{"half')
    with appending(tmp_path / "log.jsonl") as log:
        log.add("drill", "", "", datetime.now(UTC))

    assert [entry.kind for entry in read_log(tmp_path / "log.jsonl").entries] == ["repair", "drill"]


def test_a_last_line_that_only_lacks_its_end_is_kept(tmp_path: Path) -> None:
    # Otherwise removing one byte would remove the last act: a suspension, for example.
    path = filled(tmp_path / "log.jsonl", 3)
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(LogError, match="à moitié écrite"):
        read_log(path)
    filled(path, 0)
    with appending(path) as log:
        assert log.number == 4
        log.add("drill", "", "", START + timedelta(hours=1))
    assert [entry.kind for entry in read_log(path).entries] == ["opinion"] * 3 + ["drill"]


def test_an_only_line_that_lacks_its_end_is_kept(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl", 1)
    path.write_bytes(path.read_bytes()[:-1])
    filled(path, 0)
    with appending(path) as log:
        assert log.number == 2

    assert [entry.kind for entry in read_log(path).entries] == ["opinion"]


@pytest.mark.parametrize("number", [2, 4, 5])
def test_a_last_line_that_lacks_its_end_and_has_another_number_is_set_aside(tmp_path: Path, number: int) -> None:
    path = filled(tmp_path / "log.jsonl", 3)
    content = lines(path)
    path.write_bytes(b"\n".join([*content[:2], resealed(content[2], number=number)]))
    with appending(path) as log:
        assert log.number == 4

    assert [entry.kind for entry in read_log(path).entries] == ["opinion", "opinion", "repair"]


@pytest.mark.parametrize(
    "content", [b"\n", b"no log at all\n", b"x" * 20_000, b"x" * 20_000 + b"\n", b'{"number":1}\n{"half']
)
def test_nothing_is_added_to_what_is_no_log(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.jsonl").write_bytes(content)

    with pytest.raises(LogError, match="La ligne 0 du journal") as caught, appending(tmp_path / "log.jsonl"):
        pass
    assert caught.value.line == 0
    assert (tmp_path / "log.jsonl").read_bytes() == content


def test_a_long_log_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for number in range(40):
        with appending(path) as log:
            log.add("opinion", "x" * 900, f"{number:064x}", START)

    assert len(read_log(path).entries) == 40


def _writes(path: Path, name: str, turns: int) -> None:
    for turn in range(turns):
        with appending(path) as log:
            log.add("opinion", f"{name}-{turn}", "", START)


@pytest.mark.slow
def test_many_writers_at_once_leave_one_whole_log(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_writes, args=(path, f"w{number}", 20)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    entries = read_log(path).entries

    assert [writer.exitcode for writer in writers] == [0] * 4
    assert {entry.file for entry in entries} == {f"w{number}-{turn}" for number in range(4) for turn in range(20)}
    assert len(entries) == 80


_ENDLESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ethics.log import appending
while True:
    with appending(Path(sys.argv[1])) as log:
        print(log.add("opinion", "x" * 500, "", datetime.now(UTC)).number, flush=True)
"""


@pytest.mark.slow
def test_kill_nine_while_writing_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout
        said = [int(writer.stdout.readline()) for _ in range(30)]
        os.kill(writer.pid, signal.SIGKILL)
        said += [int(line) for line in writer.stdout.read().splitlines()]
        writer.wait()
        writer.stdout.close()
        with appending(path) as log:
            assert log.last is not None
            assert log.last.number >= max(said)
        assert {entry.number for entry in read_log(path).entries} >= set(said)


def test_the_disk_holds_a_line_before_it_is_acknowledged(tmp_path: Path) -> None:
    # A pipe refuses fsync: an append that skipped it would succeed.
    reading, writing = os.pipe()
    try:
        with pytest.raises(OSError, match=r"."):
            Appender(writing, None).add("drill", "", "", START)
    finally:
        os.close(reading)
        os.close(writing)


def test_an_error_between_two_lines_lets_the_log_go(tmp_path: Path) -> None:
    path = filled(tmp_path / "log.jsonl", 1)

    def fails() -> None:
        with appending(path):
            raise RuntimeError

    tries: list[Callable[[], None]] = [fails, fails]
    for attempt in tries:
        with pytest.raises(RuntimeError):
            attempt()
    assert len(read_log(path).entries) == 1


def test_a_line_that_was_read_cannot_be_changed() -> None:
    kinds: list[Any] = [Entry, Log, Appender]

    assert [kind.__dataclass_params__.frozen for kind in kinds] == [True, False, False]
    assert all("__slots__" in vars(kind) for kind in kinds)
