"""Each passage that an answer quotes, proved to be an approved one before anybody reads it (RFC 6962).

What is proved is the passage as this process holds it, its digest taken again from its words: neither the file on the
disk nor the digests written in it are believed. The root is the one of the approval; without an approval, the one of
the index at the start, so that a store changed under a running demonstration is not quoted either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.turn import Citation, Sentence, Turn
from corpus.document import Passage, fold_spaces, passage_body, passage_digest
from corpus.opening import Opened
from ethics.errors import RecordsError
from ethics.passages import ApprovedPassages


@dataclass(frozen=True, slots=True)
class Path:
    """What proves one passage to anybody.

    Attributes:
        body: its bytes, whose SHA-256 is the leaf.
        digest: of the body, 64 hex digits.
        index, size: place of the leaf, and number of leaves.
        path: hashes from the leaf to the root, 64 hex digits each.
        root: 64 hex digits.
    """

    body: bytes
    digest: str
    index: int
    size: int
    path: tuple[str, ...]
    root: str


class Inclusion:
    """Proves passages of one index.

    Args:
        opened: the index in memory.
    """

    def __init__(self, opened: Opened) -> None:
        self._store = opened.store
        self._start = opened.manifest.root
        self._digests = opened.store.digests()
        self._approved: tuple[str, ApprovedPassages | None] = ("", None)

    def proves(self, turn: Turn, root: str = "") -> bool:
        """Tell whether all that an answer quotes stands in approved passages.

        Args:
            turn: the answer.
            root: approved; empty for the root of the start.
        """
        held = {passage.ref: passage for passage in turn.passages}
        return all(self._quotes(citation, held, root) for citation in _citations(turn.sentences))

    def holds(self, sentence: Sentence, root: str = "") -> bool:
        """Tell the same of one sentence, before its answer is whole."""
        return all(self._quotes(citation, {}, root) for citation in sentence.citations)

    def path(self, ref: str, root: str = "") -> Path | None:
        """Return the proof of one passage; None when there is no such passage, or when it is not approved."""
        passage, tree = self._store.passage(ref), self._tree(root or self._start)
        if passage is None or tree is None:
            return None
        digest = passage_digest(passage)
        try:
            index, path = tree.proof(digest)
        except RecordsError:
            return None
        return Path(passage_body(passage), digest, index, len(tree), tuple(path), root or self._start)

    def _quotes(self, citation: Citation, held: dict[str, Passage], root: str) -> bool:
        passage = held.get(citation.passage) or self._store.passage(citation.passage)
        tree = self._tree(root or self._start)
        if passage is None or tree is None or fold_spaces(citation.quote) not in fold_spaces(passage.text):
            return False
        return tree.holds_digest(passage_digest(passage))

    def _tree(self, root: str) -> ApprovedPassages | None:
        """Return the tree of a root; None when the passages of this index are not those of that root."""
        if self._approved[0] != root:
            try:
                self._approved = (root, ApprovedPassages(self._digests, root))
            except (RecordsError, ValueError):
                self._approved = (root, None)
        return self._approved[1]


def _citations(sentences: Iterable[Sentence]) -> Iterable[Citation]:
    return (citation for sentence in sentences for citation in sentence.citations)
