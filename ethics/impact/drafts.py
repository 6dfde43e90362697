"""The drafts: a French text with `{places}` that the rules in force and the register fill."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ethics.policy import Policy
from ethics.register import Register
from ethics.rules import Threshold
from ethics.words import say

_FOLDER = Path(__file__).parent
DRAFTS = ("fria", "aipd")
"""The assessment of article 27 of the AI Act, and that of article 35 of the GDPR."""

_MODES = {"never": "jamais", "on_request": "seulement à la demande de la personne", "always": "toujours"}
_BY = {"harness": "le programme", "human": "des personnes"}
_RULES = {"upper": "au plus", "sequential": "au plus", "lower": "au moins", "value_at_most": "au plus"}
_TEST = re.compile(r"`(tests/[\w/.]+::test_\w+)`")


def draft(name: str, policy: Policy, register: Register) -> str:
    """Return one draft, as Markdown.

    Args:
        name: one of `DRAFTS`.
        policy: the rules in force.
        register: the entry of the public register.
    """
    text = (_FOLDER / f"{name}.fr.md").read_text(encoding="utf-8")
    return text.format_map(_known(policy, register))


def named_tests(text: str) -> list[str]:
    """Return the tests that a draft names, as `file::test`, in reading order."""
    return _TEST.findall(text)


def _known(policy: Policy, register: Register) -> dict[str, str]:
    """What the system knows, by the name of its place."""
    told = {f"{section}_{field}": text for section, fields in register.said.items() for field, text in fields.items()}
    rules = {
        **{f"{name}_days": f"{getattr(policy.retention, f'{name}_days')}" for name in ("turn", "sample", "case")},
        **{name: f"{getattr(policy.deadlines, name)}" for name in ("reply_days", "severe_reply_days", "report_days")},
        "silence_months": f"{policy.deadlines.silence_months}",
        "members": f"{policy.quorum.members}",
        "seats": f"{policy.quorum.seats}",
        "colleges": ", ".join(policy.quorum.colleges),
        "audited": f"{policy.opinion.audited}",
        "planted": f"{policy.opinion.planted}",
        "missed": f"{policy.opinion.missed}",
        "public_expiry": f"{policy.scopes['public'].expiry_days}",
        "agents_expiry": f"{policy.scopes['agents'].expiry_days}",
        "interval_s": f"{policy.gate.interval_s}",
        "drill_days": f"{policy.gate.drill_days}",
        "text_days": f"{policy.freshness.text_days}",
        "figure_days": f"{policy.freshness.figure_days}",
        "mode": _MODES[policy.generation.mode],
        "hosts": ", ".join(policy.generation.hosts),
        "models": ", ".join(policy.generation.models),
        "waits": ", ".join(say(f"snapshot.kind_{kind}") for kind in policy.corpus.waits),
        "scopes": ", ".join(policy.scopes),
        "policy_digest": policy.digest[:16],
    }
    uses = _table(("Usage refusé", "Essai qui le montre"), ((one.use, f"`{one.test}`") for one in policy.refused_uses))
    limits = _table(("Ce qui est mesuré", "Par", "Limite", "Portées"), map(_row, policy.thresholds))
    return told | rules | {"refused_uses": uses, "thresholds": limits}


def _row(threshold: Threshold) -> tuple[str, ...]:
    share = threshold.rule != "value_at_most"
    limit = f"{threshold.limit * 100:g} %" if share else f"{threshold.limit:g}"
    limit = f"{_RULES[threshold.rule]} {limit}".replace(".", ",")
    return threshold.label, _BY[threshold.by], limit, ", ".join(threshold.scopes)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
