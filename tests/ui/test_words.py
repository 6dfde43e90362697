"""Every page speaks each language whole; what a machine wrote says so; and a text's blanks are the same everywhere."""

from __future__ import annotations

import re
import tomllib

import pytest

from ui.words import FOLDER, languages, words_for

FRENCH = languages()["fr"].tables
OTHERS = sorted(set(languages()) - {"fr"})


def test_the_interface_is_in_six_languages_french_first() -> None:
    assert next(iter(languages())) == "fr"
    assert set(languages()) == {"fr", "en", "es", "pt", "ar", "zh"}


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_says_everything_that_french_says_with_the_same_blanks(code: str) -> None:
    own = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    missing = {(table, key) for table, texts in FRENCH.items() for key in texts} - {
        (table, key) for table, texts in own.items() for key in texts
    }
    blanks = {
        (table, key): (set(re.findall(r"{\w+}", str(text))), set(re.findall(r"{\w+}", str(FRENCH[table][key]))))
        for table, texts in own.items()
        for key, text in texts.items()
    }

    assert missing == set()
    assert {name: pair for name, pair in blanks.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("code", OTHERS)
def test_what_no_person_has_read_is_said_to_be_so(code: str) -> None:
    assert not languages()[code].reviewed


@pytest.mark.parametrize(
    ("wanted", "accepted", "code"),
    [
        (None, None, "fr"),
        ("ar", "en", "ar"),
        (None, "de;q=1, es;q=0.8", "es"),
        ("xx", "zh-CN", "zh"),
        ("xx", "xx", "fr"),
        (None, ";;,,", "fr"),
    ],
)
def test_the_language_chosen_comes_before_the_one_of_the_browser(
    wanted: str | None, accepted: str | None, code: str
) -> None:
    assert words_for(wanted, accepted).code == code
