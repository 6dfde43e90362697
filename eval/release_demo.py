"""From an evaluation to a service in scope `demo`, then a stop, a recall, a withdrawal and a tampered log.

`make release-demo`, or `python -m eval.release_demo`: throw-away keys and synthetic auditors, marked so in every file,
in a folder of its own that is thrown away. Each line after `$` is a command that anybody may run. Transcript:
release_demo.toml.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.assembly import assemble
from bot.errors import BotError
from bot.manifest import manifest_bytes
from bot.release import FOLDER, open_release
from corpus.errors import CorpusError
from corpus.generation import current_generation
from corpus.progress import Silent
from corpus.settings import ROOT, Settings, load_settings
from corpus.store import STORE_FILE
from ethics.errors import EthicsError
from ethics.evidence import evidence_statement, judged
from ethics.interval import upper_bound
from ethics.keys import public_of, read_key_file
from ethics.manifest import Manifest
from ethics.policy import load_policy
from eval.demonstration import SCOPE, Demo, copied
from eval.errors import EvalError
from eval.run import Plan, run
from eval.run_folder import read_run
from eval.suites import read_suite
from eval.verdict import measures_of

MEMBERS = {"a": "citoyens", "b": "experts", "c": "agents", "d": "citoyens", "e": "experts"}
SIGNERS = ("a", "b", "c")
OTHERS = ("decision", "astreinte", "temoin", "journal", "corpus", "evaluation")
_WAIT_S = 300


def play(settings: Settings, tell: Callable[[str], None], measured: Path | None = None) -> None:
    """Play it all; raises when anything is not as it should be.

    Args:
        settings: of what is installed here.
        tell: prints one line.
        measured: folder of a measure already made, or begun, by this same program; None makes one.

    Raises:
        EvalError: a step did not do what it must.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cite-demo-") as name:
        folder = Path(name).resolve()
        demo = Demo(folder, copied(settings, folder / "data"), tell)
        tell(demo.words["title"])
        tell(demo.words["warning"])
        manifest = _kept(demo)
        if measured is not None:
            shutil.copytree(measured, folder / "mesure")
        spent = _measured(demo, manifest)
        _seated(demo)
        _approved(demo, manifest)
        with _serving(demo) as client:
            shown = _asked(demo, client, manifest)
            _swapped(demo, client, shown)
            _stopped(demo, client)
            _recalled(demo, client, shown)
            _withdrawn(demo, client)
        _tampered(demo)
        tell(f"\n{demo.words['step']['end']}")
        demo.say("times", seconds=time.monotonic() - started, evaluation=spent)


def _kept(demo: Demo) -> Manifest:
    """Write all that is served as one archive, put it down beside the service, and return its manifest."""
    demo.step("fingerprint")
    demo.command("bot", "release", demo.folder / "version.tar")
    release = demo.settings.data / FOLDER / "version-1"
    demo.govern("import", demo.folder / "version.tar", release)
    manifest = open_release(release).bundle.manifest
    (demo.folder / "version.json").write_bytes(manifest_bytes(manifest))
    return manifest


def _measured(demo: Demo, manifest: Manifest) -> float:
    demo.step("evaluation")
    started = time.monotonic()
    cases = [case for case in read_suite("default") if case.half == "report" and case.documents and not case.before]
    assembly = assemble(demo.settings)
    try:
        plan = Plan("demo", cases, 1, datetime.now(UTC).astimezone().date())
        run(plan, assembly, demo.settings, demo.folder / "mesure", Silent())
    finally:
        assembly.opened.store.close()
    _evidence(demo, manifest)
    return time.monotonic() - started


