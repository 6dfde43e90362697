"""Cases x the bot as it is served -> observations, and the settings they were made with. Judges nothing."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from bot.answer import to_json
from bot.assembly import Assembly
from bot.certificate import describe, gaps
from bot.manifest import Fingerprinter
from bot.rewrite import continued
from bot.turn import NO_CONVERSATION, Turn
from corpus.progress import Progress
from corpus.settings import ROOT, Settings
from ethics.canonical import canonical
from ethics.words import trouble
from eval.branch_bench import Case as BranchCase
from eval.branch_bench import Verdict, judge
from eval.case import Case
from eval.errors import RunFolderError
from eval.observation import Observation, Observations

OBSERVATIONS, SETTINGS, CASES = "observations.jsonl", "run.json", "cases.jsonl"
CHANGED = "changed.json"
"""What was measured is no more what it was at the start: written at the end, with what it became."""


PARTS: dict[str, tuple[str, ...]] = {
    "prompts": ("bot/prompts",),
    "guard": ("bot/checks", "bot/verify.py", "bot/cite.py", "bot/complete.py"),
    "refusal": ("bot/refusal.toml", "bot/route.toml", "bot/danger.toml"),
    "replies": ("bot/replies.toml",),
    "lexicon": ("corpus/lexicon",),
    "ranking": ("corpus/ranking_weights.toml",),
    "contacts": ("corpus/contacts.toml", "corpus/authorities.toml"),
    "policy": ("ethics/policy.toml",),
}
"""Files whose change is told in words between two reports (report/words.toml, [part])."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does.

    Attributes:
        suite: its name.
        cases: in the order they are asked.
        trials: how often each is asked, at least 1.
        day: civil day the answers are for, where a case does not say.
        reworded: a model words the answers, where one is configured.
        workers: questions asked at once.
    """

    suite: str
    cases: Sequence[Case]
    trials: int
    day: date
    reworded: bool = False
    workers: int = 2


def run(plan: Plan, assembly: Assembly, settings: Settings, folder: Path, progress: Progress) -> int:
    """Ask every case that `folder` holds no observation of yet, and return how many were asked.

    Args:
        plan: what to ask.
        assembly: the bot, as served.
        settings: it was assembled with.
        folder: of the run; made when absent, resumed when a killed run left it.
        progress: told of each answer.

    Raises:
        RunFolderError: the folder holds another run, or cannot be written.
        ManifestError: what is measured cannot be described.
    """
    prints = Fingerprinter(settings, generation=assembly.opened.folder)
    release = prints.manifest()
    described = _described(plan, assembly, settings) | {"release": release.fingerprint}
    _write_once(folder / SETTINGS, orjson.dumps(described, option=orjson.OPT_INDENT_2))
    _write_once(folder / CASES, b"".join(orjson.dumps(_kept(case)) + b"\n" for case in plan.cases))
    with Observations(folder / OBSERVATIONS) as seen:
        done = seen.done()
        wanted = [(case, n) for n in range(plan.trials) for case in plan.cases if (case.id, n) not in done]
        progress.start("eval", len(wanted))
        with ThreadPoolExecutor(plan.workers) as pool:
            waiting = [pool.submit(observe, case, trial, assembly, plan) for case, trial in wanted]
            try:
                for ended in as_completed(waiting):
                    seen.append(ended.result())
                    progress.advance()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    if (now := prints.manifest()) != release:
        said = {"release": now.fingerprint, "parts": list(now.differences(release))}
        _write(folder / CHANGED, canonical(said) + b"\n")
    return len(wanted)


def observe(case: Case, trial: int, assembly: Assembly, plan: Plan) -> Observation:
    """Ask one case, with the messages before it, and write down what was seen."""
    day, conversation = case.as_of or plan.day, NO_CONVERSATION
    for text in case.before:
        conversation = continued(assembly.responder.respond(text, day, conversation=conversation))
    turn = assembly.responder.respond(case.q, day, case.id, conversation, wanted=plan.reworded)
    answer = to_json(turn, assembly.reply.contact(turn))
    seen = Observation(
        case=case.id,
        trial=trial,
        answer=answer,
        query=turn.query,
        ranked=tuple(hit.id for hit in turn.found.documents) if turn.found is not None else (),
        branch=_branch_verdict(case, turn),
        certificate=_gaps(turn),
        steps=turn.timings,
        draft=tuple(draft.text for draft in turn.draft),
        rejected=turn.rejected,
        not_verbatim=_not_verbatim(turn, assembly),
        titles=_titles(case, turn, assembly),
    )
    return seen if case.shown else _without_words(seen)


def _without_words(seen: Observation) -> Observation:
    """The observation of a case that may not be shown: nothing that may repeat what was asked is kept."""
    notices = [notice | {"text": ""} for notice in seen.answer["notices"]]
    unproved = tuple(("", reason) for _, reason in seen.rejected)
    return replace(seen, query="", draft=(), rejected=unproved, answer={**seen.answer, "notices": notices})


def _titles(case: Case, turn: Turn, assembly: Assembly) -> dict[str, str]:
    """Titles of the documents found and of those expected: an id tells nothing to who reads the report."""
    store = assembly.opened.store
    found = {hit.id: hit.title for hit in turn.found.documents} if turn.found is not None else {}
    wanted = [name for name in case.documents if name not in found]
    cards = {name: store.document(key) for name in wanted for key in store.keys_of(name)[:1]}
    return found | {name: card.title for name, card in cards.items() if card is not None}


def _branch_verdict(case: Case, turn: Turn) -> str:
    if not (case.branch or case.options) or turn.card is None or turn.card.id not in case.documents:
        return ""
    kind = "implied" if case.branch else "open"
    asked = BranchCase(case.id, case.q, turn.card.id, "", kind, case.branch, case.options, case.half)
    return judge(asked, turn) if turn.sentences or turn.question else Verdict.NO_ANSWER


def _not_verbatim(turn: Turn, assembly: Assembly) -> int:
    """Count quotes that the index does not hold: looked up again here, whatever the guard of the bot said."""
    cited = [citation for sentence in turn.sentences for citation in sentence.citations]
    stored = {
        passage.ref: _folded(passage.text) for passage in assembly.opened.store.passages(c.passage for c in cited)
    }
    return sum(not c.quote.strip() or _folded(c.quote) not in stored.get(c.passage, "") for c in cited)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _gaps(turn: Turn) -> tuple[str, ...]:
    if turn.certificate is None or turn.graph is None:
        return ()
    return tuple(describe(gap) for gap in gaps(turn.graph, turn.certificate))


def _kept(case: Case) -> dict[str, Any]:
    """A case as it is kept beside its observations: one that may not be shown leaves its id and what is expected."""
    values = asdict(case)
    return values if case.shown else values | {"q": "", "before": ()}


def cases_digest(cases: Iterable[Case]) -> str:
    """Return the SHA-256, in hex, of what is asked and expected, whatever the order of the cases."""
    lines = sorted(orjson.dumps(asdict(case), option=orjson.OPT_SORT_KEYS) for case in cases)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _described(plan: Plan, assembly: Assembly, settings: Settings) -> dict[str, Any]:
    return {
        "suite": plan.suite,
        "cases": len(plan.cases),
        "cases_digest": cases_digest(plan.cases),
        "trials": plan.trials,
        "day": plan.day.isoformat(),
        "reworded": plan.reworded,
        "model": assembly.model,
        "scope": settings.scope,
        "index": {"generation": assembly.opened.manifest.generation, "root": assembly.opened.manifest.root},
        "weights": assembly.opened.manifest.weights,
        "parts": {name: _digest_of(*paths) for name, paths in PARTS.items()},
        "git": git_state(),
        "python": platform.python_version(),
    }


def _digest_of(*places: str, root: Path = ROOT) -> str:
    """Return the SHA-256, in hex, of files and of the files of folders; of nothing where there is none."""
    found = hashlib.sha256()
    for place in places:
        path = root / place
        files = sorted(one for one in path.rglob("*") if "__pycache__" not in one.parts) if path.is_dir() else [path]
        for one in files:
            if one.is_file():
                found.update(one.relative_to(root).as_posix().encode() + b"\0" + one.read_bytes())
    return found.hexdigest()


def git_state(root: Path = ROOT) -> dict[str, Any]:
    """Return the commit and whether anything differs from it; None where git does not tell."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603, S607
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.strip()

    changed = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changed is None else bool(changed)}


def new_folder(settings: Settings, suite: str) -> Path:
    """Return the folder of a run that starts now."""
    return settings.data / "eval" / f"{suite}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _write_once(path: Path, content: bytes) -> None:
    """Write what a run is made of, or check that a resumed run is the same."""
    if not path.exists():
        _write(path, content)
    elif path.read_bytes() != content:
        raise RunFolderError(
            f"Le dossier {path.parent.name} contient une autre mesure : le code, l’index, les cas ou les "
            "réglages ont changé. Donnez un autre dossier avec --out."
        )


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise RunFolderError(f"{path.name} ne s’écrit pas : {trouble(error)}. Vérifiez la place libre.") from error
