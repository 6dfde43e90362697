"""Every attack of the threat list that concerns the records: each fails, and its author reads why.

`python -m tests.ethics.test_attacks` writes docs/attaques.md: each attack, then what its author sees.
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ethics.canonical import canonical, digest, parsed
from ethics.errors import EthicsError
from ethics.gate import Bundle, Serve, Verdict
from ethics.levels import Level, identity, resume, suspension
from ethics.log import Entry, appending
from ethics.manifest import Manifest
from ethics.merkle import digests_root, leaf_hash
from ethics.passages import ApprovedPassages
from ethics.records import LOG, file_envelope, read_records, sign_checkpoint
from ethics.snapshot import Snapshot
from ethics.update import Piece, compare
from tests.ethics.attack_page import FRENCH, PAGE, page
from tests.ethics.city import MEMBERS, POLICY, SIGNERS, City, a_city, a_manifest, a_roster, person, signed
from tests.ethics.signers import key, public

OTHER = "cd" * 32
NEIGHBOURS = [Piece(f"F{number}", "Autre page", "Un texte.", (), f"{number:064}") for number in range(2, 40)]
Attack = Callable[[City], Verdict]


def fresh(city: City) -> City:
    """Another city beside this one, where the roster sits and a release is proposed, on which nobody has spoken."""
    folder = city.folder.parent / "fresh" / "records"
    folder.mkdir(parents=True)
    other = City(folder)
    other.seat()
    other.propose(other.evaluate())
    return other


def finish(city: City) -> Verdict:
    city.decide()
    city.cosign()
    return city.ask()


def lines(city: City) -> list[bytes]:
    return (city.folder / LOG).read_bytes().splitlines()


def rewritten(city: City, content: list[bytes]) -> Verdict:
    (city.folder / LOG).write_bytes(b"".join(line + b"\n" for line in content))
    return city.ask()


def removed_member(city: City) -> Verdict:
    first = signed(a_roster().statement(), *SIGNERS)
    members = (*(p for p in a_roster().members if p.id != "chloe"), person("fanny", "agents"))
    city.seat(replace(a_roster(), sequence=2, previous=first.digest, members=members), (*SIGNERS, "fanny"))
    city.opine("chloe")
    city.cosign()
    return city.ask()


def same_member_twice(city: City) -> Verdict:
    other = fresh(city)
    for name in ("alice", "bruno", "bruno", "alice"):
        other.opine(name)
    return finish(other)


def two_keys_of_one_person(city: City) -> Verdict:
    first = signed(a_roster().statement(), *SIGNERS)
    second_key = replace(person("fanny", "agents"), name="Álice  martin")
    city.seat_unchecked(
        replace(a_roster(), sequence=2, previous=first.digest, members=(*a_roster().members, second_key))
    )
    return city.ask()


def too_few(city: City) -> Verdict:
    other = fresh(city)
    other.opine("alice")
    other.opine("bruno")
    return finish(other)


def missing_college(city: City) -> Verdict:
    other = fresh(city)
    for name in ("alice", "bruno", "david", "emma"):
        other.opine(name)
    return finish(other)


def other_fingerprint(city: City) -> Verdict:
    return city.ask(a_manifest(guard=OTHER))


def demo_records_in_public(city: City) -> Verdict:
    demo = a_city(city.folder.parent / "demo", scope="demo")
    demo.scope = "public"
    return demo.ask()


def public_bind_of_a_demo(city: City) -> Verdict:
    return a_city(city.folder.parent / "demo", scope="demo").ask(loopback=False)


def expired(city: City) -> Verdict:
    city.now += timedelta(days=61)
    city.cosign()
    return city.ask()


def replayed_sequence(city: City) -> Verdict:
    old, envelope = city.manifest, city.decide()
    city.manifest = a_manifest(guard=OTHER)
    city.approve(sequence=2)
    city.file("decision", envelope)
    city.cosign()
    return city.ask(old)


def same_sequence_again(city: City) -> Verdict:
    city.manifest = a_manifest(guard=OTHER)
    city.approve(sequence=1)
    return city.ask()


def swapped_payload(city: City) -> Verdict:
    """The signed opinion of one release put on another, with a log that fits."""
    other = fresh(city)
    other.opine("alice")
    other.opine("bruno")
    envelope = signed(other.an_opinion("chloe", proposal=OTHER).statement(), "chloe")
    swapped = replace(envelope, payload=other.an_opinion("chloe").statement().envelope().payload)
    other.file("opinion", swapped)
    return finish(other)


def swapped_file(city: City) -> Verdict:
    path = next((city.folder / "decision").glob("*.json"))
    said = json.loads(path.read_bytes())
    payload = base64.b64decode(said["payload"]).replace(b'"scope":"public"', b'"scope":"pilote"')
    path.write_text(json.dumps(said | {"payload": base64.b64encode(payload).decode()}))
    return city.ask()


def builder_on_the_roster(city: City) -> Verdict:
    rules = replace(POLICY, builders=replace(POLICY.builders, names=("Emma Martin",)))
    return city.ask(policy=rules)


def altered_line(city: City) -> Verdict:
    content = lines(city)
    content[3] = content[3].replace(b'"kind":"', b'"kind":"x')
    return rewritten(city, content)


def altered_and_resealed_line(city: City) -> Verdict:
    content = lines(city)
    said = parsed(content[3])
    del said["seal"]
    said["digest"] = OTHER
    content[3] = canonical(said | {"seal": digest(canonical(said))})
    return rewritten(city, content)


def removed_line(city: City) -> Verdict:
    content = lines(city)
    return rewritten(city, content[:2] + content[3:])


def reordered_lines(city: City) -> Verdict:
    content = lines(city)
    return rewritten(city, [content[1], content[0], *content[2:]])


def truncated_log(city: City) -> Verdict:
    """The suspension that was just filed is cut off; a checkpoint had been signed since."""
    city.file("suspension", signed(suspension(Level.L3, "alice", "Arrêt."), "alice"))
    city.cosign()
    return rewritten(city, lines(city)[:-1])


def truncated_without_checkpoint(city: City) -> Verdict:
    """The same, without a checkpoint: the service that runs had read the line."""
    city.file("suspension", signed(suspension(Level.L3, "alice", "Arrêt."), "alice"))
    known = city.ask().log
    (city.folder / LOG).write_bytes(b"".join(line + b"\n" for line in lines(city)[:-1]))
    return city.ask(known=known)


def rewrite(city: City, drop: str) -> None:
    """What an operator who holds every file and the key of the log can do: write it all again, without one kind."""
    entries, prev, data = [parsed(line) for line in lines(city)], "0" * 64, b""
    kept = [entry for entry in entries if entry["kind"] != drop]
    for number, said in enumerate(kept, 1):
        line = Entry(
            number, datetime.fromisoformat(said["time"]), said["kind"], said["file"], said["digest"], prev
        ).line()
        prev, data = leaf_hash(line).hex(), data + line + b"\n"
    (city.folder / LOG).write_bytes(data)


def rewritten_log(city: City) -> Verdict:
    """The whole log written again and its checkpoints too: the witness's copy does not fit any more."""
    city.file("suspension", signed(suspension(Level.L3, "alice", "Arrêt."), "alice"))
    city.cosign()
    rewrite(city, "suspension")
    for path in (city.folder / "checkpoint").glob("*.txt"):
        path.unlink()
    sign_checkpoint(city.folder, "cite.example/journal", key("log"))
    return city.ask()


