"""What the page shows, from a run and its figures: lists and texts, no markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.causes import by_cause, cause_of
from eval.consistency import succeeded
from eval.metrics import METRICS
from eval.observation import Observation
from eval.rates import Judged
from eval.report.plain import in_words, lines, reason, words
from eval.run_folder import RunFolder
from eval.summary import HEADLINES, SHOWN_SLICE
from eval.verdict import Outcome

_SENTENCES = 12
"""Sentences of an answer that are shown; the rest is counted."""

_GROUPS_OF_FAILURES = (
    "severe",
    "settled",
    "verbatim",
    "missed_refusal",
    "harmful",
    "false_refusal",
    "right_document",
    "right_branch",
    "document_found",
    "status_accuracy",
)
"""Under which failure a case is told, the gravest first; each case once."""


def view(run: RunFolder, earlier: RunFolder | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template fills in.

    Args:
        run: the one that is reported.
        earlier: the one it is compared with.
        values: figures, as in report.json.
    """
    failed = [
        one for one in run.judged if not succeeded(one) or any(name in _GROUPS_OF_FAILURES for name in one.failures)
    ]
    return {
        **values,
        "words": words(),
        "run": run,
        "earlier": earlier,
        "changed": list(_changed(run, earlier)) if earlier is not None else [],
        "verdicts": _by_hand(values["thresholds"]),
        "missed": _missed(values["thresholds"], values["scope"]),
        "rates": [(name, values["summary"]["rates"][name], values["summary"]["tuned_rates"][name]) for name in METRICS],
        "headlines": HEADLINES,
        "grid": _grid(run, earlier),
        "failed": _told_failures(failed),
        "causes": by_cause(failed),
        "hidden": sorted(one.case.id for one in failed if not one.case.shown),
        "limits": list(_limits(run, values)),
        "least": SHOWN_SLICE,
        "sentences": _SENTENCES,
    }


def name_of(table: str, key: str) -> str:
    """Return the French name of a slice, or its key with spaces; what has no answer has its kind for theme."""
    named = words().get(table, {}) | (words()["kind"] if table == "theme" else {})
    return named.get(key, key.replace("_", " "))


def _by_hand(thresholds: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    return {by: [one for one in thresholds if one["by"] == by] for by in ("harness", "human")}


def _missed(thresholds: Sequence[Mapping[str, Any]], scope: str) -> list[str]:
    """What the automatic thresholds of a scope that are not met speak of."""
    asked = [one for one in thresholds if one["by"] == "harness" and scope in one["scopes"]]
    return [one["label"] for one in asked if one["outcome"] == Outcome.NOT_MET]


def _changed(run: RunFolder, earlier: RunFolder) -> Iterator[str]:
    """The parts that differ between two runs, in words."""
    now, before = _parts(run.settings), _parts(earlier.settings)
    for key, name in words()["part"].items():
        if now.get(key) != before.get(key):
            short = [str(side.get(key) or "aucun") for side in (before, now)]
            yield f"{name} : {short[0]} → {short[1]}" if max(map(len, short)) < 40 else name


def _parts(settings: Mapping[str, Any]) -> dict[str, Any]:
    index, git = settings["index"], settings["git"]
    return {**settings, **settings.get("parts", {}), "index": index["root"], "git": (git["commit"], git["dirty"])}


def _grid(run: RunFolder, earlier: RunFolder | None) -> list[dict[str, Any]]:
    """Kinds of cases by runs: how many ended well, and which changed."""
    runs = [run] if earlier is None else [earlier, run]
    kinds = Counter(one.case.kind for one in run.judged)
    ended = [{one.case.id: succeeded(one) for one in each.judged} for each in runs]
    rows: list[dict[str, Any]] = []
    for kind in sorted(kinds, key=lambda name: name_of("kind", name)):
        ids = [one.case.id for one in run.judged if one.case.kind == kind]
        cells = [(sum(end.get(name, False) for name in ids), sum(name in end for name in ids)) for end in ended]
        both = [name for name in ids if all(name in end for end in ended)]
        fixed = [name for name in both if len(ended) > 1 and ended[1][name] and not ended[0][name]]
        broken = [name for name in both if len(ended) > 1 and ended[0][name] and not ended[1][name]]
        rows.append(
            {"kind": kind, "cells": cells, "fixed": fixed, "broken": broken, "marks": [ended[-1][name] for name in ids]}
        )
    return rows


def _told_failures(failed: Sequence[Judged]) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in failed:
        if one.case.shown:
            first = next((name for name in _GROUPS_OF_FAILURES if name in one.failures), "status_accuracy")
            groups.setdefault(first, []).append(_told(one))
    return [(name, groups[name]) for name in _GROUPS_OF_FAILURES if name in groups]


def _told(one: Judged) -> dict[str, Any]:
    """One failing case: the trial that failed, and the words of its metrics."""
    case, seen = one.case, one.seen[0]
    expected = [
        (
            "fin attendue",
            " ou ".join(name_of("status", status) for status in case.status) or words()["expected"]["answer"],
        ),
        ("documents", " ou ".join(_titled(seen, name) for name in case.documents)),
        ("situation", " > ".join(case.branch)),
        ("options à demander", " ; ".join(case.options)),
        ("doit dire", " ; ".join(case.must_say)),
        ("ne doit pas dire", " ; ".join(case.must_not_say)),
        ("numéros attendus", " ou ".join(lines().get(name, name) for name in case.urgent)),
        ("à ne pas manquer", case.note),
        ("étiquette corrigée", case.corrected),
    ]
    return {
        "case": case,
        "answer": seen.answer,
        "cause": cause_of(one).value,
        "query": seen.query if seen.query != case.q else "",
        "expected": [(label, text) for label, text in expected if text],
        "failures": [(name, in_words(name, one.scores[name].why, seen.titles)) for name in one.failures],
        "rejected": [(text, reason(why)) for text, why in seen.rejected],
        "ranked": [_titled(seen, name) for name in seen.ranked[:5]],
        "source": _titled(seen, str(seen.answer["document"])) if seen.answer["document"] else "",
    }


def _titled(seen: Observation, name: str) -> str:
    """A document by its title, then its id; by its id where the run did not keep titles."""
    return f"{seen.titles[name]} ({name})" if name in seen.titles else name


def _limits(run: RunFolder, values: Mapping[str, Any]) -> Iterator[str]:
    told = words()["limits"]
    if run.missing:
        yield told["unfinished"].format(missing=run.missing)
    if run.changed:
        yield told["changed"]
    if run.test_model:
        yield told["no_model"].format(model=run.settings["model"] or "aucun modèle")
    yield told["snapshot"].format(index=run.settings["index"]["generation"])
    if run.settings["scope"] != values["scope"]:
        served, asked = (name_of("scope", name) for name in (run.settings["scope"], values["scope"]))
        yield told["scope"].format(served=served, asked=asked)
    for key in ("automatic", "omission", "tuned", "author", "groups"):
        yield told[key]
    yield told["slices"].format(least=SHOWN_SLICE)
    if values["summary"]["speed_ms"]["answers"]:
        yield told["latency"]
