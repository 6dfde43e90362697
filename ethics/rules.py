"""The tables of policy.toml, but for generation: one class a table, one field a key, read strictly."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self, cast, get_type_hints

from ethics.errors import PolicyError
from ethics.keys import is_public_key
from ethics.values import KINDS
from ethics.words import say

SCOPES = ("demo", "labo", "agents", "pilote", "public")
"""From the fewest readers to the most."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose keys are the fields of the class, all required, all of the type written there."""

    @classmethod
    def read(cls, name: str, table: object) -> Self:
        """Read one table.

        Raises:
            PolicyError: names the table and the key to mend.
        """
        if not isinstance(table, dict):
            raise PolicyError(say("policy.no_table", table=name))
        hints = get_type_hints(cls)
        known = [field.name for field in fields(cls)]
        for key in [*known, *table]:
            if key not in table:
                raise PolicyError(say("policy.no_key", table=name, key=key))
            if key not in known:
                raise PolicyError(say("policy.unknown_key", table=name, key=key))
        values = {key: _typed(name, key, hints[key], table[key]) for key in known}
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Quorum(Table):
    """Who must agree: k of n members, with at least one of each college."""

    members: int
    seats: int
    colleges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpinionRule(Table):
    """What a member must have done before their opinion counts."""

    audited: int
    planted: int
    missed: int


@dataclass(frozen=True, slots=True)
class ScopeRule(Table):
    """What one scope asks for, beyond the signatures."""

    loopback_only: bool
    pinned_roster: bool
    witnesses: int
    clean_code: bool
    expiry_days: int
    reminder_days: int
    figures_withheld: bool


@dataclass(frozen=True, slots=True)
class GateRule(Table):
    """How often approvals are checked, and how old what they rest on may be."""

    interval_s: int
    witness_days: int
    drill_days: int
    clock_s: int


@dataclass(frozen=True, slots=True)
class Threshold(Table):
    """One figure that an evaluation must reach.

    Attributes:
        measure: its name in the evidence.
        label: its name for a reader.
        by: `harness` (measured by the program) or `human` (answers audited by people).
        rule: `upper` or `lower` (exact bound of a share), `sequential` (upper bound whose sample may be looked at
            while it grows), `value_at_most` (a quantity).
        limit: what the bound or the value must not pass.
        confidence: of the bound, as .95; unused by `value_at_most`.
        scopes: where it is asked for.
    """

    measure: str
    label: str
    by: Literal["harness", "human"]
    rule: Literal["upper", "lower", "sequential", "value_at_most"]
    limit: float
    confidence: float
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Freshness(Table):
    """How long what was read at the source may be told as a fact."""

    text_days: int
    figure_days: int

    def text_is_old(self, updated: date, today: date) -> bool:
        """Tell whether a text must be announced as old."""
        return (today - updated).days > self.text_days

    def figures_are_old(self, updated: date, today: date) -> bool:
        """Tell whether its amounts, dates and delays are no longer facts."""
        return (today - updated).days > self.figure_days


@dataclass(frozen=True, slots=True)
class CorpusRule(Table):
    """The changes of the corpus that need no vote."""

    changed_share: float
    snapshot_days: int
    waits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retention(Table):
    """Days that each thing is kept."""

    turn_days: int
    sample_days: int
    case_days: int

    def limit(self, what: str, now: datetime) -> datetime:
        """Return the moment before which a `turn`, `sample` or `case` must be erased."""
        days: int = getattr(self, f"{what}_days")
        return now - timedelta(days=days)

    def is_over(self, what: str, since: datetime, now: datetime) -> bool:
        """Tell whether a `turn`, `sample` or `case` must be erased."""
        return since < self.limit(what, now)


@dataclass(frozen=True, slots=True)
class Deadlines(Table):
    """How long the City gives itself to answer a contest, in working days, and the rights that follow."""

    reply_days: int
    severe_reply_days: int
    report_days: int
    silence_months: int
    referral_months: int


@dataclass(frozen=True, slots=True)
class Builders(Table):
    """Who builds the service, and so cannot approve it."""

    names: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedUse(Table):
    """A use that is refused, and the test (`file::name`) that shows it refused."""

    use: str
    test: str


def _typed(table: str, key: str, kind: Any, value: object) -> Any:
    """Check one value against the type of its field; whole numbers and shares are never negative."""
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if kind is int and type(value) is int and value >= 0:
        return value
    if kind is bool and isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str) and value.strip():
        return value
    if kind == tuple[str, ...] and isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    allowed = getattr(kind, "__args__", ())
    if isinstance(value, str) and value in allowed:
        return value
    raise PolicyError(say("policy.wrong_value", table=table, key=key, value=value))


def read_scopes(tables: object) -> dict[str, ScopeRule]:
    """Read [scopes.*]: every scope, and no other."""
    if not isinstance(tables, dict) or set(tables) != set(SCOPES):
        raise PolicyError(say("policy.scopes", scopes=", ".join(SCOPES)))
    return {name: ScopeRule.read(f"scopes.{name}", tables[name]) for name in SCOPES}


def read_thresholds(tables: object) -> tuple[Threshold, ...]:
    """Read [[threshold]]: at least one, each measure once, of shares between 0 and 1."""
    if not isinstance(tables, list) or not tables:
        raise PolicyError(say("policy.no_table", table="threshold"))
    found = tuple(Threshold.read("threshold", table) for table in tables)
    for threshold in found:
        if not 0 < threshold.confidence < 1 or not set(threshold.scopes) <= set(SCOPES):
            raise PolicyError(say("policy.wrong_threshold", measure=threshold.measure))
        if threshold.rule != "value_at_most" and threshold.limit > 1:
            raise PolicyError(say("policy.wrong_threshold", measure=threshold.measure))
    if len({threshold.measure for threshold in found}) != len(found):
        raise PolicyError(say("policy.twice"))
    return found


def read_refused_uses(tables: object) -> tuple[RefusedUse, ...]:
    """Read [[refused_use]]."""
    if not isinstance(tables, list) or not tables:
        raise PolicyError(say("policy.no_table", table="refused_use"))
    return tuple(RefusedUse.read("refused_use", cast("object", table)) for table in tables)


def check_corpus(rule: CorpusRule) -> CorpusRule:
    """Check that what waits can be found in a text: a kind misspelt would let everything pass."""
    if wrong := [kind for kind in rule.waits if kind not in KINDS]:
        raise PolicyError(say("policy.wrong_value", table="corpus", key="waits", value=wrong[0]))
    return rule


def check_builders(builders: Builders) -> Builders:
    """Check that the keys of the builders are keys."""
    if wrong := [key for key in builders.keys if not is_public_key(key)]:
        raise PolicyError(say("policy.wrong_value", table="builders", key="keys", value=wrong[0]))
    return builders
