"""What is served, part by part, and the one fingerprint that the committee signs.

The floors above compute the digests; this one names the parts, refuses what nobody could compare later, and tells
which parts differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ethics.canonical import fingerprint
from ethics.errors import RecordsError
from ethics.words import say

PARTS = (
    "code",
    "model",
    "prompts",
    "embedding",
    "guard",
    "thresholds",
    "lexicon",
    "contacts",
    "retrieval",
    "index",
    "passages",
    "policy",
    "evaluation",
)
"""Every part, each a digest of 64 hex digits, but for `code` and `model`, which are tables (see `Manifest`)."""

WORDING_PARTS = frozenset({"model", "prompts"})
"""What only words an answer: when nothing else differs, quotes are still the approved ones."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_CODE = {"commit", "clean", "constraints", "files"}
_MODEL = {"identity", "name", "weights", "settings"}
_IDENTITIES = ("none", "declared", "weights")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of what is served.

    Attributes:
        parts: by name, every one of `PARTS`. `code` is `{commit, clean, constraints, files}`: the commit (40 hex
            digits, all zeros where nothing tells it), no file changed since, digest of the pinned versions, digest of
            the program's own files. The commit is a name that somebody gives; `files` is what proves the code.
            `model` is `{identity, name, weights, settings}`, where identity is `none` (no model), `declared` (an
            outside service names it) or `weights` (its files were read, whose digest is `weights`); settings is the
            digest of how it is asked.
    """

    parts: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the canonical form of all the parts, 64 hex digits."""
        return fingerprint(dict(self.parts))

    def differences(self, approved: Manifest) -> tuple[str, ...]:
        """Return the names of the parts that are not the approved ones, in the order of `PARTS`."""
        return tuple(part for part in PARTS if self.parts[part] != approved.parts[part])

    def refusals(self, *, clean_code: bool) -> tuple[str, ...]:
        """Tell why this may not be approved, one French sentence each.

        Args:
            clean_code: ask for a recorded version of the code, unchanged, and for no test model.
        """
        code, model, found = self.parts["code"], self.parts["model"], []
        if model["name"].endswith("latest"):
            found.append(say("manifest.latest", name=model["name"]))
        if clean_code and model["name"].startswith("test-"):
            found.append(say("manifest.test_model", name=model["name"]))
        if clean_code and not code["clean"]:
            found.append(say("manifest.unclean"))
        return tuple(found)


def read_manifest(said: object) -> Manifest:
    """Check the parts of a manifest.

    Raises:
        RecordsError: a part is missing, unknown or badly formed; names it.
    """
    if not isinstance(said, Mapping):
        raise RecordsError(say("manifest.unreadable"))
    for part in (*PARTS, *said):
        if part not in said or part not in PARTS or not _is_well_formed(part, said[part]):
            raise RecordsError(say("manifest.wrong_part", part=say(f"part.{part}") if part in PARTS else part))
    return Manifest({part: said[part] for part in PARTS})


def _is_well_formed(part: str, value: object) -> bool:
    if part == "code":
        return (
            isinstance(value, Mapping)
            and set(value) == _CODE
            and _matches(_COMMIT, value["commit"])
            and isinstance(value["clean"], bool)
            and _matches(_DIGEST, value["constraints"])
            and _matches(_DIGEST, value["files"])
        )
    if part == "model":
        return isinstance(value, Mapping) and set(value) == _MODEL and _is_a_model(value)
    return _matches(_DIGEST, value)


def _is_a_model(value: Mapping[str, Any]) -> bool:
    identity, name, weights = value["identity"], value["name"], value["weights"]
    if identity not in _IDENTITIES or not isinstance(name, str) or not _matches(_DIGEST, value["settings"]):
        return False
    if (identity == "none") != (not name):
        return False
    return _matches(_DIGEST, weights) if identity == "weights" else weights == ""


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))
