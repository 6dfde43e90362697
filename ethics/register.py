"""The entry of the service in the public register of algorithms: one data file, several exports.

Sources: Etalab, model of inventory of public algorithms; Code des relations entre le public et l'administration,
articles R. 311-3-1-1 (mention) and R. 311-3-1-2 (four items, here on every answer).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ethics.errors import RecordsError
from ethics.gate import Verdict
from ethics.log import stamp
from ethics.policy import Policy
from ethics.words import say

REGISTER_FILE = Path(__file__).with_name("registre.toml")

FIELDS: dict[str, dict[str, str]] = {
    "administration": {
        "nom": "Nom de l’administration",
        "direction": "Direction ou service porteur",
        "contact": "Contact",
        "mise_a_jour": "Date de mise à jour",
    },
    "metier": {
        "nom": "Nom de l’algorithme",
        "contexte": "Contexte global",
        "finalite": "Finalité",
        "intervention": "Comment et quand l’algorithme intervient dans la prise de décision",
        "automatisation": "Niveau d’automatisation",
        "fondements": "Fondements juridiques",
        "ressources": "Ressources connexes",
    },
    "impact": {
        "decisions_par_an": "Nombre de décisions par an",
        "portee": "Portée (externe ou interne)",
        "public": "Public concerné",
        "ressources": "Ressources",
    },
    "fonctionnement": {
        "donnees": "Données traitées",
        "source": "Source des données",
        "collecte": "Mode de collecte",
        "type": "Type d’algorithme",
        "operations": "Opérations effectuées",
        "ressources": "Ressources",
    },
    "reponse": {
        "contribution": "Degré et mode de contribution du traitement",
        "donnees": "Données traitées et leurs sources",
        "parametres": "Paramètres de traitement et leur pondération",
        "operations": "Opérations effectuées",
    },
}
"""Every field of the data file, with the name that Etalab (or the law, for `reponse`) gives it."""


@dataclass(frozen=True, slots=True)
class Register:
    """The entry, complete: text by section and field."""

    said: Mapping[str, Mapping[str, str]]

    def etalab(self) -> dict[str, str]:
        """Return the line of the inventory: text by the name that Etalab gives each field."""
        found: dict[str, str] = {}
        for section in ("administration", "metier", "impact", "fonctionnement"):
            for field, name in FIELDS[section].items():
                # "Ressources" is asked for twice.
                found[f"{name} ({section})" if name in found else name] = self.said[section][field]
        return found

    def items_of_an_answer(self) -> dict[str, str]:
        """Return the four items told with every answer."""
        return {name: self.said["reponse"][field] for field, name in FIELDS["reponse"].items()}

    def page(self, verdict: Verdict, policy: Policy) -> dict[str, Any]:
        """Return what the public page shows; what is in force comes from the records, never from the data file."""
        approval = verdict.approval
        return {
            "entry": {
                section: {name: self.said[section][field] for field, name in names.items()}
                for section, names in FIELDS.items()
            },
            "level": verdict.level.name,
            "fingerprint": approval.proposal.manifest.fingerprint if approval else None,
            "scope": approval.proposal.scope if approval else None,
            "expires": stamp(approval.expires) if approval else None,
            "reservations": list(approval.reservations) if approval else [],
            "dissents": list(approval.dissents) if approval else [],
            "findings": [finding.text for finding in verdict.findings],
            "refused_uses": [{"use": refused.use, "test": refused.test} for refused in policy.refused_uses],
        }


def read_register(path: Path = REGISTER_FILE) -> Register:
    """Read and check the data file.

    Raises:
        RecordsError: it cannot be read, a field is missing or empty, or one is unknown.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecordsError(say("register.unreadable", name=path.name, why=error)) from error
    for section, names in FIELDS.items():
        table = tables.get(section, {})
        for field in names:
            if not isinstance(table.get(field), str) or not table[field].strip():
                raise RecordsError(say("register.empty", field=f"{section}.{field}"))
        for field in set(table) - set(names):
            raise RecordsError(say("register.unknown", field=f"{section}.{field}"))
    for section in set(tables) - set(FIELDS):
        raise RecordsError(say("register.unknown", field=section))
    return Register(tables)


def missing_tests(policy: Policy, root: Path) -> tuple[str, ...]:
    """Tell which refused uses have no test that shows them refused, one French sentence each.

    Args:
        policy: where they are listed.
        root: folder of the code.
    """
    return tuple(
        say("register.no_test", use=refused.use, test=refused.test)
        for refused in policy.refused_uses
        if not is_a_test(refused.test, root)
    )


def is_a_test(named: str, root: Path) -> bool:
    """Tell whether `file::test` names a test that exists."""
    file, _, name = named.partition("::")
    path = root / file
    if not name.startswith("test_") or not path.is_file():
        return False
    return re.search(rf"^\s*def {re.escape(name)}\(", path.read_text(encoding="utf-8"), re.MULTILINE) is not None
