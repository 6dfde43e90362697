"""The commands that prove: what is served, its release in one file, an answer given again, a service sampled."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot.assembly import assemble
from bot.errors import ProofError
from bot.manifest import Fingerprinter, manifest_bytes
from bot.release import Release, export_release, open_release
from bot.replay import Again, Asked, again_here, again_in, compared, read_asked, read_batch, regenerate
from bot.store import Line, open_store
from bot.watch import Watched, opened_client, questions_of
from corpus.settings import Settings, load_settings
from ethics.gate import Place, Serve, verdict
from ethics.receipt import normal_id
from ethics.words import trouble

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Bundle = Annotated[Path | None, typer.Option("--bundle", help="Dossier d’une version importée, qui répond à la place.")]

_SHOWN = 3


@app.command()
def manifest(
    out: Annotated[Path | None, typer.Option(help="Fichier que lit « python -m ethics ... --manifest ».")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Les parties en JSON.")] = False,
) -> None:
    """Décrire ce qui est servi, partie par partie, avec son empreinte."""
    found = Fingerprinter(load_settings()).manifest()
    if out is not None:
        _written(out, manifest_bytes(found))
    if as_json:
        values = {"fingerprint": found.fingerprint, "parts": dict(found.parts)}
        typer.echo(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(f"Empreinte : {found.fingerprint}")


@app.command()
def release(out: Annotated[Path, typer.Argument(help="Archive à écrire, en .tar.")]) -> None:
    """Écrire en une archive tout ce qui est servi : programme, passages, poids, réglages."""
    found, digest = export_release(load_settings(), out)
    typer.echo(f"Empreinte : {found.fingerprint}")
    typer.echo(f"Archive {out.name} : {digest}")


@app.command()
def replay(
    receipt: Annotated[str, typer.Argument(help="Numéro du reçu, ou fichier JSON du reçu (/api/v1/receipts/…).")] = "",
    question: Annotated[str, typer.Option(help="La question : elle n’est pas gardée, vous la donnez.")] = "",
    answer: Annotated[Path | None, typer.Option(help="Réponse gardée, en JSON : donne la question et le jour.")] = None,
    batch: Annotated[Path | None, typer.Option(help="Fichier JSONL de reçus (receipt) et de questions (q).")] = None,
    bundle: Bundle = None,
) -> None:
    """Refaire une réponse citée et la comparer à son reçu, octet pour octet. Code 1 si une seule diffère."""
    settings = load_settings()
    wanted = read_batch(batch) if batch is not None else iter([_asked(settings, receipt, question, answer)])
    with _again(settings, bundle) as (again, known):
        same, other = 0, list[str]()
        for asked in wanted:
            found = compared(asked, again)
            same += found.same
            if not found.same:
                other.append(asked.receipt.id)
            if batch is None:
                _tell(asked, found.same, (*found.lost, *found.added), known)
        if batch is not None:
            typer.echo(f"{same} réponses identiques sur {same + len(other)}.")
            for number in other[:_SHOWN]:
                typer.echo(f"  différente : {number}")
    raise typer.Exit(1 if other else 0)


@app.command("regenerate", hidden=True)
def regenerate_lines() -> None:
    """Répondre à chaque ligne de l’entrée (usage interne)."""
    assembly = assemble(load_settings())

    def write(line: bytes) -> None:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    regenerate(sys.stdin.buffer, assembly, write)


@app.command()
def watch(  # noqa: PLR0913, PLR0917  one argument an option
    url: Annotated[str, typer.Argument(help="Adresse du service.")],
    bundle: Annotated[Path, typer.Option(help="Dossier de la version approuvée, importée.")],
    probes: Annotated[int, typer.Option(min=1, help="Questions posées, au plus.")] = 50,
    questions: Annotated[Path | None, typer.Option(help="Vos questions, une par ligne.")] = None,
    records: Annotated[Path | None, typer.Option(help="Copie des registres, pour vérifier les signatures.")] = None,
    scope: Annotated[str, typer.Option(help="Portée de l’approbation.")] = "public",
    pin: Annotated[Path | None, typer.Option(help="Fichier de l’empreinte du tableau des membres.")] = None,
    seed: Annotated[str, typer.Option(help="Graine du tirage ; tirée au sort sans elle.")] = "",
) -> None:
    """Échantillonner un service en marche. Code 1 s’il sert autre chose que ce qui a été signé."""
    settings, approved = load_settings(), open_release(bundle)
    approved.check(settings)
    if records is not None:
        typer.echo(_signatures(approved, records, scope, pin))
    drawn = seed or secrets.token_hex(8)
    asked = _lines(questions)[:probes] if questions else questions_of(approved, settings, probes, drawn)
    with again_in(approved) as again, opened_client(url) as client:
        for probe, found in enumerate(Watched(client, approved.bundle.manifest, again).sampled(asked)):
            if found is not None:
                typer.echo(f"Sonde {probe} : {found.text}")
                typer.echo(orjson.dumps(found.shown, option=orjson.OPT_INDENT_2).decode(), err=True)
                raise typer.Exit(1)
    typer.echo(f"{len(asked)} sondes, tirage « {drawn} » : tout ce qui a été vu est ce qui a été signé.")


@app.command()
def recall(passage: Annotated[str, typer.Argument(help="Référence du passage faux ou changé.")]) -> None:
    """Lister les reçus qui ont cité un passage ; « python -m ui recall » les rappelle et le publie."""
    found = _store(load_settings()).turns.quoting(passage)
    for line in found:
        typer.echo(f"{line.receipt}  {line.at:%Y-%m-%dT%H:%M:%SZ}  {line.release[:16]}")
    typer.echo(f"{len(found)} réponses gardées ont cité ce passage.", err=True)


@contextmanager
def _again(settings: Settings, bundle: Path | None) -> Iterator[tuple[Again, str]]:
    """Give what answers again, and the fingerprint of its release, empty for what is installed here."""
    if bundle is None:
        assembly = assemble(settings)
        yield again_here(assembly), ""
        assembly.opened.store.close()
        return
    found = open_release(bundle)
    found.check(settings)
    with again_in(found) as again:
        yield again, found.bundle.manifest.fingerprint


def _asked(settings: Settings, typed: str, question: str, kept: Path | None) -> Asked:
    answer = _object(kept) if kept is not None else {}
    exchanges = (answer.get("conversation") or {}).get("exchanges") or []
    before = {"exchanges": exchanges[:-1]} if len(exchanges) > 1 else None
    text = question or (str(exchanges[-1].get("text", "")) if exchanges else "")
    if not text:
        raise ProofError(
            "Donnez la question (--question) ou la réponse gardée (--answer) : elle n’est gardée nulle part."
        )
    typed = typed or str(answer.get("receipt") or "")
    said = _object(Path(typed)) if typed.endswith(".json") else _found(settings, typed)
    return read_asked({"receipt": said, "q": text, "day": answer.get("as_of"), "conversation": before})


def _found(settings: Settings, typed: str) -> dict[str, Any]:
    number = normal_id(typed)
    if number is None:
        raise ProofError("Ce numéro de reçu est mal recopié : vérifiez chaque lettre.")
    line: Line | None = _store(settings).turns.find(number)
    if line is None:
        raise ProofError(
            f"Le reçu {number} n’est pas gardé ici : enregistrez /api/v1/receipts/{number} et donnez ce fichier."
        )
    return {
        "id": line.receipt,
        "answer": line.digest,
        "release": line.release,
        "passages": list(line.passages),
        "time": f"{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "generated": line.generated,
    }


def _tell(asked: Asked, same: bool, moved: tuple[str, ...], known: str) -> None:  # noqa: FBT001  one word to say
    if known and asked.receipt.release != known:
        typer.echo(f"Ce reçu a été donné par une autre version : {asked.receipt.release}", err=True)
    if same:
        count = len(asked.receipt.passages)
        typer.echo(f"Identique, octet pour octet : reçu {asked.receipt.id}, {count} passages cités.")
        return
    if asked.generated:
        typer.echo(
            "Un modèle avait formulé cette réponse : ses phrases ne se refont pas, seules les citations se relisent."
        )
    typer.echo(f"Différente de ce qui a été servi : reçu {asked.receipt.id}.")
    for ref in moved[:_SHOWN]:
        typer.echo(f"  passage qui n’est pas des deux côtés : {ref}")


def _signatures(approved: Release, records: Path, scope: str, pin: Path | None) -> str:
    """Check that the records approve what the bundle holds.

    Raises:
        ProofError: they do not; says what is missing.
    """
    place = Place(scope, loopback=True, pin=pin)
    found = verdict(approved.bundle.policy, records, approved.bundle.manifest, place, datetime.now(UTC))
    if found.serve is not Serve.LIVE or found.approval is None:
        told = " ".join(finding.text for finding in found.findings)
        raise ProofError(f"Ce paquet n’est pas ce que les registres approuvent. {told}")
    return f"Registres vérifiés : ce paquet est approuvé pour la portée « {scope} »."


def _store(settings: Settings) -> Any:
    return open_store(settings.records, settings.records_url.get_secret_value() if settings.records_url else None)


def _object(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ProofError(f"{path.name} ne se lit pas : donnez un fichier JSON.") from error
    if not isinstance(said, dict):
        raise ProofError(f"{path.name} n’est pas un objet JSON.")
    return said


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ProofError(f"{path.name} ne se lit pas : donnez un fichier de texte, en UTF-8.") from error


def _written(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ProofError(f"{path.name} ne s’écrit pas : {trouble(error)}.") from error
