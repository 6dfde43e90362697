"""Recall: a passage changed or an error was confirmed, so every answer that quoted it is marked and listed.

No identity is needed: who kept a receipt finds it in the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ethics.log import stamp
from ethics.receipt import Receipt, normal_id
from ethics.words import say


@dataclass(frozen=True, slots=True)
class Change:
    """Why answers are recalled.

    Attributes:
        passage: ref of the passage that changed or was wrong.
        before, after: its text then and now; `after` is empty when it was withdrawn.
        why: the reason, in French.
        url: address of the official page, or empty.
    """

    passage: str
    before: str
    after: str
    why: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """One recall: a change, and the receipts that it concerns."""

    change: Change
    receipts: tuple[str, ...]
    time: datetime

    def concerns(self, receipt_id: str) -> bool:
        """Tell whether a receipt, as somebody types its id, is recalled."""
        return normal_id(receipt_id) in self.receipts

    def page(self) -> dict[str, Any]:
        """Return what the public page of this recall shows."""
        return {
            "title": say("recall.title"),
            "why": self.change.why,
            "passage": self.change.passage,
            "before": self.change.before,
            "after": self.change.after or say("recall.withdrawn"),
            "url": self.change.url or None,
            "receipts": list(self.receipts),
            "time": stamp(self.time),
        }


def recall(receipts: Iterable[Receipt], change: Change, now: datetime) -> Recall:
    """Find every receipt that quoted a passage, in the order of their ids."""
    found = sorted({receipt.id for receipt in receipts if change.passage in receipt.passages})
    return Recall(change, tuple(found), now)


def feed(recalls: Iterable[Recall], home: str) -> dict[str, Any]:
    """Return the recalls as a JSON Feed (version 1.1), the last one first.

    Args:
        recalls: to publish.
        home: address of the public page of recalls.
    """
    items = [
        {
            "id": f"{stamp(one.time)}/{one.change.passage}",
            "url": home,
            "title": f"{say('recall.title')} : {one.change.why}",
            "content_text": say(
                "recall.item", count=len(one.receipts), before=one.change.before, after=one.page()["after"]
            ),
            "date_published": stamp(one.time),
            "tags": list(one.receipts),
        }
        for one in sorted(recalls, key=lambda one: one.time, reverse=True)
    ]
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": say("recall.feed"),
        "home_page_url": home,
        "language": "fr",
        "items": items,
    }
