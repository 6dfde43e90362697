"""The approved passages, held in memory: each passage of an answer is proved to be one of them, as it is quoted.

The store on the disk is not believed: what is proved is the very text that was quoted, against the root that the
approval names.

Source: RFC 6962, section 2.1.1 (Merkle audit paths).
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable

from ethics.canonical import digest
from ethics.errors import RecordsError
from ethics.tree import Tree, is_included
from ethics.words import say


class ApprovedPassages:
    """The tree of the digests of every approved passage, in ascending order (as `ethics.merkle.digests_root`)."""

    def __init__(self, digests: Iterable[str], root: str) -> None:
        """Build the tree.

        Args:
            digests: of every passage of the store, 64 hex digits each, in any order.
            root: Merkle root that was approved, 64 hex digits.

        Raises:
            RecordsError: these digests do not make this root: the store is not the approved one.
        """
        self._leaves = sorted(map(bytes.fromhex, digests))
        self._tree = Tree(self._leaves)
        self._root = bytes.fromhex(root)
        if self._tree.root() != self._root:
            raise RecordsError(say("gate.differs", part=say("part.passages")))

    def __len__(self) -> int:
        """Return the number of approved passages."""
        return len(self._leaves)

    def holds(self, body: bytes) -> bool:
        """Tell whether a passage, whose bytes are given as they were read for the answer, is an approved one."""
        return self.holds_digest(digest(body))

    def holds_digest(self, passage: str) -> bool:
        """Tell whether a passage of this digest (64 hex digits) is approved, by its path to the approved root."""
        try:
            leaf = bytes.fromhex(passage)
        except ValueError:
            return False
        index = bisect.bisect_left(self._leaves, leaf)
        if index == len(self._leaves):
            return False
        path = self._tree.inclusion(index)
        return is_included(leaf, index, len(self._leaves), path, self._root)

    def proof(self, passage: str) -> tuple[int, list[str]]:
        """Return the place of an approved passage and the path that proves it to anybody (64 hex digits a step).

        Raises:
            RecordsError: it is not approved.
        """
        if not self.holds_digest(passage):
            raise RecordsError(say("gate.passage", digest=passage[:16]))
        index = bisect.bisect_left(self._leaves, bytes.fromhex(passage))
        return index, [step.hex() for step in self._tree.inclusion(index)]
