"""A run as it was written: its settings, its cases, and what was seen of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ethics.canonical import digest
from eval.case import Case
from eval.errors import RunFolderError
from eval.observation import read_observations
from eval.rates import Judged, judge
from eval.run import CASES, CHANGED, OBSERVATIONS, SETTINGS

_CASE = TypeAdapter(Case)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run, judged again from what was seen: the model is never paid twice.

    Attributes:
        settings: what it was made with (run.json).
        judged: every case that was observed, in the order of the suite.
        missing: (case, trial) pairs that the run has yet to ask.
    """

    path: Path
    settings: Mapping[str, Any]
    judged: Sequence[Judged]
    missing: int

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.resolve().name

    @property
    def fingerprint(self) -> str:
        """The release that was measured, 64 hex digits, as `bot.manifest` computes it: what the committee signs.

        A run during which it changed measured no release, and neither did one that names none: the digest of what such
        a run says of itself, which nobody can approve.
        """
        if not self.changed:
            return str(self.settings.get("release") or digest((self.path / SETTINGS).read_bytes()))
        return digest((self.path / SETTINGS).read_bytes() + (self.path / CHANGED).read_bytes())

    @property
    def changed(self) -> bool:
        """What was measured changed before the last answer."""
        return (self.path / CHANGED).exists()

    @property
    def test_model(self) -> bool:
        """No real model worded these answers: none at all, or one of the test server."""
        model = str(self.settings["model"] or "")
        return not model or model.startswith("test-") or not self.settings["reworded"]

    def digests(self) -> dict[str, str]:
        """Return the digest of each file that the figures come from."""
        names = (SETTINGS, CASES, OBSERVATIONS, *((CHANGED,) if self.changed else ()))
        return {name: digest((self.path / name).read_bytes()) for name in names}


def read_run(path: Path) -> RunFolder:
    """Read a run and judge it.

    Raises:
        RunFolderError: the folder is not that of a run, or one of its files is damaged.
    """
    try:
        settings = json.loads((path / SETTINGS).read_bytes())
        cases = [_CASE.validate_json(line) for line in (path / CASES).read_bytes().splitlines()]
        trials = int(settings["trials"])
    except (OSError, ValueError, KeyError, ValidationError) as error:
        told = f"{path.name} n’est pas le dossier d’une mesure : donnez celui qu’a écrit « python -m eval run »."
        raise RunFolderError(told) from error
    judged = judge(cases, read_observations(path / OBSERVATIONS))
    return RunFolder(path, settings, judged, len(cases) * trials - sum(len(one.seen) for one in judged))
