"""A Merkle tree kept in memory: proofs that an entry is in it, and that an older tree is its beginning.

Source: RFC 6962, section 2.1 (definitions of paths and proofs); RFC 9162, sections 2.1.3.2 and 2.1.4.2 (their checks).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from ethics.merkle import leaf_hash, node_hash


class Tree:
    """The hashes of every full subtree, so that a root or a proof costs a few hashes, not the whole tree."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.add(leaf)

    def __len__(self) -> int:
        """Return the number of leaves."""
        return len(self._levels[0])

    def leaf(self, index: int) -> bytes:
        """Return the hash of leaf `index`, 32 bytes."""
        return self._levels[0][index]

    def add(self, leaf: bytes) -> None:
        """Append one leaf."""
        value, height = leaf_hash(leaf), 0
        self._levels[0].append(value)
        while len(self._levels[height]) % 2 == 0:
            value = node_hash(self._levels[height][-2], value)
            height += 1
            if height == len(self._levels):
                self._levels.append([])
            self._levels[height].append(value)

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves (all of them by default), 32 bytes.

        Raises:
            IndexError: there are not so many leaves.
        """
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise IndexError(f"the tree has {len(self)} leaves, not {size}")
        return self._range(0, size) if size else hashlib.sha256(b"").digest()

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the path that proves that leaf `index` is in the tree of the first `size` leaves.

        Raises:
            IndexError: there is no such leaf.
        """
        size = len(self) if size is None else size
        if not 0 <= index < size <= len(self):
            raise IndexError(f"no leaf {index} in a tree of {size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Return the proof that the tree of the first `old` leaves is the beginning of the one of the first `size`.

        Raises:
            IndexError: the sizes are not in this order, or there are not so many leaves.
        """
        size = len(self) if size is None else size
        if not 0 < old <= size <= len(self):
            raise IndexError(f"no proof from {old} leaves to {size}")
        path: list[bytes] = []
        start, end, whole = 0, size, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._range(start, end))
        return path[::-1]

    def _range(self, start: int, end: int) -> bytes:
        size = end - start
        if size & (size - 1) == 0:
            return self._levels[size.bit_length() - 1][start // size]
        middle = start + _split(size)
        return node_hash(self._range(start, middle), self._range(middle, end))


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check a path: leaf `index` of a tree of `size` leaves and of this root is `leaf`."""
    if not 0 <= index < size:
        return False
    place, last, value = index, size - 1, leaf_hash(leaf)
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(step, value)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, step)
        place, last = place >> 1, last >> 1
    return last == 0 and value == root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Check a proof: the tree of `old` leaves with `old_root` is the beginning of the one of `size` with `root`."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def _split(size: int) -> int:
    """Return the largest power of two below `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1
