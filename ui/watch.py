"""Whether what is in memory may be served: the gate asked at start and again at each interval of the policy.

Whatever goes wrong, and whenever the last answer of the gate is too old, nothing is served but the static page.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ethics.gate import Place, Serve, Verdict, verdict
from ethics.log import Log
from ethics.manifest import PARTS, Manifest
from ethics.policy import POLICY_FILE, load_policy
from ui.service import Standing

_LOG = logging.getLogger("cite.ui")
_OLDEST = 3
"""Intervals after which an answer of the gate counts for nothing."""
_CHORES_EVERY = 3600.0
_FIRST_INTERVAL = 30.0

_NO_BUNDLE = (
    "La version approuvée est gardée à part et ce programme ne sait pas encore la servir à la place de celle-ci."
)
_SILENT = "Le contrôle de l’approbation ne répond plus."


def unknown_manifest() -> Manifest:
    """Return the manifest of a state that nobody fingerprinted: it is never the approved one."""
    zeros = "0" * 64
    parts: dict[str, object] = dict.fromkeys(PARTS, zeros)
    parts["code"] = {"commit": "0" * 40, "clean": False, "constraints": zeros}
    parts["model"] = {"identity": "none", "name": "", "weights": "", "settings": zeros}
    return Manifest(parts)


class Watch:
    """Asks the gate, and remembers what it said.

    Args:
        folder: of the signed records.
        place: who is served, and from where.
        policy: file of the rules.
        live: the manifest of what is in memory.
        chore: done about once an hour (what is too old is deleted).
        now: the clock of the records; `ticks`: seconds that never go back.
    """

    def __init__(
        self,
        folder: Path,
        place: Place,
        policy: Path = POLICY_FILE,
        live: Callable[[], Manifest] = unknown_manifest,
        chore: Callable[[], object] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._place, self._policy = folder, place, policy
        self._live, self._chore, self._now, self._ticks = live, chore, now, ticks
        self._log = Log()
        self._said = Standing("L3", demo=False, findings=(_SILENT,))
        self._at, self._interval, self._chored = float("-inf"), _FIRST_INTERVAL, float("-inf")

    def __call__(self) -> Standing:
        """Return what may be served now."""
        if self._ticks() - self._at > _OLDEST * self._interval:
            return Standing("L3", demo=False, findings=(_SILENT,))
        return self._said

    def check(self) -> None:
        """Ask the gate; never raises."""
        try:
            policy = load_policy(self._policy)
            found = verdict(policy, self._folder, self._live(), self._place, self._now(), self._log)
            self._log, self._interval = found.log, float(found.again_s or _FIRST_INTERVAL)
            said = standing_of(found)
        except Exception as error:  # noqa: BLE001  whatever broke, nothing is approved
            _LOG.error("The gate failed with %s.", type(error).__name__)
            said = Standing("L3", demo=False, findings=(_SILENT,))
        if said.level != self._said.level:
            _LOG.warning("Served from now on: %s.", said.level)
        self._said, self._at = said, self._ticks()

    def follow(self) -> threading.Event:
        """Ask again at each interval, in the background, until the event returned is set."""
        stopped = threading.Event()
        threading.Thread(target=self._follow, args=(stopped,), name="gate", daemon=True).start()
        return stopped

    def _follow(self, stopped: threading.Event) -> None:
        while not stopped.wait(self._interval):
            self.check()
            if self._ticks() - self._chored > _CHORES_EVERY:
                self._chored = self._ticks()
                try:
                    self._chore()
                except Exception as error:  # noqa: BLE001  it will be tried again
                    _LOG.error("What is too old could not be deleted (%s).", type(error).__name__)


def standing_of(found: Verdict) -> Standing:
    """Return what a verdict lets this process serve: the state that is in its memory, or nothing."""
    findings = tuple(finding.text for finding in found.findings)
    if found.serve is Serve.BUNDLE:
        return Standing("L3", demo=False, findings=(*findings, _NO_BUNDLE), verdict=found)
    level = "L3" if found.serve is Serve.STATIC else found.level.name
    demo = found.banner and level != "L3"
    return Standing(level, demo, findings, themes_off=found.themes_off, verdict=found)