def _evidence(demo: Demo, manifest: Manifest) -> None:
    """Sign what was measured, marked as synthetic, with a key that is thrown away."""
    found, policy = read_run(demo.folder / "mesure"), load_policy()
    if found.fingerprint != manifest.fingerprint:
        raise EvalError("La mesure n’est pas celle de la version qui va être signée.")
    measures = measures_of(found.judged)
    asked = [threshold for threshold in policy.thresholds if SCOPE in threshold.scopes]
    for threshold in asked:
        seen = measures[threshold.measure]
        bound = f"{100 * upper_bound(seen.counted, seen.trials, threshold.confidence):.2f}".replace(".", ",")
        limit = f"{100 * threshold.limit:.0f}"
        values = {"counted": seen.counted, "trials": seen.trials, "bound": bound, "limit": limit}
        demo.say("measured", asked=len(found.judged), **values)
    public = [threshold for threshold in policy.thresholds if "public" in threshold.scopes]
    demo.say("not_enough", count=sum(map(bool, judged(public, measures).values())), all=len(public))
    statement = evidence_statement(found.fingerprint, measures, asked, found.digests(), synthetic=True)
    demo.govern("key", demo.key("evaluation"))
    envelope = statement.envelope().signed(read_key_file(demo.key("evaluation")))
    (demo.folder / "mesure.json").write_bytes(envelope.to_bytes())


def _seated(demo: Demo) -> None:
    demo.step("committee")
    for name in (*MEMBERS, *(other for other in OTHERS if other != "evaluation")):
        demo.quietly("key", demo.key(name))

    def someone(name: str, title: str, college: str = "") -> str:
        key = public_of(read_key_file(demo.key(name)))
        return f'{{id = "{name}", name = "{title}", key = "{key}", college = "{college}"}}'

    members = ",\n".join(someone(name, f"Membre fictif {name.upper()}", college) for name, college in MEMBERS.items())
    keys = {name: public_of(read_key_file(demo.key(name))) for name in ("journal", "corpus", "evaluation")}
    (demo.folder / "membres.toml").write_text(
        "synthetic = true\nquorum = 3\n"
        f"colleges = {json.dumps(sorted(set(MEMBERS.values())))}\nmembers = [\n{members}\n]\n"
        f"executive = {someone('decision', 'Décision fictive')}\n"
        f"responders = [{someone('astreinte', 'Astreinte fictive')}]\n"
        f"witnesses = [{someone('temoin', 'Témoin fictif')}]\n"
        'origin = "demonstration.invalid/journal"\n'
        f'log_key = "{keys["journal"]}"\ncorpus_key = "{keys["corpus"]}"\nevaluation_key = "{keys["evaluation"]}"\n',
        encoding="utf-8",
    )
    demo.govern("seat", demo.folder / "membres.toml", "--out", demo.folder / "membres.json")
    for name in SIGNERS:
        demo.govern("sign", demo.folder / "membres.json", "--key", demo.key(name))
    demo.govern("seat", demo.folder / "membres.json")


def _approved(demo: Demo, manifest: Manifest) -> None:
    demo.step("proposal")
    digest = demo.govern("evidence", demo.folder / "mesure.json").split()[-1]
    demo.govern("propose", "--manifest", demo.folder / "version.json", "--scope", SCOPE, "--evidence", digest)
    demo.govern("status", "--manifest", demo.folder / "version.json", "--loopback")
    demo.step("opinions")
    for name in SIGNERS[:2]:
        _opined(demo, name, manifest)
    demo.step("too_early")
    act = demo.folder / "acte-fictif.txt"
    act.write_text(demo.words["words"]["act"], encoding="utf-8")
    demo.govern("decide", "--key", demo.key("decision"), "--act", act, fails=True)
    _opined(demo, SIGNERS[2], manifest)
    demo.step("decision")
    demo.govern("decide", "--key", demo.key("decision"), "--act", act)
    demo.govern("status", "--manifest", demo.folder / "version.json", "--loopback")


def _opined(demo: Demo, name: str, manifest: Manifest) -> None:
    """Read answers of the run as a synthetic auditor does: right ones found right, planted ones found wrong."""
    read = [one.case.id for one in read_run(demo.folder / "mesure").judged[:20]]
    planted = [f"fausse-{number}" for number in range(1, 6)]
    labels = dict.fromkeys(read, "correct") | dict.fromkeys(planted, "fausse")
    said = {
        "synthetic": True,
        "member": name,
        "release": manifest.fingerprint,
        "labels": labels,
        "planted": planted,
    }
    path = demo.folder / f"relecture-fictive-{name}.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    words = ("--view", "favorable", "--reason", demo.words["words"]["opinion"], "--audit", path)
    demo.govern("sign", "--key", demo.key(name), *words)


