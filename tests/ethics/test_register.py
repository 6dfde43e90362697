"""The register is complete, exported as asked, and never says by hand what the records say."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from ethics.errors import RecordsError
from ethics.log import Entry
from ethics.receipt import Receipt
from ethics.register import FIELDS, REGISTER_FILE, is_a_test, missing_tests, read_register
from ethics.rules import RefusedUse
from tests.ethics.city import POLICY, a_city
from tests.house.tree import ROOT

TEXT = REGISTER_FILE.read_text(encoding="utf-8")


def test_the_inventory_has_every_field_of_the_model() -> None:
    found = read_register().etalab()

    assert len(found) == 21
    assert found["Nom de l’algorithme"] == "Cité, l'assistant qui cite"
    assert all(found.values())


def test_an_answer_comes_with_the_four_items_of_the_law() -> None:
    assert len(read_register().items_of_an_answer()) == 4


def test_the_page_says_what_is_in_force_from_the_records(tmp_path: Path) -> None:
    city = a_city(tmp_path)
    page = read_register().page(city.ask(), POLICY)
    nothing = read_register().page(city.ask(now=city.now.replace(year=2030)), POLICY)

    assert page["fingerprint"] == city.manifest.fingerprint
    assert (page["level"], page["scope"]) == ("L0", "public")
    assert page["expires"]
    assert (nothing["fingerprint"], nothing["level"]) == (None, "L3")
    assert nothing["findings"]
    assert len(page["refused_uses"]) == len(POLICY.refused_uses)


@pytest.mark.parametrize("section", FIELDS)
def test_an_empty_missing_or_unknown_field_is_named(tmp_path: Path, section: str) -> None:
    path = tmp_path / "registre.toml"
    field = next(iter(FIELDS[section]))
    head, _, rest = TEXT.partition(f"[{section}]\n")
    empty = f'{head}[{section}]\n{field} = " "\n' + "\n".join(rest.splitlines()[1:])
    for text, said in ((empty, field), (f'{head}[{section}]\nplus = "x"\n{rest}', "plus")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RecordsError, match=f"{section}.{said}"):
            read_register(path)


@pytest.mark.parametrize("text", ["[", "x = 1\n" + TEXT, ""])
def test_a_damaged_register_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "registre.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(RecordsError, match="registre"):
        read_register(path)


def test_a_refused_use_without_its_test_is_told() -> None:
    policy = replace(POLICY, refused_uses=(RefusedUse("noter des personnes", "tests/absent.py"),))

    assert "tests/absent.py" in missing_tests(policy, ROOT)[0]


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("tests/ethics/test_register.py::test_every_refused_use_of_the_policy_has_its_test", True),
        ("tests/ethics/test_register.py::test_every_refused_use", False),
        ("tests/ethics/test_register.py::replace", False),
        ("tests/ethics/test_register.py", False),
        ("tests/ethics/test_absent.py::test_x", False),
        ("::test_x", False),
        ("", False),
    ],
)
def test_a_test_is_named_by_its_file_and_its_name(named: str, *, there: bool) -> None:
    assert is_a_test(named, ROOT) is there


def test_every_refused_use_of_the_policy_has_its_test() -> None:
    assert missing_tests(POLICY, ROOT) == ()


def test_nobody_can_be_rated_from_what_is_kept() -> None:
    # The refused use "noter ou classer des personnes": neither a receipt nor a line of the log has a place for one.
    assert {field.name for field in fields(Receipt)} == {"id", "answer", "release", "passages", "time"}
    assert {field.name for field in fields(Entry)} == {"number", "time", "kind", "file", "digest", "prev"}
