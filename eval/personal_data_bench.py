"""How much personal data is found, and how much is found that is not: `python -m eval.personal_data_bench`.

Four measures: recall and precision on texts whose personal data is marked (`pii_fr`), false alarms on anonymised
messages of citizens (counts only, no text is printed), recall on numbers valid by construction, false alarms on
official texts given by `--official`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stdnum import iban, luhn
from stdnum.fr import nir

from corpus.personal_data import Finding, PersonalDataKind, density, find, mostly_personal
from eval.intervals import proportion
from eval.retrieval_sets import SHARED

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
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the evaluation sets")
    parser.add_argument("--made", type=int, default=500, help="numbers of each kind made valid by construction")
    parser.add_argument("--official", type=Path, nargs="*", default=[], help="text files of official documents")
    options = parser.parse_args(arguments)
    marked = options.data / "pii_fr" / "public.jsonl"
    messages = options.data / "dila_citizen_questions" / "public.jsonl"
    for path, report in ((marked, _report_marked), (messages, _report_messages)):
        if path.is_file():
            report(list(_records(path)))
        else:
            print(f"skipped: {path.parent.name}/{path.name} is not here; give its folder with --data")
    _report_made(options.made)
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


def made(kind: PersonalDataKind, count: int, seed: int = 0) -> list[str]:
    """Make numbers that are valid by construction, in the spellings people use.

    NIR (INSEE) and SIRET keys from `stdnum`; IBAN of French accounts (ISO 13616); plates of the SIV and, one in four,
    of the older FNI.
    """
    rng = random.Random(seed)  # noqa: S311  reproducible figures, no secret
    makers: dict[PersonalDataKind, Callable[[random.Random], str]] = {
        _K.NIR: _a_nir,
        _K.IBAN: _an_iban,
        _K.SIRET: _a_siret,
        _K.PLATE: _a_plate,
    }
    return [makers[kind](rng) for _ in range(count)]


def _a_nir(rng: random.Random) -> str:
    department = rng.choice([f"{rng.randint(1, 95):02d}", "2A", "2B", "99"])
    if department == "20":
        department = "75"
    body = f"{rng.choice('12')}{rng.randint(0, 99):02d}{rng.randint(1, 12):02d}{department}{rng.randint(1, 990):03d}"
    body += f"{rng.randint(1, 999):03d}"
    return _grouped(body + nir.calc_check_digits(body), (1, 2, 2, 2, 3, 3, 2), rng.choice(["", " ", "-", ".", "  "]))


def _an_iban(rng: random.Random) -> str:
    account = f"{rng.randint(0, 10**10 - 1):010d}{rng.randint(0, 10**11 - 1):011d}{rng.randint(0, 99):02d}"
    written = "FR" + iban.calc_check_digits(f"FR00{account}") + account
    written = written.lower() if rng.random() < 0.2 else written
    return _grouped(written, (4,) * 6 + (3,), rng.choice(["", " ", "-", "  "]))


def _a_siret(rng: random.Random) -> str:
    company = f"{rng.randint(10**7, 10**8 - 1)}"
    company += luhn.calc_check_digit(company)
    site = company + f"{rng.randint(1, 999):04d}"
    return _grouped(site + luhn.calc_check_digit(site), (3, 3, 3, 5), rng.choice(["", " ", ".", "-"]))


def _a_plate(rng: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPQRSTVWXYZ"
    gap = rng.choice(["-", " ", ""])
    if rng.random() < 0.25:
        old = "".join(rng.choices(letters, k=rng.choice([2, 3])))
        return f"{rng.randint(10, 9999)}{gap}{old}{gap}{rng.choice(['75', '92', '93', '94', '13'])}"
    first, last = "".join(rng.choices(letters, k=2)), "".join(rng.choices(letters, k=2))
    written = f"{first}{gap}{rng.randint(1, 999):03d}{gap}{last}"
    return written.lower() if rng.random() < 0.2 else written


def _grouped(text: str, sizes: tuple[int, ...], gap: str) -> str:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    return gap.join(pieces)


_ANNOUNCED = {
    _K.NIR: ("mon numéro de sécu {}", "Bonjour, {} est mon numéro, merci", "voici : {}"),
    _K.IBAN: ("mon IBAN est {}", "virement sur {} svp", "voici : {}"),
    _K.SIRET: ("mon SIRET {}", "je suis auto-entrepreneur, {}.", "voici : {}"),
    _K.PLATE: ("ma voiture {} a été enlevée", "mon véhicule immatriculé {}", "plaque {}"),
}


def _report_made(count: int) -> None:
    """Print the share of each kind that is masked whole in a sentence."""
    for kind, sentences in _ANNOUNCED.items():
        whole = 0
        for at, written in enumerate(made(kind, count)):
            text = sentences[at % len(sentences)].format(written)
            start = text.index(written)
            masked = {offset for one in find(text) for offset in range(one.start, one.end)}
            whole += all(start + i in masked for i, c in enumerate(written) if c.isalnum())
        print(f"{count} made {kind.value}: masked whole {proportion(whole, count)}")


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
