"""One value, one writing; nothing that two readers could read differently."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.canonical import canonical, digest, fingerprint, parsed

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert parsed(canonical(value)) == value
    assert canonical(parsed(canonical(value))) == canonical(value)


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), st.integers(0, 9), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert fingerprint(dict(reversed(list(value.items())))) == fingerprint(value)


def test_the_form_is_the_one_of_rfc_8785() -> None:
    assert canonical({"b": [1, True, None], "a": "é€\n"}) == '{"a":"é€\\n","b":[1,true,null]}'.encode()


@pytest.mark.parametrize("value", [1.5, float("nan"), {"é": 1}, {1: "a"}, b"bytes", {1}, "\ud800", [2**53], -(2**53)])
def test_what_has_no_single_form_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b"1.0",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"\xff",
        b"",
        b"{",
        b"[" * 100_000,
        b"9" * 30,
        b"1e3",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(data)


def test_the_largest_number_is_kept() -> None:
    with pytest.raises(ValueError, match="53"):
        parsed(str(2**53).encode())
    assert parsed(canonical(2**53 - 1)) == 2**53 - 1
    assert parsed(canonical(-(2**53) + 1)) == -(2**53) + 1


def test_digests_are_sha_256() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert fingerprint({"b": 1, "a": 2}) == digest(json.dumps({"a": 2, "b": 1}, separators=(",", ":")).encode())