@contextmanager
def _serving(demo: Demo) -> Iterator[httpx.Client]:
    """Serve the pages in a process of their own, as `make serve` does."""
    demo.step("served")
    demo.tell("   $ python -m ui")
    log = (demo.folder / "service.log").open("wb+")
    process = subprocess.Popen([sys.executable, "-m", "ui", "--port", "0"], cwd=ROOT, env=demo.environment, stderr=log)
    try:
        end = time.monotonic() + _WAIT_S
        while not (found := re.search(rb"http://\S+", (demo.folder / "service.log").read_bytes())):
            if process.poll() is not None or time.monotonic() > end:
                told = (demo.folder / "service.log").read_text(encoding="utf-8", errors="replace").strip()
                raise EvalError(f"Le service n’a pas démarré. {told.rpartition(chr(10))[2]}")
            time.sleep(0.2)
        with httpx.Client(base_url=found[0].decode(), timeout=_WAIT_S) as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _level(demo: Demo, client: httpx.Client, wanted: str) -> None:
    """Wait until the service stands at a level, and say how long it took."""
    started = time.monotonic()
    while (found := client.get("/api/v1/release").json())["level"] != wanted:
        if time.monotonic() - started > _WAIT_S:
            raise EvalError(f"Le service reste au niveau {found['level']} au lieu de {wanted}.")
        time.sleep(0.2)
    if (seconds := time.monotonic() - started) >= 1:
        demo.say("after", seconds=seconds)
    said, release = demo.words["said"], f"{found['release'][:12]}…"
    what = "" if wanted == "L3" else said["version"].format(release=release) if found["release"] else said["nobody"]
    demo.say("level", level=found["level"], demo=said["demo"] if found["demo"] else "", what=what)


def _answer(demo: Demo, client: httpx.Client) -> httpx.Response:
    """Ask the one question, and wait when too many were asked in a minute."""
    while True:
        found = client.post("/api/v1/ask", json={"q": demo.words["words"]["question"]})
        if found.status_code != httpx.codes.TOO_MANY_REQUESTS:
            return found
        time.sleep(float(found.headers.get("retry-after", "1")))


def _asked(demo: Demo, client: httpx.Client, manifest: Manifest) -> dict[str, Any]:
    _level(demo, client, "L0")
    demo.step("answer")
    answer: dict[str, Any] = _answer(demo, client).json()
    for sentence in answer["sentences"][:2]:
        demo.say("quoted", text=sentence["text"], source=sentence["citations"][0]["title"])
    receipt = client.get(f"/api/v1/receipts/{answer['receipt']}").json()
    demo.say("receipt", receipt=answer["receipt"], release=receipt["release"][:12])
    if receipt["release"] != manifest.fingerprint:
        raise EvalError("Le reçu ne nomme pas la version approuvée.")
    (demo.folder / "recu.json").write_text(json.dumps(receipt), encoding="utf-8")
    release = demo.settings.data / FOLDER / "version-1"
    demo.step("replay")
    question = demo.words["words"]["question"]
    demo.command("bot", "replay", demo.folder / "recu.json", "--question", question, "--bundle", release)
    demo.step("watch")
    checked = ("--bundle", release, "--records", demo.settings.records, "--scope", SCOPE)
    demo.command("bot", "watch", str(client.base_url), *checked, "--probes", "5", "--seed", "demonstration")
    return answer


