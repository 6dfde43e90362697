"""A receipt proves one answer, names nobody, and notices a slip of the pen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ethics.errors import RecordsError
from ethics.receipt import Receipt, check_digits, check_id, new_receipt, normal_id, read_receipt, text_digest

WHEN = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
RECEIPTS = st.builds(
    new_receipt,
    DIGESTS,
    DIGESTS,
    st.lists(st.text(max_size=8), max_size=4),
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
LETTERS = "BCDFGHJKLMNPRSTVWXZ"


def a_receipt() -> Receipt:
    return new_receipt("0a" * 32, "1b" * 32, ["F1#a", "F2#b"], WHEN)


def test_check_digits_are_those_of_the_standard() -> None:
    # ISO/IEC 7064, worked example of MOD 97-10: 794 44; and a known IBAN, moved as its standard says.
    assert check_digits("794") == "44"
    assert check_digits("GEBABEBB0000") == f"{98 - int('161411' + '10111411110000' + '00') % 97:02}"
    assert check_digits("WEST12345698765432GB") == "82"


@given(RECEIPTS)
def test_a_printed_id_is_accepted_however_it_is_typed(receipt: Receipt) -> None:
    assert check_id(receipt.id)
    assert check_id(f" {receipt.id.lower().replace('-', ' ')} ")
    assert normal_id(receipt.id.replace("-", "").lower()) == receipt.id


@given(RECEIPTS, st.integers(0, 11), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_noticed(receipt: Receipt, place: int, letter: str) -> None:
    plain = receipt.id.replace("-", "")
    assume(plain[place] != letter)

    assert not check_id(plain[:place] + letter + plain[place + 1 :])


@given(RECEIPTS, st.integers(0, 10))
def test_two_letters_swapped_are_noticed(receipt: Receipt, place: int) -> None:
    plain = receipt.id.replace("-", "")
    assume(plain[place] != plain[place + 1])

    assert not check_id(plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :])


@pytest.mark.parametrize("text", ["", "BCDF", "0000-0000-0000-97", "BCDF-GHJK-LMNP-1", "AEIO-UYQA-EIOU-12", "é" * 14])
def test_what_is_no_id_is_refused(text: str) -> None:
    assert not check_id(text)
    assert normal_id(text) is None


@given(RECEIPTS)
def test_a_receipt_is_read_back_as_it_was_written(receipt: Receipt) -> None:
    assert read_receipt(receipt.as_dict()) == receipt
    assert receipt.proves(receipt.answer)


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "0b" * 32},
        {"release": "1c" * 32},
        {"passages": ["F1#a"]},
        {"passages": ["F2#b", "F1#a"]},
        {"time": "2026-11-27T10:00:01Z"},
        {"id": "BCDF-GHJK-LMNP-12"},
    ],
)
def test_nothing_on_a_receipt_can_be_changed(change: dict[str, object]) -> None:
    with pytest.raises(RecordsError, match="modifié"):
        read_receipt(a_receipt().as_dict() | change)


@pytest.mark.parametrize("missing", ["id", "answer", "release", "passages", "time"])
def test_a_cut_receipt_is_refused(missing: str) -> None:
    said = a_receipt().as_dict()
    del said[missing]

    with pytest.raises(RecordsError, match="illisible"):
        read_receipt(said)


def test_a_receipt_proves_its_answer_and_no_other() -> None:
    assert a_receipt().proves("0a" * 32)
    assert not a_receipt().proves("0b" * 32)
    assert not replace(a_receipt(), answer="0b" * 32).proves("0b" * 32)


def test_the_same_instant_in_another_zone_gives_the_same_receipt() -> None:
    paris = WHEN.astimezone(timezone(timedelta(hours=1)))

    assert new_receipt("0a" * 32, "1b" * 32, ["F1#a", "F2#b"], paris) == a_receipt()


def test_a_receipt_needs_a_digest_and_a_zone() -> None:
    with pytest.raises(ValueError, match="hex"):
        new_receipt("abc", "r", [], WHEN)
    with pytest.raises(ValueError, match="zone"):
        new_receipt("0a" * 32, "r", [], WHEN.replace(tzinfo=None))


def test_a_text_copied_from_a_screen_has_the_same_digest() -> None:
    assert text_digest("Le coût est de 86 €.\n") == text_digest("  Le  cou\u0302t\nest de\u00a086 €. ")
    assert text_digest("Le coût est de 86 €.") != text_digest("Le coût est de 68 €.")
