"""Whether what is in memory may be served: the gate asked at start and again at each interval of the policy.

Whatever goes wrong, and whenever the last answer of the gate is too old, nothing is served but the static page. When
what is here is not what was approved and the approved release is kept on the disk, another process takes its place:
the program of that release, on its own data. A process that started on other files never patches itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.release import Release
from ethics.errors import PolicyError
from ethics.gate import Place, Serve, Verdict, verdict
from ethics.levels import Level
from ethics.log import Log
from ethics.manifest import PARTS, Manifest
from ethics.policy import POLICY_FILE, Policy, load_policy
from ethics.records import LOG
from ui.service import Standing

_LOG = logging.getLogger("cite.ui")
_OLDEST = 3
"""Intervals after which an answer of the gate counts for nothing."""
_CHORES_EVERY = 3600.0
_LOOK_S = 1.0
_FIRST_INTERVAL = 30.0

_NO_BUNDLE = "La version approuvée est gardée à part ; ce programme ne peut pas lui laisser la place."
_COMING = "La version approuvée prend la place de celle-ci : quelques secondes."
_SILENT = "Le contrôle de l’approbation ne répond plus."
_UNKNOWN = "Ce qui est servi, ou les règles, ne peuvent pas être lus entièrement : rien n’est tenu pour approuvé."
_DISTRUSTED = "Une réponse citait un passage qui n’est pas approuvé : elle n’a pas été montrée, le contrôle est refait."


def unknown_manifest() -> Manifest:
    """Return the manifest of a state that nobody fingerprinted: it is never the approved one."""
    zeros = "0" * 64
    parts: dict[str, object] = dict.fromkeys(PARTS, zeros)
    parts["code"] = {"commit": "0" * 40, "clean": False, "constraints": zeros, "files": zeros}
    parts["model"] = {"identity": "none", "name": "", "weights": "", "settings": zeros}
    return Manifest(parts)


@dataclass(frozen=True, slots=True)
class Successor:
    """What may take the place of this process.

    Attributes:
        fresh: the manifest that this same program would have if it started again now.
        releases: the releases kept on the disk.
        check: reads every file of one again; raises when it is not what it says.
        hand_over: leaves the place to a release, or to this same program started again (None).
    """

    fresh: Callable[[], Manifest]
    releases: Callable[[], Iterable[Release]]
    check: Callable[[Release], None]
    hand_over: Callable[[Release | None], None]


class Watch:
    """Asks the gate, and remembers what it said.

    Args:
        folder: of the signed records.
        place: who is served, and from where.
        policy: file of the rules.
        live: the manifest of what is in memory.
        chore: done about once an hour (what is too old is deleted).
        errors: done at each interval (the theme of a severe error is closed).
        now: the clock of the records; `ticks`: seconds that never go back.
        successor: what may be served in the place of this process; None leaves the static page.

    Attributes:
        live: what was in memory at the last check; None when it could not be computed.
    """

    def __init__(  # noqa: PLR0913, PLR0917  one argument a thing that a test replaces
        self,
        folder: Path,
        place: Place,
        policy: Path = POLICY_FILE,
        live: Callable[[], Manifest] = unknown_manifest,
        chore: Callable[[], object] = lambda: None,
        errors: Callable[[], object] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = time.monotonic,
        successor: Successor | None = None,
    ) -> None:
        self._folder, self._place, self._policy = folder, place, policy
        self._live, self._chore, self._errors, self._now, self._ticks = live, chore, errors, now, ticks
        self._successor = successor
        self._log = Log()
        self._said = Standing("L3", demo=False, findings=(_SILENT,))
        self.live: Manifest | None = None
        self._seen = (0, 0)
        self._at, self._interval, self._chored = float("-inf"), _FIRST_INTERVAL, float("-inf")

    def __call__(self) -> Standing:
        """Return what may be served now."""
        if self._ticks() - self._at > _OLDEST * self._interval:
            return Standing("L3", demo=False, findings=(_SILENT,))
        return self._said

    @property
    def release(self) -> str:
        """Fingerprint of what answers, for the receipts; empty when nobody approved it."""
        return self().release

    def distrust(self) -> None:
        """Close until the gate is asked again, at its next interval."""
        self._said = Standing("L3", demo=False, findings=(_DISTRUSTED,))

    def check(self) -> None:
        """Ask the gate; never raises."""
        self._seen = self._records_stamp()
        try:
            self.live = self._described()
            policy = self._rules()
            said = self._asked(policy, self.live)
            said = replace(said, agents=self._for_agents(policy, said))
        except Exception as error:  # noqa: BLE001  whatever broke, nothing is approved
            _LOG.error("The gate failed with %s.", type(error).__name__)
            said = Standing("L3", demo=False, findings=(_SILENT,))
        if said.level != self._said.level:
            _LOG.warning("Served from now on: %s.", said.level)
        self._said, self._at = said, self._ticks()

    def _described(self) -> Manifest | None:
        try:
            return self._live()
        except Exception as error:  # noqa: BLE001  what cannot be described is not what was approved
            _LOG.error("What is served cannot be described: %s", error)
            return None

    def _rules(self) -> Policy | None:
        try:
            return load_policy(self._policy)
        except PolicyError:
            return None

    def _asked(self, policy: Policy | None, live: Manifest | None) -> Standing:
        if policy is None or live is None:
            # Neither approves anything; a release that is whole, and its own rules, may.
            instead = self._replaced(policy, live or unknown_manifest())
            return instead or Standing("L3", demo=False, findings=(_UNKNOWN,))
        found = self._verdict(policy, live, self._place)
        approved = found.serve is Serve.LIVE and found.approval is not None
        instead = None if approved else self._replaced(policy, live)
        return instead or standing_of(found, live)

    def _for_agents(self, policy: Policy | None, said: Standing) -> bool:
        """Tell whether what is served was approved in scope `agents`: an approval holds for its own scope only."""
        if not said.release or self.live is None:
            return False
        if self._place.scope == "agents":
            return True
        if policy is None:
            return False
        place = replace(self._place, scope="agents")
        found = verdict(policy, self._folder, self.live, place, self._now(), self._log)
        return found.serve is Serve.LIVE and found.approval is not None and found.level is not Level.L3

    def _verdict(self, policy: Policy, live: Manifest, place: Place) -> Verdict:
        found = verdict(policy, self._folder, live, place, self._now(), self._log)
        self._log, self._interval = found.log, float(found.again_s or _FIRST_INTERVAL)
        return found

    def _replaced(self, policy: Policy | None, live: Manifest) -> Standing | None:
        """Look for an approved state that is not what is live here; None when there is none."""
        if self._successor is None:
            return None
        fresh = self._fresh()
        if policy is not None and fresh is not None and fresh != live:
            found = self._verdict(policy, fresh, self._place)
            if found.serve is Serve.LIVE and found.approval is not None:
                self._successor.hand_over(None)
                return _coming(found)
        for release in self._successor.releases():
            place = replace(self._place, bundle=release.bundle)
            found = self._verdict(policy or release.bundle.policy, live, place)
            if found.serve is not Serve.BUNDLE:
                continue
            if release.is_running() and release.serves_as(live):
                worded = live.differences(release.bundle.manifest)
                return _standing(found, max(found.level, Level.L2) if worded else found.level, live)
            try:
                self._successor.check(release)
            except Exception as error:  # noqa: BLE001  a damaged release is not one: the next may be whole
                _LOG.error("The release in %s cannot be served: %s", release.folder.name, error)
                continue
            self._successor.hand_over(release)
            return _coming(found)
        return None

    def _fresh(self) -> Manifest | None:
        try:
            return self._successor.fresh() if self._successor else None
        except Exception:  # noqa: BLE001  a program that could not start again is no successor
            return None

    def follow(self) -> threading.Event:
        """Ask again at each interval, in the background, until the event returned is set."""
        stopped = threading.Event()
        threading.Thread(target=self._follow, args=(stopped,), name="gate", daemon=True).start()
        return stopped

    def _follow(self, stopped: threading.Event) -> None:
        while not stopped.wait(min(_LOOK_S, self._interval)):
            # A line more in the log, as a stop is, need not wait for the interval; what hides its date waits for it.
            if self._records_stamp() == self._seen and self._ticks() - self._at < self._interval:
                continue
            self.check()
            self._done(self._errors, "The theme of a severe error could not be closed")
            if self._ticks() - self._chored > _CHORES_EVERY:
                self._chored = self._ticks()
                self._done(self._chore, "What is too old could not be deleted")

    @staticmethod
    def _done(work: Callable[[], object], failed: str) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  it will be tried again
            _LOG.error("%s (%s).", failed, type(error).__name__)

    def _records_stamp(self) -> tuple[int, int]:
        try:
            found = (self._folder / LOG).stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)


def standing_of(found: Verdict, live: Manifest | None = None) -> Standing:
    """Return what a verdict lets this process serve: the state that is in its memory, or nothing."""
    if found.serve is Serve.BUNDLE:
        findings = tuple(finding.text for finding in found.findings)
        return Standing("L3", demo=False, findings=(*findings, _NO_BUNDLE), verdict=found)
    return _standing(found, Level.L3 if found.serve is Serve.STATIC else found.level, live)


def _standing(found: Verdict, level: Level, live: Manifest | None) -> Standing:
    findings = tuple(finding.text for finding in found.findings)
    # In scope `demo` the banner stays whatever was signed: its committee is not one.
    demo = found.banner and level is not Level.L3
    approved = found.approval is not None and level is not Level.L3
    release = live.fingerprint if live is not None and approved else ""
    return Standing(level.name, demo, findings, themes_off=found.themes_off, verdict=found, release=release)


def _coming(found: Verdict) -> Standing:
    findings = tuple(finding.text for finding in found.findings)
    return Standing("L3", demo=False, findings=(*findings, _COMING), verdict=found)
