"""Proofs hold for what is true and for nothing else; expected values come from the recursive definitions of the RFC."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethics.merkle import merkle_root
from ethics.tree import Tree, is_consistent, is_included


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = max(2**power for power in range(20) if 2**power < len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def rfc_path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = max(2**power for power in range(20) if 2**power < len(leaves))
    if m < k:
        return [*rfc_path(m, leaves[:k]), mth(leaves[k:])]
    return [*rfc_path(m - k, leaves[k:]), mth(leaves[:k])]


def rfc_subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:  # as the RFC writes it
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = max(2**power for power in range(20) if 2**power < len(leaves))
    if m <= k:
        return [*rfc_subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*rfc_subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


LEAVES = [bytes([number]) * (number % 3) for number in range(34)]
SIZES = st.integers(1, 34)


def test_roots_are_those_of_the_rfc_at_every_size() -> None:
    tree = Tree(LEAVES)

    assert [tree.root(size) for size in range(35)] == [mth(LEAVES[:size]) for size in range(35)]
    assert tree.root() == bytes.fromhex(merkle_root(LEAVES))
    assert len(tree) == 34
    assert Tree().root() == mth([])


def test_paths_are_those_of_the_rfc_and_hold() -> None:
    tree = Tree(LEAVES)
    for size in range(1, 35):
        for index in range(size):
            path = tree.inclusion(index, size)

            assert path == rfc_path(index, LEAVES[:size])
            assert is_included(LEAVES[index], index, size, path, mth(LEAVES[:size]))
    assert tree.inclusion(3) == tree.inclusion(3, 34)


def test_consistency_proofs_are_those_of_the_rfc_and_hold() -> None:
    tree = Tree(LEAVES)
    for size in range(1, 35):
        for old in range(1, size + 1):
            proof = tree.consistency(old, size)

            assert proof == rfc_subproof(old, LEAVES[:size], whole=True)
            assert is_consistent(old, mth(LEAVES[:old]), size, mth(LEAVES[:size]), proof)
    assert tree.consistency(3) == tree.consistency(3, 34)


def test_the_trees_of_the_reference_implementation() -> None:
    # Leaves and root published with the reference implementation of the RFC.
    texts = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    tree = Tree(map(bytes.fromhex, texts))

    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@settings(deadline=None)
@given(SIZES, st.data())
def test_no_other_leaf_place_size_or_path_is_proved(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, path = mth(LEAVES[:size]), Tree(LEAVES).inclusion(index, size)
    place = data.draw(st.integers(-1, 40).filter(lambda other: other != index))

    assert not is_included(LEAVES[index] + b"!", index, size, path, root)
    assert place >= size or LEAVES[place] == LEAVES[index] or not is_included(LEAVES[index], place, size, path, root)
    assert not is_included(LEAVES[index], index, size, [*path, root], root)
    assert not path or not is_included(LEAVES[index], index, size, path[:-1], root)
    assert not path or not is_included(LEAVES[index], index, size, [b"\x00" * 32, *path[1:]], root)
    assert not is_included(LEAVES[index], index, size, path, b"\x00" * 32)
    assert not is_included(LEAVES[index], size, size, path, root)
    assert not is_included(LEAVES[index], -1, size, path, root)


@settings(deadline=None)
@given(SIZES, st.data())
def test_no_other_beginning_is_proved(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    before, after, proof = mth(LEAVES[:old]), mth(LEAVES[:size]), Tree(LEAVES).consistency(old, size)
    forged = mth([b"forged", *LEAVES[1:old]])

    assert not is_consistent(old, forged, size, after, proof)
    assert not is_consistent(old, before, size, mth([b"forged", *LEAVES[1:size]]), proof)
    assert not is_consistent(old, before, size, after, [*proof, after])
    assert not proof or not is_consistent(old, before, size, after, proof[:-1])
    assert not proof or not is_consistent(old, before, size, after, [b"\x00" * 32, *proof[1:]])
    assert not is_consistent(0, before, size, after, proof)
    assert not is_consistent(size + 1, before, size, after, proof)


def test_one_leaf_proves_nothing_of_two_without_a_path() -> None:
    assert not is_consistent(3, mth(LEAVES[:3]), 4, mth(LEAVES[:4]), [])
    assert not is_included(LEAVES[0], 0, 1, [mth(LEAVES)], mth(LEAVES[:1]))


@pytest.mark.parametrize("size", [-1, 35])
def test_a_root_of_leaves_that_do_not_exist_is_refused(size: int) -> None:
    with pytest.raises(IndexError):
        Tree(LEAVES).root(size)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 35), (0, 0)])
def test_a_path_to_a_leaf_that_does_not_exist_is_refused(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        Tree(LEAVES).inclusion(index, size)


@pytest.mark.parametrize(("old", "size"), [(0, 3), (4, 3), (1, 35)])
def test_a_proof_between_trees_that_do_not_exist_is_refused(old: int, size: int) -> None:
    with pytest.raises(IndexError):
        Tree(LEAVES).consistency(old, size)
