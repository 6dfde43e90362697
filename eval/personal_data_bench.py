"""How much personal data is found, and how much is found that is not: `python -m eval.personal_data_bench`.

Three measures: recall and precision on texts whose personal data is marked (`pii_fr`), false alarms on anonymised
messages of citizens (counts only, no text is printed), false alarms on official texts given by `--official`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.personal_data import Finding, PersonalDataKind, density, find, mostly_personal

_SHARED = Path(__file__).parents[1] / ".." / "shared" / "data" / "eval"
_K = PersonalDataKind
# A tax number is labelled NIR in the test strings, a mistyped NIR is an identifier.
KINDS: dict[str, frozenset[PersonalDataKind]] = {
    "NAME": frozenset({_K.NAME}),
    "ADDRESS": frozenset({_K.ADDRESS}),
    "PHONE": frozenset({_K.PHONE}),
    "EMAIL": frozenset({_K.EMAIL}),
    "NIR": frozenset({_K.NIR}),
    "BIRTHDATE": frozenset({_K.BIRTH_DATE}),
    "ID": frozenset({_K.FILE_NUMBER}),
    "CARD": frozenset({_K.CARD}),
    "PLATE": frozenset({_K.PLATE}),
}


@dataclass(slots=True)
class Tally:
    """Counts of one label, over spans and over records."""

    expected: int = 0
    found: int = 0
    covered: int = 0
    raised: int = 0
    right: int = 0
    clean_records: int = 0
    records: int = 0
    negatives: int = 0
    false_alarm_records: int = 0


@dataclass(slots=True)
class Score:
    """Tallies by label."""

    labels: dict[str, Tally] = field(default_factory=lambda: {label: Tally() for label in KINDS})


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; a missing folder is said and skipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=_SHARED, help="folder of the evaluation sets")
    parser.add_argument("--official", type=Path, nargs="*", default=[], help="text files of official documents")
    options = parser.parse_args(arguments)
    marked = options.data / "pii_fr" / "public.jsonl"
    messages = options.data / "dila_citizen_questions" / "public.jsonl"
    for path, report in ((marked, _report_marked), (messages, _report_messages)):
        if path.is_file():
            report(list(_records(path)))
        else:
            print(f"skipped: {path.parent.name}/{path.name} is not here; give its folder with --data")
    if options.official:
        _report_official(options.official)
    return 0


def score(records: Iterable[dict[str, Any]]) -> Score:
    """Compare findings with the marked spans of records in the form of `pii_fr`.

    A span is found when a finding of its kind overlaps it, covered when findings of any kind hold all its letters and
    digits (what matters to the person). A finding is right when it overlaps a marked span, of any label.
    """
    total = Score()
    for record in records:
        findings = find(record["text"])
        for label, tally in total.labels.items():
            if record["scored_labels"] == "all" or label in record["scored_labels"]:
                _score_label(record, label, findings, tally)
    return total


def _score_label(record: dict[str, Any], label: str, findings: tuple[Finding, ...], tally: Tally) -> None:
    text: str = record["text"]
    masked = {offset for one in findings for offset in range(one.start, one.end)}
    spans = [(span["start"], span["end"]) for span in record["spans"] if span["label"] == label]
    anything = [(span["start"], span["end"]) for span in record["spans"]]
    mine = [(one.start, one.end) for one in findings if one.kind in KINDS[label]]
    covered = sum(all(i in masked for i in range(*span) if text[i].isalnum()) for span in spans)
    wrong = sum(not _overlaps(one, anything) for one in mine)
    tally.expected += len(spans)
    tally.found += sum(_overlaps(span, mine) for span in spans)
    tally.covered += covered
    tally.raised += len(mine)
    tally.right += len(mine) - wrong
    if spans:
        tally.records += 1
        tally.clean_records += covered == len(spans)
    else:
        tally.negatives += 1
        tally.false_alarm_records += wrong > 0


def _overlaps(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.3f}" if whole else "none"


def _report_marked(records: list[dict[str, Any]]) -> None:
    print(f"pii_fr: {len(records)} records")
    heads = ("label", "found", "covered", "precision", "records all covered", "false alarms in records without")
    print("".join(head.ljust(22) for head in heads))
    for label, tally in score(records).labels.items():
        cells = (
            label,
            _share(tally.found, tally.expected),
            _share(tally.covered, tally.expected),
            _share(tally.right, tally.raised),
            _share(tally.clean_records, tally.records),
            _share(tally.false_alarm_records, tally.negatives),
        )
        print("".join(cell.ljust(22) for cell in cells))


def _report_messages(records: list[dict[str, Any]]) -> None:
    kinds: Counter[str] = Counter()
    touched = 0
    for record in records:
        findings = find(record["query"])
        kinds.update(one.kind.value for one in findings)
        touched += bool(findings)
    print(f"citizens' messages (anonymised): {_share(touched, len(records))} with a finding; {dict(kinds)}")


def _report_official(paths: list[Path]) -> None:
    kinds: Counter[str] = Counter()
    shares, aside = [], 0
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        kinds.update(one.kind.value for one in find(text))
        shares.append(density(text))
        aside += mostly_personal(text)
    print(f"official texts: {_share(aside, len(paths))} set aside, highest density {max(shares):.3f}; {dict(kinds)}")


if __name__ == "__main__":
    raise SystemExit(main())
