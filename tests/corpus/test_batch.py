"""Batches are read line by line with the number of a bad one, and written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.batch import Asked, read_batch, run_batch, write_lines
from corpus.errors import BatchError

OLD = b"les anciennes r\xc3\xa9ponses\n"
# JSON cannot carry half of a surrogate pair.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def batch(folder: Path, content: bytes) -> Path:
    path = folder / "in.jsonl"
    path.write_bytes(content)
    return path


def questions(folder: Path, content: bytes) -> list[Asked]:
    return list(read_batch(batch(folder, content)))


def echo(asked: Asked) -> dict[str, Any]:
    return {"id": asked.id, "q": asked.text}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_questions_are_read_in_order_whatever_the_line_ends_and_the_byte_order_mark(
    tmp_path: Path, mark: bytes, end: bytes
) -> None:
    lines = [b'{"id": "a", "q": "Une carte ?"}', b'{"q": "\xc3\x89tat civil", "id": "b"}', b""]

    assert questions(tmp_path, mark + end.join(lines)) == [Asked("a", "Une carte ?"), Asked("b", "État civil")]


def test_blank_lines_and_other_keys_are_ignored(tmp_path: Path) -> None:
    content = b'\n  \n{"id": "a", "q": "x", "expected": [1], "lang": null}\n\t\n\n'

    assert questions(tmp_path, content) == [Asked("a", "x")]


def test_an_empty_file_holds_no_question(tmp_path: Path) -> None:
    assert questions(tmp_path, b"") == []


def test_a_line_without_an_id_takes_its_number_in_the_file(tmp_path: Path) -> None:
    content = b'{"q": "x"}\n\n{"q": "y"}\n{"id": null, "q": "z"}\n{"id": 0, "q": "t"}\n{"id": 12, "q": "u"}'

    assert [asked.id for asked in read_batch(batch(tmp_path, content))] == ["1", "3", "4", "0", "12"]


def test_a_separator_inside_a_question_is_not_a_new_line(tmp_path: Path) -> None:
    text = "avant\u2028milieu\u2029\x0bapr\x85ès"

    assert questions(tmp_path, json.dumps({"q": text}, ensure_ascii=False).encode()) == [Asked("1", text)]


@pytest.mark.parametrize(
    "line",
    [
        b"{pas du json",
        b'{"id": "a"}',
        b'{"q": 5}',
        b'{"q": null}',
        b'["q"]',
        b'"q"',
        b"5",
        b"null",
        b'{"q": "x"} {"q": "y"}',
        b'{"q": "\\ud800"}',
        b"NaN",
        b"[" * 5000,
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_name_of_the_file(tmp_path: Path, line: bytes) -> None:
    with pytest.raises(BatchError, match=r"in\.jsonl, ligne 4\b"):
        questions(tmp_path, b'{"q": "x"}\n\n{"q": "y"}\n' + line + b'\n{"q": "z"}\n')


def test_a_bad_line_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(BatchError) as told:
        questions(tmp_path, '{"q": "Je suis Zoé Martineau"'.encode())

    assert "Zoé" not in str(told.value)


@pytest.mark.parametrize("content", [b'{"q": "\xe9tat"}', b"\xff\xfe{\x00}\x00", b"\x80"])
def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BatchError, match="UTF-8"):
        questions(tmp_path, content)


@pytest.mark.parametrize("name", ["absent.jsonl", "", "in.jsonl/inside", "x" * 300])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    batch(tmp_path, b"")

    with pytest.raises(BatchError, match="ne se lit pas"):
        list(read_batch(tmp_path / name))


def test_answers_are_written_one_a_line(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"

    count = run_batch(batch(tmp_path, b'{"id": "a", "q": "x\\ny"}\n{"q": "\xc3\xa9"}'), out, echo)

    assert count == 2
    assert out.read_bytes() == '{"id":"a","q":"x\\ny"}\n{"id":"2","q":"é"}\n'.encode()


def test_an_output_may_take_the_place_of_the_questions(tmp_path: Path) -> None:
    path = batch(tmp_path, b'{"id": "a", "q": "x"}')

    run_batch(path, path, echo)

    assert path.read_bytes() == b'{"id":"a","q":"x"}\n'


def test_a_batch_without_an_output_is_refused_before_any_answer(tmp_path: Path) -> None:
    def never(asked: Asked) -> dict[str, Any]:
        raise AssertionError(asked)

    with pytest.raises(BatchError, match="--out"):
        run_batch(batch(tmp_path, b'{"q": "x"}'), None, never)


def failing_rows() -> Iterator[dict[str, Any]]:
    yield {"id": "a"}
    raise ValueError("x")


def test_a_failure_on_the_way_leaves_the_old_answers_and_nothing_beside(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_bytes(OLD)

    with pytest.raises(ValueError):
        write_lines(out, failing_rows())
    with pytest.raises(BatchError):
        run_batch(batch(tmp_path, b'{"q": "x"}\n{'), out, echo)

    assert out.read_bytes() == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize("name", ["absent/out.jsonl", "file/out.jsonl", "folder", "x" * 300, "x" * 252])
def test_an_output_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(OLD)
    (tmp_path / "folder").mkdir()

    with pytest.raises(BatchError, match="ne s’écrit pas"):
        write_lines(tmp_path / name, [{"id": "a"}])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_bytes() == OLD


@pytest.mark.parametrize("name", [".", "/", ""])
def test_an_output_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(BatchError, match="--out"):
        write_lines(Path(name), [])


def test_no_question_gives_an_empty_output(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_bytes(OLD)

    assert run_batch(batch(tmp_path, b"\n\n"), out, echo) == 0
    assert out.read_bytes() == b""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_any_question_comes_back_as_it_was_asked(tmp_path: Path, asked: list[tuple[str, str]]) -> None:
    lines = [json.dumps({"id": one, "q": question}, ensure_ascii=bool(len(one) % 2)) for one, question in asked]
    out = tmp_path / "out.jsonl"

    run_batch(batch(tmp_path, "\n".join(lines).encode()), out, echo)

    written = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]
    assert [(row["id"], row["q"]) for row in written] == asked
