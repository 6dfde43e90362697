"""The whole way on the command line: from keys to a service approved, stopped, resumed, witnessed and verified."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ethics.__main__ import main, parser
from ethics.envelope import read_envelope
from ethics.evidence import evidence_statement
from ethics.keys import public_of, read_key_file
from ethics.words import all_words
from tests.ethics.city import MEASURES, MEMBERS, POLICY, SIGNERS, a_manifest, an_audit
from tests.house.tree import ROOT

PEOPLE = (*MEMBERS, "executive", "oncall", "mediateur", "log", "corpus", "evaluation", "stranger")


@dataclass
class Town:
    folder: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str | Path, fails: bool = False) -> str:
        code = main(["--records", str(self.folder / "records"), *map(str, words)])
        said = self.capsys.readouterr()
        assert code == int(fails), said.err
        assert bool(said.err) == fails
        assert "Traceback" not in said.err
        return said.err if fails else said.out

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def public(self, name: str) -> str:
        return public_of(read_key_file(self.key(name)))

    @property
    def manifest(self) -> Path:
        path = self.folder / "live.json"
        path.write_text(json.dumps(dict(a_manifest().parts)))
        return path

    @property
    def live(self) -> list[str | Path]:
        return ["--manifest", self.manifest, "--scope", "public", "--pin", self.folder / "pin"]

    def someone(self, name: str, college: str = "") -> str:
        return f'{{id = "{name}", name = "{name} M.", key = "{self.public(name)}", college = "{college}"}}'

    def roster(self) -> Path:
        path = self.folder / "membres.toml"
        members = ",\n".join(self.someone(name, college) for name, college in MEMBERS.items())
        path.write_text(
            "quorum = 3\n"
            'colleges = ["citoyens", "experts", "agents"]\n'
            f"members = [\n{members}\n]\n"
            f"executive = {self.someone('executive')}\n"
            f"responders = [{self.someone('oncall')}]\n"
            f"witnesses = [{self.someone('mediateur')}]\n"
            'origin = "cite.example/journal"\n'
            f'log_key = "{self.public("log")}"\n'
            f'corpus_key = "{self.public("corpus")}"\n'
            f'evaluation_key = "{self.public("evaluation")}"\n'
            "synthetic = false\n",
            encoding="utf-8",
        )
        return path

    def seat(self) -> str:
        waiting = self.folder / "waiting.json"
        self.run("seat", self.roster(), "--out", waiting)
        for name in SIGNERS:
            self.run("sign", waiting, "--key", self.key(name))
        said = self.run("seat", waiting)
        (self.folder / "pin").write_text(said.split()[-1])
        return said

    def evaluate(self) -> str:
        statement = evidence_statement(a_manifest().fingerprint, MEASURES, POLICY.thresholds, {})
        path = self.folder / "evidence.json"
        path.write_bytes(statement.envelope().signed(read_key_file(self.key("evaluation"))).to_bytes())
        return self.run("evidence", path).split()[-1]

    def opine(self, name: str) -> str:
        audit = self.folder / f"{name}-audit.json"
        audit.write_bytes(an_audit(name, a_manifest().fingerprint))
        words: list[str | Path] = [
            "--view",
            "favorable",
            "--reason",
            "Réponses justes.",
            "--audit",
            audit,
            "--scope",
            "public",
        ]
        return self.run("sign", "--key", self.key(name), *words)

    def act(self) -> Path:
        path = self.folder / "arrete.pdf"
        path.write_bytes(b"%PDF arrete")
        return path

    def witness(self) -> str:
        self.run("log", "--key", self.key("log"))
        where: list[str | Path] = ["--state", self.folder / "state.txt", "--out", self.folder / "records" / "witness"]
        return self.run("witness", "--key", self.key("mediateur"), "--name", "mediateur", *where)

    def approve(self) -> None:
        self.run("propose", "--manifest", self.manifest, "--scope", "public", "--evidence", self.evaluate())
        for name in SIGNERS:
            self.opine(name)
        self.run("decide", "--key", self.key("executive"), "--act", self.act(), "--scope", "public")
        self.witness()

    def level(self) -> str:
        found: str = json.loads(self.run("status", *self.live, "--json"))["level"]
        return found


@pytest.fixture
def town(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Town:
    found = Town(tmp_path, capsys)
    for name in PEOPLE:
        found.run("key", found.key(name))
    return found


def test_from_keys_to_an_approved_service(town: Town) -> None:
    assert "n° 1 enregistré" in town.seat()
    assert "aucune version" in town.run("status", *town.live).lower()
    town.approve()

    assert town.level() == "L0"
    assert "Échéance de l’approbation" in town.run("status", *town.live)
    assert "Registres vérifiés" in town.run("verify")
    assert a_manifest().fingerprint in town.run("fingerprint", "--manifest", town.manifest)
    assert len(town.run("log").splitlines()) == 1 + 2 + 3 * 2 + 2
    page = json.loads(town.run("register", *town.live, "--format", "page"))
    assert page["fingerprint"] == a_manifest().fingerprint
    assert "Finalité" in json.loads(town.run("register", *town.live))


def test_one_stops_and_a_quorum_resumes(town: Town) -> None:
    town.seat()
    town.approve()
    said = town.run("suspend", "--key", town.key("oncall"), "--why", "Erreur grave.", "--level", "L3")
    stopped, waiting = town.level(), town.folder / "reprise.json"
    town.run("resume", "--why", "Corrigé.", "--out", waiting)
    town.run("sign", waiting, "--key", town.key("alice"))
    assert "1 signature" in town.run("resume", waiting, fails=True)
    for name in SIGNERS[1:]:
        town.run("sign", waiting, "--key", town.key(name))
    town.run("resume", waiting)

    assert f"{POLICY.gate.interval_s} secondes" in said
    assert (stopped, town.level()) == ("L3", "L0")
    assert "dernier arrêt" in town.run("resume", waiting, fails=True)


def test_one_person_withdraws_an_approval(town: Town) -> None:
    town.seat()
    town.approve()
    words = ["decide", "--revoke", "--scope", "public", "--key"]

    assert "raison" in town.run(*words, town.key("alice"), fails=True)
    assert "tableau des membres" in town.run(*words, town.key("stranger"), "--why", "Erreur.", fails=True)
    town.run(*words, town.key("alice"), "--why", "Erreur.")
    assert town.level() == "L3"


def test_each_refusal_is_one_french_sentence(town: Town) -> None:
    evaluation = town.folder / "evidence.json"
    assert "ne peut pas être lu" in town.run("verify", fails=True)
    town.seat()
    digest = town.evaluate()
    public = ["--scope", "public"]
    refusals: list[tuple[str | Path, ...]] = [
        ("propose", "--manifest", town.manifest, "--evidence", "ab" * 32),
        ("sign", "--key", town.key("alice"), *public, "--view", "favorable"),
        ("decide", "--key", town.key("executive"), *public),
        ("seat", town.roster().with_name("absent.toml")),
        ("seat", evaluation),
        ("evidence", town.manifest),
        ("suspend", "--key", town.key("stranger"), "--why", "x"),
        ("suspend", "--key", town.key("alice"), "--why", " "),
        ("suspend", "--key", town.key("alice"), "--why", "x", "--level", "L1"),
        ("resume", "--why", "x"),
        ("log", "--key", town.key("alice")),
        ("key", town.key("alice")),
        ("fingerprint", "--manifest", town.folder / "absent.json"),
        ("fingerprint", "--manifest", town.key("alice")),
        ("import", town.folder / "absent.tar", town.folder / "in"),
        ("export", "--manifest", town.manifest, "--file", "a=/absent", "--out", town.folder / "out.tar"),
        ("seat", town.roster(), "--out", town.folder / "absent" / "out.json"),
        ("witness", "--key", town.key("mediateur"), "--name", "m", "--state", town.folder / "s", "--out", town.folder),
    ]
    for words in refusals:
        said = town.run(*words, fails=True)
        assert said.strip().endswith((".", "»."))
    town.run("propose", "--manifest", town.manifest, *public, "--evidence", digest)
    assert "Seule la clé de executive M." in town.run(
        "decide", "--key", town.key("alice"), *public, "--act", town.act(), fails=True
    )
    assert "--act" in town.run("decide", "--key", town.key("executive"), *public, fails=True)
    assert "membre du comité" in town.run("sign", "--key", town.key("stranger"), *public, fails=True)
    assert "--audit" in town.run("sign", "--key", town.key("alice"), *public, fails=True)


def test_a_decision_comes_after_the_opinion(town: Town) -> None:
    town.seat()
    town.run("propose", "--manifest", town.manifest, "--scope", "public", "--evidence", town.evaluate())
    words: list[str | Path] = ["decide", "--key", town.key("executive"), "--act", town.act(), "--scope", "public"]

    assert "0 signature" in town.run(*words, fails=True)
    for name in SIGNERS:
        town.opine(name)
    assert town.run(*words) == "Décision enregistrée sur la version n° 1.\n"


def test_a_release_is_exported_and_imported(town: Town) -> None:
    pair = f"code/ethics/policy.toml={ROOT / 'ethics' / 'policy.toml'}"
    town.run("export", "--manifest", town.manifest, "--file", pair, "--out", town.folder / "release.tar")
    said = town.run("import", town.folder / "release.tar", town.folder / "release")
    town.seat()
    town.approve()
    altered = json.loads(town.manifest.read_text()) | {"guard": "cd" * 32}
    other = town.folder / "altered.json"
    other.write_text(json.dumps(altered))
    words: list[str | Path] = [
        "--scope",
        "public",
        "--pin",
        town.folder / "pin",
        "--bundle",
        town.folder / "release",
        "--json",
    ]

    assert a_manifest().fingerprint in said
    assert json.loads(town.run("status", "--manifest", other, *words))["serve"] == "bundle"


def test_a_crash_is_mended_by_one_command(town: Town) -> None:
    town.seat()
    with (town.folder / "records" / "log.jsonl").open("ab") as log:
        log.write(b'{"digest"')

    assert "à moitié écrite" in town.run("verify", fails=True)
    assert "repair" in town.run("log", "--repair")
    assert "Registres vérifiés" in town.run("verify")


def test_the_witness_signs_no_other_history(town: Town) -> None:
    town.seat()
    town.approve()
    copy = (town.folder / "state.txt").read_text()
    forged = Town(town.folder / "forged", town.capsys)
    forged.folder.mkdir()
    for name in PEOPLE:
        forged.key(name).write_bytes(town.key(name).read_bytes())
        forged.key(name).chmod(0o600)
    forged.seat()
    forged.run("log", "--key", forged.key("log"))
    where: list[str | Path] = ["--state", town.folder / "state.txt", "--out", forged.folder / "w"]

    assert "tronqué" in forged.run(
        "witness", "--key", forged.key("mediateur"), "--name", "mediateur", *where, fails=True
    )
    assert (town.folder / "state.txt").read_text() == copy


def _signs(path: Path, key: Path) -> None:
    sys.exit(main(["sign", str(path), "--key", str(key)]))


def test_signatures_given_at_the_same_time_all_stay(town: Town) -> None:
    waiting = town.folder / "waiting.json"
    town.run("seat", town.roster(), "--out", waiting)
    context = multiprocessing.get_context("spawn")
    signers = [context.Process(target=_signs, args=(waiting, town.key(name))) for name in MEMBERS]
    for signer in signers:
        signer.start()
    for signer in signers:
        signer.join()

    assert len(read_envelope(waiting.read_bytes()).signatures) == len(MEMBERS)


def test_no_private_key_is_ever_in_the_records(town: Town) -> None:
    town.seat()
    town.approve()
    secrets = [town.key(name).read_bytes().split(b"\n")[1] for name in PEOPLE]
    kept = b"".join(path.read_bytes() for path in (town.folder / "records").rglob("*") if path.is_file())

    assert not any(secret in kept for secret in secrets)


def test_the_command_runs_as_it_is_written_in_the_readme() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ethics", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    wanted = ["fingerprint", "status", "propose", "sign", "decide", "suspend", "resume", "export", "import"]
    wanted += ["verify", "witness", "log", "register"]

    assert done.returncode == 0
    assert [word for word in wanted if f"    {word} " not in done.stdout] == []


def test_every_sentence_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "ethics").glob("*.py")))
    built = (
        "part.",
        "gate.",
        "help.",
        "disk.",
        "command.level_",
        "evidence.nothing_",
        "snapshot.kind_",
        "roster.new",
        "roster.old",
        "case.changed",  # said by the store of cases, a floor above
    )

    assert [key for key in all_words() if f'"{key}"' not in code and not key.startswith(built)] == []
    assert parser().prog == "python -m ethics"
