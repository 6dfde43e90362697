"""A passage is shown only as it was approved, whatever happened to it on the disk or in memory."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.canonical import digest
from ethics.errors import RecordsError
from ethics.merkle import digests_root
from ethics.passages import ApprovedPassages
from ethics.tree import is_included

BODIES = st.lists(st.binary(max_size=20), min_size=1, max_size=40, unique=True)


def approved(bodies: list[bytes]) -> ApprovedPassages:
    digests = [digest(body) for body in bodies]
    return ApprovedPassages(digests, digests_root(digests))


@given(BODIES, st.binary(max_size=20))
def test_approved_passages_are_held_and_no_other(bodies: list[bytes], other: bytes) -> None:
    passages = approved(bodies)

    assert len(passages) == len(bodies)
    assert all(passages.holds(body) for body in bodies)
    assert passages.holds(other) == (other in bodies)


@given(BODIES, st.data())
def test_the_path_proves_a_passage_to_anybody(bodies: list[bytes], data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(bodies))
    index, path = approved(bodies).proof(digest(body))
    root = bytes.fromhex(digests_root(digest(one) for one in bodies))

    assert is_included(bytes.fromhex(digest(body)), index, len(bodies), [bytes.fromhex(step) for step in path], root)


@pytest.mark.parametrize("passage", ["", "zz", "00", "ff" * 32, "00" * 32])
def test_what_is_no_approved_digest_is_refused(passage: str) -> None:
    with pytest.raises(RecordsError, match="approuvé"):
        approved([b"a", b"b"]).proof(passage)


def test_a_store_of_another_root_is_refused() -> None:
    with pytest.raises(RecordsError, match="passages officiels"):
        ApprovedPassages([digest(b"a")], digests_root([digest(b"b")]))


def test_no_passage_is_approved_by_an_empty_store() -> None:
    assert not ApprovedPassages([], digests_root([])).holds(b"a")


def test_the_passages_of_a_corpus_of_real_size_are_held_and_no_other() -> None:
    digests = [hashlib.sha256(number.to_bytes(4)).hexdigest() for number in range(34_000)]
    passages = ApprovedPassages(digests, digests_root(digests))

    assert all(passages.holds_digest(one) for one in digests[5::4200])
    assert not passages.holds_digest(hashlib.sha256(b"another").hexdigest())
