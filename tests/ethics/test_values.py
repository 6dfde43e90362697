"""Every way to write a value gives one spelling, and a value that is hidden is found all the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.values import KINDS, Value, plain, values_of
from tests.ethics.city import POLICY


def found(text: str) -> list[str]:
    return [f"{value.kind} {value.said}" for value in values_of(text)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Appelez le 01 42 76 40 40.", ["phone 0142764040"]),
        ("Appelez le +33 (0)1 42 76 40 40.", ["phone 0142764040"]),
        ("Appelez le 00 33 1.42.76.40.40", ["phone 0142764040"]),
        ("Appelez le ０１ ４２ ７６ ４０ ４０", ["phone 0142764040"]),
        ("Appelez le 0\u200b1 42\u00ad 76 40 40", ["phone 0142764040"]),
        ("Composez le 0 800 123 456 (gratuit)", ["phone 0800123456"]),
        ("Le numéro à composer est le 3975", ["phone 3975"]),
        ("le 39 75, le 15, le 112, le 3919", ["phone 3975", "phone 15", "phone 112", "phone 3919"]),
        ("SMS au 114", ["phone 114"]),
        ("numéro : 61 616", ["phone 61616"]),
        ("Écrivez à Aide@Paris.fr", ["email aide@paris.fr"]),
        ("aide arobase paris point fr", ["email aide@paris.fr"]),
        ("aide (at) paris.fr, aide [at] paris.fr", ["email aide@paris.fr", "email aide@paris.fr"]),
        ("https://www.service-public.fr/a?b=1.", ["url service-public.fr/a?b=1"]),
        ("HTTP://WWW.PARIS.FR/", ["url paris.fr"]),
        ("sur mon-aide.paris-info.top/gagner", ["url mon-aide.paris-info.top/gagner"]),
        ("IBAN : FR76 3000 6000 0112 3456 7890 189 et", ["iban fr7630006000011234567890189"]),
        ("BE68-5390-0754-7034", ["iban be68539007547034"]),
        ("1 500,00 €, 1500 euros, 1.500 EUR", ["amount 1500€", "amount 1500€", "amount 1500€"]),
        ("€ 20, 45,73 €, 20 centimes", ["amount €20", "amount 45.73€", "amount 20centimes"]),
        ("dix euros, 2,5 millions d’euros", ["amount 10€", "amount 2.5millionsd’€"]),
        ("le 1er janvier 2020 et le 5 mai", ["date 1erjanvier2020", "date 5mai"]),
        ("décembre 2019, 01/02/2020, 2020-02-01", ["date decembre2019", "date 1/2/2020", "date 2020-2-1"]),
        ("en 2018 et en 2019", ["date 2018", "date 2019"]),
        ("deux mois, 2 mois, 18 ans", ["duration 2mois", "duration 2mois", "duration 18ans"]),
        ("de 8h à 12h30, vingt jours", ["duration 8h", "duration 12h30", "duration 20jours"]),
        ("20 % de 3 enfants, deux personnes", ["number 20%", "number 3", "number 2personnes"]),
        ("article L123-4", ["number 123", "number 4"]),
    ],
)
def test_a_value_is_found_in_one_spelling(text: str, values: list[str]) -> None:
    assert found(text) == values


@pytest.mark.parametrize(
    "text",
    ["", "Une carte d’identité est gratuite.", "Le dossier, un seul, est à fournir. En mairie.", "la SA et la SARL"],
)
def test_an_ordinary_sentence_has_no_value(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1234567890 euros", "amount"),
        ("12 000 000 habitants", "phone"),
        ("2018 2019 2020", "date"),
        ("3000 euros", "amount"),
        ("15 jours", "duration"),
        ("17 ans", "duration"),
        ("112 %", "number"),
    ],
)
def test_what_could_be_two_kinds_is_the_riskier_or_the_one_its_unit_says(text: str, kind: str) -> None:
    assert values_of(text)[0].kind == kind


def test_reading_order_is_that_of_the_text() -> None:
    assert [value.kind for value in values_of("20 € avant le 5 mai 2020 au 01 42 76 40 40 (paris.fr)")] == [
        "amount",
        "date",
        "phone",
        "url",
    ]


@given(st.text(st.sampled_from("0123456789 .-/()+@€%abefhmnrs\u200b٣３é\n"), max_size=60))
def test_no_digit_is_ever_lost(text: str) -> None:
    kept = "".join(letter for value in values_of(text) for letter in value.said if letter.isdigit())
    there = {letter for letter in plain(text) if letter.isdigit()}

    assert bool(kept) == bool(there)
    assert all(value.kind in KINDS for value in values_of(text))


def test_what_waits_is_a_kind_that_can_be_found() -> None:
    assert set(POLICY.corpus.waits) <= set(KINDS)
    assert Value("phone", "15") == ("phone", "15")
