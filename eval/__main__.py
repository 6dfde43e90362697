"""The command line of the floor: `python -m eval run | report | compare | audit | judge | seal | bench | retrieval`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Self

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.assembly import Assembly, assemble
from bot.errors import BotError
from corpus.errors import CorpusError
from corpus.index import open_index
from corpus.settings import Settings, load_settings
from ethics.errors import EthicsError
from ethics.policy import load_policy
from eval.audit_queue import write_queue
from eval.audit_results import measures_from, reading_of
from eval.audit_sheets import arbitration, draw, sheets_of
from eval.compare import compare as compare_runs
from eval.compare import overall
from eval.errors import EvalError, SuiteNotIndexedError
from eval.report import write_report
from eval.report.plain import words
from eval.run import SETTINGS, Plan, new_folder, run
from eval.run_folder import read_run
from eval.suites import commitment, read_suite
from eval.verdict import Outcome

EXIT_CODES = {Outcome.MET: 0, Outcome.NOT_MET: 1, Outcome.NOT_ENOUGH: 2}
"""Of `run` and `report`: thresholds met, not met, could not be measured; an error is 2 too."""

_COULD_NOT = 2
_BENCHES = Path(__file__).parent

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
audit = typer.Typer(no_args_is_help=True, help="Faire relire des réponses par des personnes : feuilles, puis retour.")
app.add_typer(audit, name="audit")

Folder = Annotated[Path, typer.Argument(help="Dossier d’une mesure.")]
Scope = Annotated[str, typer.Option(help="Portée dont les seuils décident : demo, labo, agents, pilote, public.")]
Read = Annotated[list[Path], typer.Argument(help="Feuilles relues.")]
Sheets = Annotated[list[Path] | None, typer.Option("--sheet", help="Feuille relue (CSV ou ODS), à répéter.")]


@app.callback()
def main() -> None:
    """Mesurer Cité comme elle est servie. Codes de sortie : 0 atteint, 1 non atteint, 2 pas pu être mesuré."""


@app.command("run")
def run_command(  # noqa: PLR0913, PLR0917  one argument an option
    suite: Annotated[
        str, typer.Option(help="Suite de cas : default, settled, paris_versions, public, sealed.")
    ] = "default",
    trials: Annotated[int, typer.Option(min=1, help="Combien de fois chaque cas est posé.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Questions posées en même temps.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Dossier de la mesure ; le même la reprend.")] = None,
    sealed: Annotated[Path | None, typer.Option(help="Fichier scellé (suite sealed).")] = None,
    salt: Annotated[str, typer.Option(help="Sel de l’engagement du fichier scellé.")] = "",
    committed: Annotated[str, typer.Option(help="Engagement publié avant la mesure : vérifié s’il est donné.")] = "",
    scope: Scope = "public",
    against: Annotated[Path | None, typer.Option(help="Mesure antérieure à comparer.")] = None,
    *,
    reworded: Annotated[bool, typer.Option("--ia", help="Le modèle configuré formule les réponses.")] = False,
) -> None:
    """Poser les cas d’une suite, puis écrire le rapport."""
    settings = load_settings()
    _check_seal(sealed, salt, committed)
    cases = read_suite(suite, sealed=sealed)
    folder = out or new_folder(settings, suite)
    with _assembled(settings) as assembly:
        _check_indexed(suite, [document for case in cases for document in case.documents], assembly)
        plan = Plan(suite, cases, trials, _day_of(folder), reworded=reworded, workers=workers)
        with _Bar() as bar:
            run(plan, assembly, settings, folder, bar)
    typer.echo(f"Mesure : {folder}", err=True)
    _reported(folder, against, scope, ())


@app.command()
def report(
    folder: Folder,
    against: Annotated[Path | None, typer.Option(help="Mesure antérieure à comparer.")] = None,
    scope: Scope = "public",
    sheets: Sheets = None,
) -> None:
    """Écrire le rapport d’une mesure : le modèle n’est pas interrogé de nouveau."""
    _reported(folder, against, scope, sheets or ())


@app.command()
def compare(now: Folder, before: Annotated[Path, typer.Argument(help="Mesure antérieure.")]) -> None:
    """Comparer deux mesures, cas par cas."""
    latest, earlier = read_run(now), read_run(before)
    told = words()["metric"]
    for change in (overall(latest.judged, earlier.judged), *compare_runs(latest.judged, earlier.judged)):
        counts = f"{len(change.fixed)} réparés, {len(change.broken)} cassés sur {change.pairs}, p = {change.p:.3f}"
        sure = "établi" if change.sure else "non établi" if change.fixed or change.broken else "aucun changement"
        typer.echo(f"{told[change.metric]} : {counts} ({sure})")
        for name, ids in (("réparés", change.fixed), ("cassés", change.broken)):
            if ids:
                typer.echo(f"    {name} : {' '.join(ids)}")


@app.command()
def seal(
    path: Annotated[Path, typer.Argument(help="Fichier de cas à sceller.")],
    salt: Annotated[str, typer.Option(help="Sel, gardé secret jusqu’à l’ouverture.")],
) -> None:
    """Donner l’engagement d’un fichier scellé, à publier avant la mesure."""
    _check_seal(path, salt, "")
    typer.echo(commitment(path, salt))


@audit.command("out")
def audit_out(
    folder: Folder,
    members: Annotated[list[str], typer.Option("--member", help="Personne qui relit, à répéter : deux au moins.")],
    seed: Annotated[str, typer.Option(help="Graine du tirage, notée au journal avant de relire.")],
    size: Annotated[int, typer.Option(min=1, help="Réponses tirées.")] = 40,
    planted: Annotated[int, typer.Option(min=0, help="Réponses fausses ajoutées exprès.")] = 5,
    *,
    ods: Annotated[bool, typer.Option("--ods", help="Feuilles ODS plutôt que CSV.")] = False,
    console: Annotated[bool, typer.Option("--console", help="Lire dans la console plutôt que sur feuilles.")] = False,
) -> None:
    """Écrire une feuille par personne, ou ouvrir la relecture dans la console ; la clé reste avec la mesure."""
    made = draw(read_run(folder), members, seed, size=size, planted=planted)
    if not console:
        for path in sheets_of(made, ods=ods):
            typer.echo(path)
        return
    settings = load_settings()
    with open_index(settings).store as store:
        typer.echo(write_queue(made, settings.records / "audits", store.passages))


@audit.command("in")
def audit_in(
    folder: Folder,
    sheets: Read,
    *,
    machine: Annotated[bool, typer.Option("--json", help="Les mêmes comptes, pour un programme.")] = False,
) -> None:
    """Compter ce que les relectures montrent : accord, désaccords à trancher, erreurs, réponses encore à lire."""
    found = measures_from(folder, sheets)
    if machine:
        typer.echo(found.to_bytes(), nl=False)
        return
    for line in found.lines(load_policy().thresholds):
        typer.echo(line)


@audit.command("member")
def audit_member(
    folder: Folder,
    sheets: Read,
    member: Annotated[str, typer.Option(help="Membre du comité : son nom sur la feuille et au tableau des membres.")],
) -> None:
    """Donner ce qu’un membre a relu, comme « ethics sign --audit » le demande."""
    typer.echo(reading_of(folder, sheets, member, read_run(folder).fingerprint), nl=False)


@audit.command("arbitrate")
def audit_arbitrate(
    folder: Folder,
    sheets: Read,
    member: Annotated[str, typer.Option(help="Troisième personne, qui n’a pas relu.")],
    *,
    ods: Annotated[bool, typer.Option("--ods", help="Feuille ODS plutôt que CSV.")] = False,
) -> None:
    """Écrire la feuille des désaccords, à faire trancher ; la donner ensuite à « audit in » avec les autres."""
    typer.echo(arbitration(read_run(folder), measures_from(folder, sheets).open, member, ods=ods))


@app.command("judge")
def judge_command(
    folder: Folder,
    repeats: Annotated[int, typer.Option(min=1, help="Combien de fois chaque note est demandée.")] = 3,
    limit: Annotated[int, typer.Option(min=1, help="Réponses notées, les premières.")] = 40,
    sheets: Sheets = None,
) -> None:
    """Demander une seconde opinion au modèle configuré (ragas) : elle ne décide jamais de rien."""
    if find_spec("ragas") is None:
        raise EvalError("ragas n’est pas installé. Lancez : make setup-eval")
    # Imported only now: it takes seconds, and only this command needs it.
    from eval.judging import judge_run  # noqa: PLC0415

    for line in judge_run(read_run(folder), load_settings(), repeats, limit, sheets or ()):
        typer.echo(line)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})
def bench(context: typer.Context) -> None:
    """Lancer un banc d’essai : `bench` seul les nomme, `bench NOM --help` dit ce qu’il lit."""
    names = sorted(path.stem.removesuffix("_bench") for path in _BENCHES.glob("*_bench.py"))
    name, *arguments = context.args or [""]
    if name not in names:
        typer.echo(f"Bancs d’essai : {', '.join(names)}.", err=True)
        raise typer.Exit(0 if not context.args else _COULD_NOT)
    _delegated(f"{name}_bench", arguments)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})
def retrieval(context: typer.Context) -> None:
    """Mesurer la recherche seule (le banc `retrieval`)."""
    _delegated("retrieval_bench", context.args)


class _Bar:
    """One bar on the error output, and nothing where nobody looks at a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def start(self, stage: str, total: int | None = None) -> None:
        self._task = self._bars.add_task("Questions posées" if stage == "eval" else stage, total=total)

    def advance(self, steps: int = 1) -> None:
        self._bars.advance(self._task, steps)


