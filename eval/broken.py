"""Ways to break the bot on purpose, each for as long as a `with` block: what a harness must notice.

Nothing is changed on the disk, and no other process sees it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from unittest.mock import patch

from bot import answerable
from bot.generate import Generate
from bot.turn import Sentence, Turn
from bot.verify import Verify
from corpus.document import Passage
from corpus.question import own_entries

_SEED = 20_261_127
_MANY = 40
"""Passages given to the model at most, where those of every branch are."""


class _NoVerify(Verify):
    """A guard that lets everything through."""

    def __call__(self, turn: Turn) -> Turn:
        return turn

    def may_say(self, sentence: Sentence, turn: Turn) -> bool:  # noqa: ARG002  the signature is the guard's
        return True


def verifier_dropped() -> AbstractContextManager[object]:
    """Let everything through that could be cited."""
    return patch("bot.assembly.Verify", _NoVerify)


@contextmanager
def threshold_raised() -> Iterator[None]:
    """Answer only what is believed beyond reason."""
    raised = {**answerable.refusal(), "answer": {**answerable.refusal()["answer"], "from": 0.97}}
    with patch("bot.retrieve.refusal", lambda: raised):
        yield


def lexicon_swapped() -> AbstractContextManager[object]:
    """Give each entry of the lexicon the administrative words of another one."""
    entries = own_entries()
    values = list(entries.values())
    random.Random(_SEED).shuffle(values)  # noqa: S311  the same every time, nothing secret
    return patch("corpus.search.own_entries", lambda: dict(zip(entries, values, strict=True)))


def every_branch_given() -> AbstractContextManager[object]:
    """Give the model the passages of every branch, not only those that hold for the asker."""

    def passages(_: Generate, turn: Turn) -> tuple[Passage, ...]:
        return tuple(turn.passages[:_MANY])

    return patch.object(Generate, "_passages", passages)


@contextmanager
def place_unchecked() -> Iterator[None]:
    """Give the model every branch, and let it quote any of them: a true quote of the wrong place passes."""
    with ExitStack() as broken:
        broken.enter_context(every_branch_given())
        for module in ("bot.cite", "bot.verify"):
            broken.enter_context(patch(f"{module}.misplaced", _well_placed))
        yield


@contextmanager
def unguarded() -> Iterator[None]:
    """Give the model every branch, and let through whatever can be cited."""
    with place_unchecked(), verifier_dropped():
        yield


def _well_placed(_: Passage, __: Turn) -> str:
    return ""