def rewritten_log_without_witness(city: City) -> Verdict:
    """The same, and the signatures of the witness are thrown away."""
    city.file("suspension", signed(suspension(Level.L3, "alice", "Arrêt."), "alice"))
    city.cosign()
    rewrite(city, "suspension")
    for name in ("checkpoint", "witness"):
        shutil.rmtree(city.folder / name)
    sign_checkpoint(city.folder, "cite.example/journal", key("log"))
    return city.ask()


def forked_checkpoint(city: City) -> Verdict:
    twin = a_city(city.folder.parent / "twin", manifest=a_manifest(guard=OTHER))
    shutil.copy(next((twin.folder / "checkpoint").glob("*.txt")), city.folder / "checkpoint" / "fork.txt")
    return city.ask()


def clock_set_back(city: City) -> Verdict:
    city.now += timedelta(days=61)
    city.cosign()
    return city.ask(now=city.now - timedelta(days=60))


def edited_policy(city: City) -> Verdict:
    lax = replace(POLICY, quorum=replace(POLICY.quorum, members=1), digest=OTHER)
    return city.ask(a_manifest(lax), policy=lax)


def edited_contacts(city: City) -> Verdict:
    return city.ask(a_manifest(contacts=OTHER))


def edited_lexicon_while_running(city: City) -> Verdict:
    known = city.ask().log
    return city.ask(a_manifest(lexicon=OTHER), known=known)