@contextmanager
def _assembled(settings: Settings) -> Iterator[Assembly]:
    assembly = assemble(settings)
    for finding in assembly.findings:
        typer.echo(f"attention : {finding}", err=True)
    try:
        yield assembly
    finally:
        assembly.opened.store.close()


def _reported(folder: Path, against: Path | None, scope: str, sheets: list[Path] | tuple[Path, ...]) -> None:
    audited = measures_from(folder, sheets).measures if sheets else None
    written = write_report(folder, against, scope=scope, audited=audited)
    typer.echo(f"Seuils automatiques, portée {scope} : {words()['outcome'][written.outcome]}", err=True)
    typer.echo(written.html)
    raise typer.Exit(EXIT_CODES[written.outcome])


def _check_seal(path: Path | None, salt: str, committed: str) -> None:
    if path is None:
        return
    if not path.exists():
        raise EvalError(f"{path.name} n’existe pas.")
    if not salt and committed:
        raise EvalError("Donnez le sel de l’engagement : --salt.")
    if committed and commitment(path, salt) != committed:
        raise EvalError(f"{path.name} n’est pas le fichier dont l’engagement a été publié.")


def _check_indexed(suite: str, documents: list[str], assembly: Assembly) -> None:
    """A suite none of whose documents is indexed would only measure their absence."""
    if documents and not any(assembly.opened.store.keys_of(document) for document in set(documents)):
        raise SuiteNotIndexedError(
            f"Aucun document de la suite « {suite} » n’est dans l’index : synchronisez sa source."
        )


def _day_of(folder: Path) -> date:
    """The day of the run that a folder holds, so that it can be resumed later; today for a new one."""
    path = folder / SETTINGS
    if path.exists():
        return date.fromisoformat(orjson.loads(path.read_bytes())["day"])
    return datetime.now(UTC).astimezone().date()


def _delegated(module: str, arguments: list[str]) -> None:
    sys.argv = [f"python -m eval.{module}", *arguments]
    raise SystemExit(import_module(f"eval.{module}").main(arguments))


def start() -> None:
    """Run the command; what an operator can mend is one line on the error output."""
    try:
        app()
    except (EvalError, CorpusError, BotError, EthicsError) as error:
        typer.echo(f"erreur : {error}", err=True)
        sys.exit(_COULD_NOT)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    start()
