"""Turns are kept whole and durably, hold no word of a resident, and are found again by receipt and by passage."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Text, inspect

from bot.errors import StoreError
from bot.store import Line, TurnStore, open_store, turn_store_in
from bot.store.database import HEAD
from bot.store.tables import Base
from corpus.settings import ROOT
from ethics.case import Finding, answered, assigned, closed, open_case

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LINE = Line(
    receipt="BCDF-1",
    at=AT,
    status="answered",
    digest="a" * 64,
    release="demo",
    document="F1",
    passages=("p1", "p2"),
    language="fr",
    generated=False,
    milliseconds=12.5,
    energy=(0.0, 0.0),
)


@pytest.fixture
def store(tmp_path: Path) -> TurnStore:
    return turn_store_in(tmp_path / "records")


def test_a_turn_is_found_as_it_was_kept(store: TurnStore) -> None:
    store.keep(LINE)
    unknown = replace(LINE, receipt="BCDF-2", passages=(), energy=None)
    store.keep(unknown)

    assert store.find("BCDF-1") == LINE
    assert store.find("BCDF-2") == unknown
    assert store.find("nothing") is None


def test_the_same_turn_twice_is_kept_once(store: TurnStore) -> None:
    store.keep(LINE)
    store.keep(LINE)

    assert store.quoting("p1") == (LINE,)


def test_the_turns_that_quoted_a_passage_are_found_oldest_first(store: TurnStore) -> None:
    later = replace(LINE, receipt="BCDF-3", at=AT + timedelta(days=1), passages=("p2", "p3"))
    store.keep(later)
    store.keep(LINE)

    assert store.quoting("p2") == (LINE, later)
    assert store.quoting("p3") == (later,)
    assert store.quoting("p4") == ()


def test_a_purge_deletes_what_is_older_with_all_it_quoted(store: TurnStore) -> None:
    kept = replace(LINE, receipt="BCDF-4", at=AT + timedelta(days=40))
    store.keep(LINE)
    store.keep(kept)

    assert store.purge(AT + timedelta(days=30)) == 1
    assert store.find(LINE.receipt) is None
    assert store.quoting("p1") == (kept,)


def test_no_column_can_hold_the_free_text_of_a_resident(store: TurnStore) -> None:
    columns = {column["name"] for table in ("turns", "quoted") for column in inspect(store.engine).get_columns(table)}

    assert columns == {
        *("receipt", "at", "status", "digest", "release", "document", "language", "generated", "milliseconds"),
        *("energy_low", "energy_high", "position", "passage"),
    }
    assert not any(
        isinstance(column["type"], Text)
        for table in ("turns", "quoted")
        for column in inspect(store.engine).get_columns(table)
    )


def test_many_threads_write_at_once_and_nothing_is_lost(store: TurnStore) -> None:
    lines = [replace(LINE, receipt=f"R-{rank}") for rank in range(40)]
    threads = [threading.Thread(target=store.keep, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(line.receipt for line in store.quoting("p1")) == sorted(line.receipt for line in lines)


def test_what_was_acknowledged_survives_a_process_killed_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from tests.bot.test_store import LINE\n"
        "from bot.store import turn_store_in\n"
        "from pathlib import Path\n"
        f"turn_store_in(Path({str(tmp_path)!r})).keep(LINE)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)

    assert turn_store_in(tmp_path).find(LINE.receipt) == LINE


def test_a_damaged_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "turns.sqlite").write_bytes(b"not a database" * 1000)

    with pytest.raises(StoreError, match="CITE_DATA"):
        turn_store_in(tmp_path)


def test_a_full_or_locked_database_is_one_sentence_and_says_no_value(store: TurnStore, tmp_path: Path) -> None:
    store.engine.dispose()
    with sqlite3.connect(tmp_path / "records" / "turns.sqlite") as other:
        other.execute("DROP TABLE quoted")

    with pytest.raises(StoreError) as told:
        store.keep(LINE)

    assert LINE.digest not in str(told.value)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(StoreError, match="ne peut être créé"):
        turn_store_in(tmp_path / "file" / "records")


def test_the_migrations_give_the_tables_of_the_code_and_the_last_one_is_the_head(tmp_path: Path) -> None:
    store = turn_store_in(tmp_path)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_made_before_there_were_migrations_is_brought_up_with_its_turns(tmp_path: Path) -> None:
    before = turn_store_in(tmp_path)
    before.keep(LINE)
    with before.engine.begin() as connection:
        later = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name not in {"turns", "quoted"}]
        for table in ("alembic_version", *later):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    before.close()

    assert turn_store_in(tmp_path).find(LINE.receipt) == LINE


def test_a_database_of_a_later_version_is_one_sentence(tmp_path: Path) -> None:
    store = turn_store_in(tmp_path)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()

    with pytest.raises(StoreError, match="ne s’ouvre pas"):
        turn_store_in(tmp_path)


def test_opinions_are_counted_by_day_document_and_reason(tmp_path: Path) -> None:
    usefulness = open_store(tmp_path).usefulness
    for useful, reason in ((True, ""), (True, "wrong"), (False, "wrong"), (False, "wrong"), (False, "")):
        usefulness.count(AT.date(), "F1", reason, useful=useful)

    assert usefulness.total() == {(True, ""): 2, (False, "wrong"): 2, (False, ""): 1}
    with pytest.raises(ValueError, match="free"):
        usefulness.count(AT.date(), "F1", "free text", useful=False)


def test_case_numbers_are_never_given_twice_whatever_the_number_of_threads(tmp_path: Path) -> None:
    cases = open_store(tmp_path).cases
    given: list[int] = []
    threads = [threading.Thread(target=lambda: given.append(cases.next_number(2026))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given) == list(range(1, 13))
    assert cases.next_number(2027) == 1


def test_a_case_is_found_as_it_was_kept_at_each_state_with_its_message_apart(tmp_path: Path) -> None:
    cases = open_store(tmp_path).cases
    case = open_case(cases, AT, severe=True)
    cases.keep_message(case.number, "[nom] dit que c’est faux")
    given = assigned(case, "Bureau", AT)
    told = answered(given, Finding.UNFOUNDED, "La règle est la bonne.", AT)
    for case in (given, told, closed(told, AT)):
        cases.keep(case)
        assert cases.find(case.number) == case

    assert list(cases.all()) == [case]
    assert cases.message(case.number) == "[nom] dit que c’est faux"
    assert cases.purge(AT) == 0
    assert cases.purge(AT + timedelta(days=1)) == 1
    assert cases.find(case.number) is None
    assert cases.message(case.number) == ""


def test_an_open_case_is_never_purged(tmp_path: Path) -> None:
    cases = open_store(tmp_path).cases
    case = open_case(cases, AT)

    assert cases.purge(AT + timedelta(days=4000)) == 0
    assert cases.find(case.number) == case