def poisoned(city: City, text: str) -> Snapshot:
    """An update of a page of the allow-list that says `text` where it gave the number of the City."""
    before, after = (
        [Piece("F1", "Carte perdue", said, (), digest(said.encode())), *NEIGHBOURS]
        for said in ("Appelez le 3975 : la carte coûte 25 €.", text)
    )
    return compare(before, after, POLICY).snapshot(
        city.proposal.digest, (city.manifest.parts["passages"], OTHER), OTHER
    )


def poisoned_phone(city: City) -> Verdict:
    update = poisoned(city, "Appelez le 08 99 70 12 34 : la carte coûte 25 €.")
    city.file("snapshot", signed(update.statement(), "corpus"))
    return city.ask(a_manifest(passages=OTHER, index=OTHER))


def hidden_phone(city: City) -> Verdict:
    """The same number in digits of another script, with characters that nobody sees between them."""
    update = poisoned(city, "Appelez le 3975 ou le ０\u200b８９９\u00ad７０１２３４ : la carte coûte 25 €.")
    city.file("snapshot", signed(update.statement(), "corpus"))
    return city.ask(a_manifest(passages=OTHER, index=OTHER))


def list_never_read(city: City) -> Verdict:
    """A person signs, but the list that says what changed is nowhere."""
    update = poisoned(city, "Appelez le 08 99 70 12 34 : la carte coûte 25 €.")
    city.file("snapshot", signed(update.statement(), "corpus", "alice"))
    return city.ask(a_manifest(passages=OTHER, index=OTHER))


def update_by_the_server(city: City) -> Verdict:
    update = Snapshot(city.proposal.digest, city.manifest.parts["passages"], OTHER, OTHER, 1000, 1, 1, {})
    city.file("snapshot", signed(update.statement(), "log"))
    return city.ask(a_manifest(passages=OTHER, index=OTHER))


def accepted(city: City) -> Snapshot:
    """An update of words alone, that the corpus key signed."""
    update = poisoned(city, "Appelez le 3975. La carte coûte 25 €.")
    city.file("snapshot", signed(update.statement(), "corpus"))
    return update


def index_swapped_beside_an_update(city: City) -> Verdict:
    accepted(city)
    return city.ask(a_manifest(passages=OTHER, index="ee" * 32))


def weights_swapped_beside_an_update(city: City) -> Verdict:
    accepted(city)
    return city.ask(a_manifest(passages=OTHER, index=OTHER, embedding="ee" * 32))


def unreadable_records(city: City) -> Verdict:
    (city.folder / LOG).write_bytes(b"\xff\xfe")
    return city.ask()


def missing_file(city: City) -> Verdict:
    next((city.folder / "opinion").glob("*.json")).unlink()
    return city.ask()


def half_written_line(city: City) -> Verdict:
    with (city.folder / LOG).open("ab") as log:
        log.write(b'{"digest":"ab')
    return city.ask()


def file_outside(city: City) -> Verdict:
    with appending(city.folder / LOG) as log:
        log.add("act", "../secret.txt", OTHER, city.tick())
    return city.ask()


def resume_by_one(city: City) -> Verdict:
    stop = city.file("suspension", signed(suspension(Level.L3, "alice", "Arrêt."), "alice"))
    city.file("resume", signed(resume(Level.L0, identity(stop), "Tout va bien."), "executive", "alice"))
    city.cosign()
    return city.ask()


def resume_prepared_before(city: City) -> Verdict:
    stop = city.file("suspension", signed(suspension(Level.L2, "alice", "Erreur."), "alice"))
    prepared = signed(resume(Level.L0, identity(stop), "Corrigé."), *SIGNERS)
    city.file("suspension", signed(suspension(Level.L3, "oncall", "Autre erreur."), "oncall"))
    city.file("resume", prepared)
    return city.ask()


