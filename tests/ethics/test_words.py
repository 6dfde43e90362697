"""Why the system refused is told in French, on any machine."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ethics.__main__ import main
from ethics.words import _WHY, all_words, trouble


def write_on_a_full_disk(_: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"x")


REAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda folder: (folder / "absent").read_bytes(), "n’existe pas"),
    "a folder": (lambda folder: folder.read_bytes(), "c’est un dossier"),
    "a file": (lambda folder: (folder / "file/inside").read_bytes(), "tient la place d’un dossier"),
    "there": (lambda folder: (folder / "file").open("x"), "déjà pris"),
    "full": (write_on_a_full_disk, "disque est plein"),
    "too long": (lambda folder: (folder / ("a" * 300)).read_bytes(), "trop long"),
}


@pytest.mark.parametrize("what", REAL)
def test_what_the_system_refuses_is_told_in_french(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    refused, said = REAL[what]

    with pytest.raises(OSError, match=r".") as told:
        refused(tmp_path)
    assert said in trouble(told.value)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EDQUOT, errno.EIO, errno.ECHILD, 0])
def test_no_word_of_the_system_is_repeated(number: int) -> None:
    told = trouble(OSError(number, os.strerror(number)))

    assert told == all_words()[f"disk.{_WHY.get(number, 'refused')}"]
    assert os.strerror(number) not in told


def test_a_command_repeats_no_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--records", str(tmp_path), "evidence", str(tmp_path / "absent.json")]) == 1

    told = capsys.readouterr().err
    assert "absent.json" in told
    assert "n’existe pas" in told
