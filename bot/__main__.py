"""Ask from the command line: one question, a batch, or a conversation."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from typer.core import TyperGroup
from typer.main import get_group

from bot.answer import to_json
from bot.assembly import Assembly, assemble
from bot.errors import BotError
from bot.render import render
from bot.replies import texts
from bot.rewrite import continued
from bot.turn import NO_CONVERSATION, Turn
from corpus.batch import Asked, run_batch
from corpus.errors import CorpusError
from corpus.settings import Settings, load_settings
from ethics.errors import EthicsError


class _Commands(TyperGroup):
    """The commands of this file, then those that prove, whose modules are read only when one of them is wanted.

    They bring an HTTP client, archives and signatures, which nobody who asks a question should wait for.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        self._read_proofs()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            self._read_proofs()
        return super().get_command(ctx, cmd_name)

    def _read_proofs(self) -> None:
        from bot import proof_commands  # noqa: PLC0415  see the class

        for name, command in get_group(proof_commands.app).commands.items():
            self.commands.setdefault(name, command)


app = typer.Typer(cls=_Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

AsOf = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Répondre d'après les textes en vigueur à cette date.")
]
Reworded = Annotated[
    bool, typer.Option("--ia", help="Demander au modèle de langage de formuler la réponse (réglages CITE_MODEL_...).")
]


@app.callback()
def main() -> None:
    """Cité : des réponses citées, tirées des documents officiels."""


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="La question, entre guillemets.")] = "",
    as_of: AsOf = None,
    batch: Annotated[Path | None, typer.Option(help="Fichier JSONL de questions (clés id et q).")] = None,
    out: Annotated[Path | None, typer.Option(help="Fichier JSONL des réponses.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="La réponse en JSON.")] = False,
    reworded: Reworded = False,
) -> None:
    """Répondre à une question, ou à un fichier de questions."""
    day, settings = _day(as_of), load_settings()
    assembly = _opened(settings)

    def answer(asked: Asked) -> dict[str, Any]:
        turn = assembly.responder.respond(asked.text, day, asked.id, wanted=reworded)
        return to_json(turn, assembly.reply.contact(turn))

    if batch is not None:
        run_batch(batch, out, answer)
    elif as_json:
        typer.echo(orjson.dumps(answer(Asked("", question)), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(_shown(_followed(assembly, question, day, wanted=reworded), assembly, settings), nl=False)


@app.command()
def chat(as_of: AsOf = None, *, reworded: Reworded = False) -> None:
    """Converser : une question après l'autre ; une ligne vide ou Ctrl-D pour finir."""
    day, settings = _day(as_of), load_settings()
    assembly = _opened(settings)
    conversation = NO_CONVERSATION
    while True:
        try:
            text = typer.prompt("", prompt_suffix="> ", default="", show_default=False)
        except (EOFError, typer.Abort):
            return
        if not text.strip():
            return
        turn = assembly.responder.respond(text, day, conversation=conversation, wanted=reworded)
        conversation = continued(turn)
        typer.echo(_shown(turn, assembly, settings))


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else date.today()  # noqa: DTZ011  a civil day, where the city is


def _opened(settings: Settings) -> Assembly:
    assembly = assemble(settings)
    for finding in assembly.findings:
        typer.echo(f"{texts()['screen']['attention']} : {finding}", err=True)
    return assembly


def _followed(assembly: Assembly, question: str, day: date, *, wanted: bool) -> Turn:
    """Answer, with each sentence of a model told on the error output as soon as it is proved."""
    events = list[Turn]()
    for event in assembly.responder.stream(question, day, wanted=wanted):
        if isinstance(event, Turn):
            events.append(event)
        else:
            typer.echo(f"… {event.text}", err=True)
    return events[-1]


def _shown(turn: Turn, assembly: Assembly, settings: Settings) -> str:
    contact, urgent = assembly.reply.contact(turn), assembly.reply.urgent(turn)
    return render(turn, contact, urgent=urgent, demo=settings.scope == "demo")


def run() -> None:
    """Run the command; what an operator can mend is one line on the error output."""
    try:
        app()
    except (CorpusError, BotError, EthicsError) as error:
        typer.echo(f"erreur : {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