def old_return_filed_again(city: City) -> Verdict:
    """The switch is exercised in the same words every month; the return of one month cannot serve the next."""
    old = next(filed for filed in read_records(city.folder).of("resume")).envelope
    city.file("suspension", signed(suspension(Level.L3, "oncall", "Exercice.", drill=True), "oncall"))
    city.file("resume", old)
    city.cosign()
    return city.ask()


def forged_roster(city: City) -> Verdict:
    own = tuple(replace(person(f"x{n}", college)) for n, college in enumerate(MEMBERS.values()))
    first = signed(a_roster().statement(), *SIGNERS)
    city.seat_unchecked(replace(a_roster(), sequence=2, previous=first.digest, members=own), tuple(p.id for p in own))
    return city.ask()


def whole_forged_city(city: City) -> Verdict:
    """Another committee, all of its own: everything fits, but for the file kept outside the folder."""
    forged = City(city.folder.parent / "forged" / "records")
    forged.folder.mkdir(parents=True)
    forged.seat(a_roster(origin="cite.example/other"))
    return forged.ask(pin=city.pin)


ATTACKS: dict[str, tuple[Attack, str]] = {
    "signature by a removed member": (removed_member, "pas au tableau des membres"),
    "the same member twice": (same_member_twice, "2 signature"),
    "two keys of one person": (two_keys_of_one_person, "même personne"),
    "k-1 signatures": (too_few, "il en faut 3"),
    "a missing college": (missing_college, "collège « agents »"),
    "another fingerprint": (other_fingerprint, "diffère de ce qui est approuvé"),
    "records of a demonstration in public": (demo_records_in_public, "ne vaut que pour sa portée"),
    "a demonstration bound to a public address": (public_bind_of_a_demo, "127.0.0.1"),
    "an expired approval": (expired, "échéance"),
    "an old decision filed again": (replayed_sequence, "diffère de ce qui est approuvé"),
    "two decisions under one number": (same_sequence_again, "portent le n° 1"),
    "a payload swapped after signing": (swapped_payload, "pas signé avec sa clé"),
    "a payload swapped in the file": (swapped_file, "n’est plus celui que nomme la ligne"),
    "a builder on the roster": (builder_on_the_roster, "construit le service"),
    "a line of the log altered": (altered_line, "La ligne 4 du journal"),
    "a line altered and sealed anew": (altered_and_resealed_line, "La ligne 4 du journal"),
    "a line removed": (removed_line, "La ligne 3 du journal"),
    "two lines in another order": (reordered_lines, "La ligne 1 du journal"),
    "the log truncated": (truncated_log, "tronqué"),
    "the log truncated before any checkpoint": (truncated_without_checkpoint, "réécrit"),
    "the whole log rewritten": (rewritten_log, "Le journal"),
    "the whole log rewritten, the witness thrown away": (rewritten_log_without_witness, "témoin"),
    "a forked checkpoint": (forked_checkpoint, "n’est plus celui qui a été signé"),
    "the clock set back": (clock_set_back, "L’horloge"),
    "the policy edited after signing": (edited_policy, "Les règles (policy.toml) ne sont pas"),
    "the contacts edited after signing": (edited_contacts, "les contacts"),
    "the lexicon edited while running": (edited_lexicon_while_running, "le lexique"),
    "one phone number poisoned in an allowed page": (poisoned_phone, "une personne doit lire"),
    "the same number written so as not to be seen": (hidden_phone, "une personne doit lire"),
    "a poisoned number signed without its list": (list_never_read, "n’est pas au dossier"),
    "an update signed by the server": (update_by_the_server, "pas signée par la clé du corpus"),
    "the index swapped beside an accepted update": (index_swapped_beside_an_update, "l’index de la recherche"),
    "the weights swapped beside an accepted update": (weights_swapped_beside_an_update, "les poids de la recherche"),
    "unreadable records": (unreadable_records, "La ligne 1 du journal"),
    "a missing file": (missing_file, "ne peut pas être lu"),
    "a half-written line": (half_written_line, "à moitié écrite"),
    "a file outside the folder": (file_outside, "hors du dossier"),
    "service brought up by one person": (resume_by_one, "Arrêt."),
    "a return prepared before the last suspension": (resume_prepared_before, "Autre erreur."),
    "an old return to service filed again": (old_return_filed_again, "Exercice."),
    "a roster signed by itself alone": (forged_roster, "tableau précédent"),
    "a whole committee forged": (whole_forged_city, "gardée ailleurs"),
}


