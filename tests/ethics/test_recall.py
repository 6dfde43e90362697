"""A changed passage recalls every answer that quoted it, and nothing else; nobody's name is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ethics.recall import Change, feed, recall
from ethics.receipt import new_receipt

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
CHANGE = Change(
    "F1#a", "Le coût est de 86 €.", "Le coût est de 90 €.", "Le montant a changé.", "https://example.org/F1"
)
REFS = st.lists(st.sampled_from(["F1#a", "F1#b", "F2#c"]), max_size=3)


@given(st.lists(REFS, max_size=20))
def test_every_receipt_that_quoted_it_is_recalled_and_no_other(quoted: list[list[str]]) -> None:
    receipts = [
        new_receipt("ab" * 32, "cd" * 32, refs, NOW + timedelta(minutes=number)) for number, refs in enumerate(quoted)
    ]
    found = recall(receipts, CHANGE, NOW)

    assert all(found.concerns(receipt.id.lower()) == ("F1#a" in receipt.passages) for receipt in receipts)
    assert not found.concerns("BCDF-GHJK-LMNP-00")
    assert list(found.receipts) == sorted(found.receipts)


def test_the_page_shows_before_and_after() -> None:
    receipt = new_receipt("ab" * 32, "cd" * 32, ["F1#a"], NOW)
    page = recall([receipt, receipt], CHANGE, NOW).page()

    assert (page["before"], page["after"]) == (CHANGE.before, CHANGE.after)
    assert page["receipts"] == [receipt.id]
    assert page["time"] == "2026-11-27T10:00:00Z"


def test_a_withdrawn_passage_is_said_withdrawn() -> None:
    page = recall([], Change("F1#a", "Avant.", "", "Retiré."), NOW).page()

    assert page["after"] == "Ce passage a été retiré par son éditeur."
    assert page["url"] is None


def test_the_feed_is_a_json_feed_last_first() -> None:
    first, last = recall([], CHANGE, NOW), recall([], CHANGE, NOW + timedelta(days=1))
    found = feed([first, last], "https://example.org/rappels")

    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["date_published"] for item in found["items"]] == ["2026-11-28T10:00:00Z", "2026-11-27T10:00:00Z"]
    assert len({item["id"] for item in found["items"]}) == 2
    assert "86 €" in found["items"][0]["content_text"]
