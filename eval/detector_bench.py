"""Measure two parts of the bot as detectors, on public sets with published figures: the guard, and the refusal.

    python -m eval.detector_bench [--set NAME ...] [--limit N] [--json]

The guard (`bot.checks`) on `ragtruth_test` (an answer is unfaithful when one of its sentences is refused, against the
sentences of the context that share most words with it) and `entailment_fr` (a hypothesis against its premise). The
refusal on `nomiracl_fr`, `nomiracl_multi` and `mtrag_un`: the passages of a set are indexed together, with the weights
in force, and each question is asked; `searched` is the decision of the search alone, `served` that of the whole bot,
which also sends away what is not a matter of the City, as most of these questions are.

Neither was made for these sets: the guard was written for French administrative quotes, and most of ragtruth is
English prose; the weights were trained on the fiches. The figures are reported whatever they are. Only the public
halves are read.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

from bot.answerable import belief, evidence, refusal
from bot.assembly import assemble
from bot.checks import refusal as guard_refusal
from corpus.analyse import terms
from corpus.errors import CorpusError
from corpus.sentences import split_sentences
from corpus.settings import Settings, load_settings
from corpus.sync import sync
from eval.intervals import Interval, proportion
from eval.retrieval_sets import SHARED

_NEAREST = 5
"""Sentences of the context that a sentence is checked against."""

PUBLISHED: Mapping[str, str] = {
    "ragtruth_test": "answer-level F1: GPT-4 prompt .634, Llama-2-13B fine-tuned .787, lettucedetect-large .792",
    "entailment_fr": "Skandalis et al., LREC-COLING 2024 (tables not copied in the set)",
    "nomiracl_fr": "whole test set, error / hallucination: GPT-4 .114 / .468, Mixtral-8x7B .183 / .372, "
    "Mistral-7B .610 / .124",
    "nomiracl_multi": "whole test set, per language: GPT-4 errs .04 to .17, hallucinates .12 to .44",
    "mtrag_un": "MTRAG-UN, ACL Findings 2026: models over-answer (tables not copied in the set)",
}
"""Figures given by the README of each set, of other systems, mostly on both halves."""


def guard_on_answers(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[bool, bool]]:
    """Yield (flagged, unfaithful) for each answer."""
    for row in rows:
        context = [sentence for text in row["context"] for sentence in split_sentences(str(text))]
        flagged = any(guard_refusal(s, _nearest(s, context)) for s in split_sentences(row["answer"]))
        yield flagged, row["label"] == "unfaithful"


def guard_on_pairs(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[bool, bool]]:
    """Yield (flagged, not supported) for each hypothesis."""
    for row in rows:
        yield bool(guard_refusal(row["hypothesis"], [row["premise"]])), row["label"] != "supported"


def refusal_on(rows: Sequence[Mapping[str, Any]], settings: Settings) -> dict[str, list[tuple[bool, bool]]]:
    """Return, by way of deciding, (answers, has an answer) for each question."""
    found: dict[str, list[tuple[bool, bool]]] = {"searched": [], "served": []}
    day = datetime.now(UTC).date()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        copytree(settings.data / "weights", data / "weights")
        here = settings.model_copy(update={"data": data, "model_url": None, "model_name": None})
        folder = _folder_of(rows, Path(name) / "passages")
        sync(here, ["detecteur"], folder, day)
        assembly = assemble(here)
        searcher = assembly.opened.searcher
        try:
            for row in rows:
                has = row["label"] in {"answerable", "partial"}
                hits = searcher.search(row["question"], limit=10, as_of=day)
                believed = belief(evidence(hits, searcher)) >= refusal()["answer"]["from"] if hits.documents else False
                turn = assembly.responder.respond(row["question"], day)
                found["searched"].append((believed, has))
                found["served"].append((str(turn.status).startswith(("answered", "clarify")), has))
        finally:
            assembly.opened.store.close()
    return found


def detected(pairs: Iterable[tuple[bool, bool]]) -> dict[str, Any]:
    """Return what a detector finds: flags against truths, with exact 95 % intervals."""
    every = list(pairs)
    bad = [flag for flag, truth in every if truth]
    good = [flag for flag, truth in every if not truth]
    raised = [truth for flag, truth in every if flag]
    precision, recall = proportion(sum(raised), len(raised)), proportion(sum(bad), len(bad))
    both = precision.value + recall.value
    always = len(bad) / len(every) if every else float("nan")
    return {
        "of": len(every),
        "precision": _told(precision),
        "recall": _told(recall),
        "false_alarms": _told(proportion(sum(good), len(good))),
        "f1": round(2 * precision.value * recall.value / both, 3) if both else None,
        "f1_of_flagging_everything": round(2 * always / (1 + always), 3) if every else None,
    }


def answered(pairs: Iterable[tuple[bool, bool]]) -> dict[str, Any]:
    """Return the two errors of NoMIRACL: refusals of what has an answer, answers to what has none."""
    every = list(pairs)
    having = [gives for gives, has in every if has]
    without = [gives for gives, has in every if not has]
    return {
        "error": _told(proportion(len(having) - sum(having), len(having))),
        "hallucination": _told(proportion(sum(without), len(without))),
        "answerable": len(having),
        "unanswerable": len(without),
    }


def measure(name: str, limit: int | None, settings: Settings) -> dict[str, Any]:
    """Measure one set; nothing where it is absent."""
    path = SHARED / name / "public.jsonl"
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][:limit]
    if name in _GUARDED:
        of: dict[str, list[Mapping[str, Any]]] = {"all": rows}
        for row in rows:
            of.setdefault(str(row.get("subtask") or row.get("set")), []).append(row)
        found = {part: detected(_GUARDED[name](members)) for part, members in of.items()}
    else:
        found = {way: answered(pairs) for way, pairs in refusal_on(rows, settings).items()}
    return {"measured": found, "published": PUBLISHED[name]}


_GUARDED: Mapping[str, Callable[[Iterable[Mapping[str, Any]]], Iterator[tuple[bool, bool]]]] = {
    "ragtruth_test": guard_on_answers,
    "entailment_fr": guard_on_pairs,
}


def _nearest(sentence: str, context: Sequence[str]) -> list[str]:
    said = set(terms(sentence))
    return sorted(context, key=lambda other: -len(said & set(terms(other))))[:_NEAREST]


def _folder_of(rows: Iterable[Mapping[str, Any]], folder: Path) -> Path:
    """Write every passage of a set as a file, with its manifest, as an operator would."""
    folder.mkdir()
    seen: dict[str, str] = {}
    for row in rows:
        for passage in row["passages"]:
            text = passage if isinstance(passage, str) else str(passage.get("text", ""))
            title = "" if isinstance(passage, str) else str(passage.get("title") or "")
            if text.strip():
                seen.setdefault(text, title)
    with (folder / "documents.csv").open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(("id", "file", "title", "publisher", "licence", "valid_from", "valid_until", "url"))
        for rank, (text, title) in enumerate(seen.items()):
            (folder / f"p{rank}.md").write_text(text, encoding="utf-8")
            lines.writerow((f"p{rank}", f"p{rank}.md", title or " ".join(text.split()[:8]), "set", "test", "", "", ""))
    return folder


def _told(share: Interval) -> list[float]:
    return [round(value, 3) for value in share]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", action="append", choices=tuple(PUBLISHED), dest="names", help="several times for more")
    parser.add_argument("--limit", type=int, help="the first rows only")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    found: dict[str, Any] = {}
    try:
        for name in options.names or PUBLISHED:
            found[name] = measure(name, options.limit, load_settings())
            if not options.json:
                print(name, json.dumps(found[name], ensure_ascii=False, indent=1), flush=True)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