@pytest.fixture(scope="module")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> City:
    return a_city(tmp_path_factory.mktemp("attacks"))


def copy(city: City, folder: Path) -> City:
    shutil.copytree(city.folder.parent, folder / "copy")
    copied = City(folder / "copy" / "records", city.policy, city.scope, city.now, city.manifest)
    copied.proposal = city.proposal
    return copied


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_fails_and_its_author_reads_why(approved_once: City, tmp_path: Path, name: str) -> None:
    attack, said = ATTACKS[name]
    city = copy(approved_once, tmp_path)
    assert city.ask().level is Level.L0

    found = attack(city)

    assert (found.level, found.serve) == (Level.L3, Serve.STATIC)
    assert said in " ".join(finding.text for finding in found.findings)


def test_a_passage_swapped_on_the_disk_or_in_memory_is_not_shown() -> None:
    bodies = [f"Passage {number}".encode() for number in range(50)]
    digests = [digest(body) for body in bodies]
    passages = ApprovedPassages(digests, digests_root(digests))
    swapped = [digest(b"Appelez le 0 899 00 00 00"), *digests[1:]]

    assert passages.holds(bodies[7])
    assert not passages.holds(bodies[7].replace(b"7", b"8 "))
    with pytest.raises(EthicsError):
        ApprovedPassages(swapped, digests_root(digests))


def test_the_list_of_digests_swapped_in_memory_does_not_help() -> None:
    bodies = [f"Passage {number}".encode() for number in range(50)]
    digests = [digest(body) for body in bodies]
    passages = ApprovedPassages(digests, digests_root(digests))
    forged = sorted([bytes.fromhex(one) for one in digests[1:]] + [bytes.fromhex(digest(b"forged"))])
    passages._leaves = forged

    assert not passages.holds(b"forged")


def _signs(folder: Path, name: str) -> None:
    statement = suspension(Level.L2, name, "Exercice.")
    for _ in range(10):
        file_envelope(folder, "suspension", signed(statement, name), City(folder).now + timedelta(days=1))


def test_signatures_filed_at_the_same_time_are_all_kept(approved_once: City, tmp_path: Path) -> None:
    city = copy(approved_once, tmp_path)
    before = len(lines(city))
    context = multiprocessing.get_context("spawn")
    signers = [context.Process(target=_signs, args=(city.folder, name)) for name in ("alice", "bruno", "oncall")]
    for signer in signers:
        signer.start()
    for signer in signers:
        signer.join()

    assert len(lines(city)) == before + 30
    assert city.ask(now=city.now + timedelta(days=1)).level is Level.L2
    assert len(list((city.folder / "suspension").glob("*.json"))) == 31


@pytest.mark.parametrize("part", ["lexicon", "contacts", "policy", "guard", "passages"])
def test_with_a_bundle_on_the_disk_the_altered_state_gives_way_to_it(
    approved_once: City, tmp_path: Path, part: str
) -> None:
    city = copy(approved_once, tmp_path)
    altered = Manifest(dict(city.manifest.parts) | {part: OTHER})

    assert city.ask(altered, bundle=Bundle(city.manifest, POLICY)).serve is Serve.BUNDLE
    assert public("alice")


def row(name: str, found: Verdict) -> str:
    """Write the line of docs/attaques.md about an attack: what it is, who plays it, what its author reads."""
    attack, said = ATTACKS[name]
    told = next((finding.text for finding in found.findings if said in finding.text), "")
    return f"| {FRENCH[name]} | `{attack.__name__}` | {found.level.name} | {told} |"


def played(folder: Path) -> Iterator[str]:
    """Play every attack; give its line."""
    city = a_city(folder / "city")
    assert city.ask().level is Level.L0
    for number, (name, (attack, _)) in enumerate(ATTACKS.items()):
        yield row(name, attack(copy(city, folder / str(number))))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        PAGE.write_text(page(played(Path(made))), encoding="utf-8")
