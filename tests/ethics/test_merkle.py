"""The root binds every passage: nothing can change under it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.merkle import AlteredPassagesError, digests_root, leaf_hash, merkle_root, node_hash, passages_root

LEAVES = st.lists(st.binary(max_size=40), max_size=40)


def rfc_6962(leaves: list[bytes]) -> bytes:
    """The definition of the RFC, word for word: split at the largest power of two below n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(rfc_6962(leaves[:split]), rfc_6962(leaves[split:]))


@given(LEAVES)
def test_the_root_is_the_one_of_the_rfc(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == rfc_6962(leaves).hex()


def test_known_values() -> None:
    assert merkle_root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    # Published with the reference implementation of the RFC: the tree of one empty leaf.
    assert merkle_root([b""]) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@given(LEAVES.filter(lambda leaves: len(leaves) > 0), st.data())
def test_any_changed_leaf_changes_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:place], leaves[place] + b"!", *leaves[place + 1 :]]

    assert merkle_root(changed) != merkle_root(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex)), st.randoms())
def test_the_order_in_which_digests_come_does_not_matter(digests: list[str], chance: object) -> None:
    shuffled = sorted(digests, reverse=True)

    assert digests_root(shuffled) == digests_root(digests)


def a_store(path: Path, rows: list[tuple[str, str, bytes]]) -> Path:
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE passages (ref TEXT, key TEXT, digest TEXT, body BLOB)")
        for ref, key, body in rows:
            store.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?)", (ref, key, hashlib.sha256(body).hexdigest(), body)
            )
    store.close()
    return path


def body(ref: str, text: str = "Gratuit.") -> bytes:
    return json.dumps({"key": ref.partition("#")[0], "ref": ref, "text": text}).encode()


ROWS = [("F1#a", "F1", body("F1#a")), ("F1#b", "F1", body("F1#b")), ("F2#c", "F2", body("F2#c"))]


def test_a_store_gives_the_root_of_its_bodies(tmp_path: Path) -> None:
    digests = [hashlib.sha256(data).hexdigest() for _, _, data in ROWS]

    assert passages_root(a_store(tmp_path / "s.sqlite", ROWS)) == digests_root(digests)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE passages SET body = replace(CAST(body AS TEXT), 'Gratuit', 'Payant ') WHERE ref = 'F1#a'",
        "UPDATE passages SET body = CAST(replace(CAST(body AS TEXT), 'Gratuit', 'Payant ') AS BLOB)",
        "UPDATE passages SET digest = '00' WHERE ref = 'F1#a'",
        "UPDATE passages SET ref = 'F1#z' WHERE ref = 'F1#a'",
        "UPDATE passages SET key = 'F2' WHERE ref = 'F1#a'",
    ],
)
def test_an_altered_passage_is_refused(tmp_path: Path, change: str) -> None:
    path = a_store(tmp_path / "s.sqlite", ROWS)
    with sqlite3.connect(path) as store:
        store.execute(change)
    store.close()

    with pytest.raises(AlteredPassagesError, match="passage"):
        passages_root(path)


def test_a_removed_passage_changes_the_root(tmp_path: Path) -> None:
    whole = passages_root(a_store(tmp_path / "whole.sqlite", ROWS))

    assert passages_root(a_store(tmp_path / "less.sqlite", ROWS[1:])) != whole


@pytest.mark.parametrize("content", [b"", b"not a database at all, whatever its length" * 50])
def test_what_is_no_store_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(content)

    with pytest.raises(AlteredPassagesError):
        passages_root(path)


def test_an_absent_store_is_refused_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(AlteredPassagesError):
        passages_root(tmp_path / "absent.sqlite")

    assert not (tmp_path / "absent.sqlite").exists()