def _swapped(demo: Demo, client: httpx.Client, shown: dict[str, Any]) -> None:
    demo.step("swap")
    store = current_generation(demo.settings.index) / STORE_FILE
    cited, dates = shown["sentences"][0]["citations"][0], store.stat()
    amounts = re.findall(r"\d+(?:,\d+)?", cited["quote"])
    if not amounts:
        raise EvalError("La phrase citée n’a pas de montant à changer.")
    before, after = amounts[-1], "9" * len(amounts[-1])
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        (body,) = connection.execute("SELECT body FROM passages WHERE ref = ?", [cited["passage"]]).fetchone()
        changed = body.replace(before.encode(), after.encode())
        connection.execute("UPDATE passages SET body = ? WHERE ref = ?", [changed, cited["passage"]])
    os.utime(store, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    demo.say("swapped", before=before, after=after, name=STORE_FILE)
    demo.step("swapped")
    started = time.monotonic()
    while time.monotonic() - started < _WAIT_S:
        found = _answer(demo, client).json()
        if any(after in sentence["text"] for sentence in found.get("sentences", ())):
            raise EvalError("Le montant changé a été servi.")
        level = client.get("/api/v1/release").json()
        if level["level"] == "L0" and (level["manifest"] or {}) and _restarted(demo):
            break
        time.sleep(2)
    demo.say("after", seconds=time.monotonic() - started)
    _level(demo, client, "L0")
    demo.say(
        "quoted",
        text=_answer(demo, client).json()["sentences"][0]["text"],
        source=shown["sentences"][0]["citations"][0]["title"],
    )


def _restarted(demo: Demo) -> bool:
    return (demo.folder / "service.log").read_bytes().count(b"http://") > 1


def _stopped(demo: Demo, client: httpx.Client) -> None:
    words = demo.words["words"]
    demo.step("suspend")
    demo.govern("suspend", "--key", demo.key("astreinte"), "--level", "L3", "--why", words["stop"], "--drill")
    _level(demo, client, "L3")
    demo.say("closed", status=_answer(demo, client).status_code)
    demo.step("resume_alone")
    demo.govern("resume", "--why", words["back"], "--out", demo.folder / "reprise.json")
    demo.govern("sign", demo.folder / "reprise.json", "--key", demo.key("a"))
    demo.govern("resume", demo.folder / "reprise.json", fails=True)
    demo.step("resume")
    for name in SIGNERS[1:]:
        demo.govern("sign", demo.folder / "reprise.json", "--key", demo.key(name))
    demo.govern("resume", demo.folder / "reprise.json")
    _level(demo, client, "L0")


def _recalled(demo: Demo, client: httpx.Client, shown: dict[str, Any]) -> None:
    demo.step("recall")
    cited = shown["sentences"][0]["citations"][0]
    demo.command("bot", "recall", cited["passage"])
    why = demo.words["words"]["wrong"]
    demo.command("ui", "recall", cited["passage"], "--why", why, "--before", cited["quote"])
    if why not in client.get(f"/recu/{shown['receipt']}").text:
        raise EvalError("La page du reçu ne dit pas que la réponse est rappelée.")
    demo.say("recalled", receipt=shown["receipt"], why=why)


def _withdrawn(demo: Demo, client: httpx.Client) -> None:
    demo.step("revoke")
    demo.govern("decide", "--revoke", "--why", demo.words["words"]["withdrawn"], "--key", demo.key("astreinte"))
    _level(demo, client, "L2")


def _tampered(demo: Demo) -> None:
    demo.step("verify")
    demo.quietly("log", "--key", demo.key("journal"))
    demo.govern("verify")
    demo.step("tamper")
    copy = demo.folder / "copie" / "records"
    shutil.copytree(demo.settings.records, copy, ignore=shutil.ignore_patterns("*.sqlite*"))
    log = copy / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"opinion"' in line)
    lines[at] = lines[at].replace(b'"opinion"', b'"opinioN"', 1)
    log.write_bytes(b"".join(lines))
    demo.settings = demo.settings.model_copy(update={"data": copy.parent})
    demo.govern("verify", fails=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the demonstration; return 0 when each step did what it must."""
    parser = ArgumentParser(prog="python -m eval.release_demo", description=__doc__)
    parser.add_argument("--measure", type=Path, help="dossier d’une mesure déjà faite par ce même programme")
    args = parser.parse_args(arguments)

    def tell(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    try:
        play(load_settings(), tell, args.measure)
    except (EvalError, EthicsError, CorpusError, BotError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
