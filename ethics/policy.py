"""The rules in force, read from policy.toml and checked."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self, cast
from urllib.parse import urlsplit

from ethics.canonical import digest
from ethics.errors import PolicyError
from ethics.rules import (
    Builders,
    CorpusRule,
    Deadlines,
    Freshness,
    GateRule,
    OpinionRule,
    Quorum,
    RefusedUse,
    Retention,
    ScopeRule,
    Threshold,
    check_builders,
    check_corpus,
    read_refused_uses,
    read_scopes,
    read_thresholds,
)
from ethics.words import say

POLICY_FILE = Path(__file__).with_name("policy.toml")

Mode = Literal["never", "on_request", "always"]
MODES: tuple[Mode, ...] = ("never", "on_request", "always")
"""From the least generation to the most."""

# Year and month, as the ids of Mistral end: 2512, or 2512 followed by a build.
_DATED = re.compile(r"(?<!\d)2\d(?:0[1-9]|1[0-2])(?!\d)")
_HTTPS_PORT = 443
_TABLES = frozenset(
    {"generation", "quorum", "opinion", "scopes", "gate", "threshold", "freshness", "corpus", "retention"}
    | {"deadlines", "builders", "refused_use"}
)


@dataclass(frozen=True, slots=True)
class GenerationPolicy:
    """What may be generated, by which model and where.

    Attributes:
        mode: the most that CITE_GENERATION may ask for.
        hosts: servers that may receive a question, as `host` or `host:port`.
        models: dated ids of the models that may be asked.
        demo_models: names, or beginnings of names followed by `*`, allowed on this machine in scope `demo` only.
    """

    mode: Mode
    hosts: tuple[str, ...]
    models: tuple[str, ...]
    demo_models: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: object) -> Self:
        """Check one [generation] table.

        Raises:
            PolicyError: names the key to mend.
        """
        names = [field.name for field in fields(cls)]
        if not isinstance(table, dict):
            raise PolicyError("policy.toml : la table [generation] manque.")
        if unknown := sorted(set(table) - set(names)):
            raise PolicyError(f"policy.toml, [generation] : la clé « {unknown[0]} » est inconnue.")
        mode = table.get("mode")
        if mode not in MODES:
            raise PolicyError(f"policy.toml, [generation] : « mode » vaut {', '.join(MODES[:-1])} ou {MODES[-1]}.")
        lists = {name: _names(table, name) for name in names if name != "mode"}
        for model in lists["models"]:
            if reason := _never(model):
                raise PolicyError(f"policy.toml, [generation] models : {reason}")
        return cls(cast("Mode", mode), **lists)

    def bounded(self, wanted: Mode) -> Mode:
        """Return what was asked for, or the most that the policy allows when that is less."""
        return min(wanted, self.mode, key=MODES.index)

    def refusal(self, url: str, model: str, scope: str) -> str:
        """Tell why a server may not be asked, in one French sentence; empty when it may.

        Args:
            url: root of the server.
            model: what it would be asked for.
            scope: who is served (`demo`, `labo`, `agents`, `pilote`, `public`).
        """
        parts = urlsplit(url)
        host, here = parts.hostname or "", is_this_machine(parts.hostname or "")
        port = parts.port or (_HTTPS_PORT if parts.scheme == "https" else 80)
        listed = host in self.hosts if here or port == _HTTPS_PORT else f"{host}:{port}" in self.hosts
        if not listed:
            return (
                f"le serveur {parts.netloc.rpartition('@')[2]} n’est pas dans la liste « hosts » de ethics/policy.toml."
            )
        if parts.scheme != "https" and not here:
            return f"le serveur {host} doit être joint en https."
        if any(fnmatchcase(model, pattern) for pattern in self.demo_models):
            return "" if scope == "demo" and here else f"le modèle d’essai {model} n’est admis qu’en démonstration."
        if reason := _never(model):
            return reason
        if model not in self.models:
            return f"le modèle {model} n’est pas dans la liste « models » de ethics/policy.toml."
        return ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Every rule in force; the tables are explained in policy.toml, beside each key.

    Attributes:
        digest: SHA-256 of the file as it was read, 64 hex digits; empty for rules that came from no file.
    """

    generation: GenerationPolicy
    quorum: Quorum
    opinion: OpinionRule
    scopes: dict[str, ScopeRule]
    gate: GateRule
    thresholds: tuple[Threshold, ...]
    freshness: Freshness
    corpus: CorpusRule
    retention: Retention
    deadlines: Deadlines
    builders: Builders
    refused_uses: tuple[RefusedUse, ...]
    digest: str = ""


def load_policy(path: Path = POLICY_FILE) -> Policy:
    """Read and check the policy.

    Raises:
        PolicyError: the file is absent or badly formed, or a key is missing, unknown or wrong.
    """
    data, tables = _tables(path)
    return replace(read_policy(tables), digest=digest(data))


def load_generation(path: Path = POLICY_FILE) -> GenerationPolicy:
    """Read and check the [generation] table alone, for what needs no other rule.

    Raises:
        PolicyError: the file is absent or badly formed, or a key of this table is missing, unknown or wrong.
    """
    return GenerationPolicy.read(_tables(path)[1].get("generation"))


def _tables(path: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        data = path.read_bytes()
        return data, tomllib.loads(data.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path.name} ne peut pas être lu : {error}.") from error


def read_policy(tables: dict[str, Any]) -> Policy:
    """Check every table of a policy.

    Raises:
        PolicyError: a table or a key is missing, unknown or wrong.
    """
    if unknown := sorted(set(tables) - _TABLES):
        raise PolicyError(say("policy.unknown_key", table="", key=unknown[0]))
    return Policy(
        generation=GenerationPolicy.read(tables.get("generation")),
        quorum=Quorum.read("quorum", tables.get("quorum")),
        opinion=OpinionRule.read("opinion", tables.get("opinion")),
        scopes=read_scopes(tables.get("scopes")),
        gate=GateRule.read("gate", tables.get("gate")),
        thresholds=read_thresholds(tables.get("threshold")),
        freshness=Freshness.read("freshness", tables.get("freshness")),
        corpus=check_corpus(CorpusRule.read("corpus", tables.get("corpus"))),
        retention=Retention.read("retention", tables.get("retention")),
        deadlines=Deadlines.read("deadlines", tables.get("deadlines")),
        builders=check_builders(Builders.read("builders", tables.get("builders"))),
        refused_uses=read_refused_uses(tables.get("refused_use")),
    )


def is_this_machine(host: str) -> bool:
    """Tell whether a host name is the loopback interface."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _never(model: str) -> str:
    """Tell why a name may never be the one of a model that was evaluated; empty when it may."""
    if "latest" in model.lower():
        return f"« {model} » est un alias, qui peut désigner demain un autre modèle : donnez l’identifiant daté."
    if not _DATED.search(model):
        return f"« {model} » ne porte pas de date (année et mois, comme 2512) : donnez l’identifiant daté."
    return ""


def _names(table: dict[str, Any], name: str) -> tuple[str, ...]:
    listed = table.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(item, str) and item.strip() == item != "" for item in listed):
        raise PolicyError(f"policy.toml, [generation] : « {name} » est une liste de noms.")
    if name in {"hosts", "models"} and name not in table:
        raise PolicyError(f"policy.toml, [generation] : la clé « {name} » manque.")
    return tuple(listed)
