"""`python -m ethics`: propose, sign, decide, suspend, resume, verify, witness... from the command line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from ethics import commands, update_command
from ethics.errors import EthicsError
from ethics.levels import Level
from ethics.opinion import View
from ethics.policy import POLICY_FILE
from ethics.rules import SCOPES
from ethics.words import say, trouble


def parser() -> ArgumentParser:
    """Return the command line, in French."""
    top = ArgumentParser(prog="python -m ethics", description=say("help.top"))
    top.add_argument("--records", type=Path, default=Path("var/records"), help=say("help.records"))
    top.add_argument("--policy", type=Path, default=POLICY_FILE, help=say("help.policy"))
    subparsers = top.add_subparsers(required=True, metavar="COMMANDE")

    def command(name: str, run: Callable[[Namespace], str]) -> ArgumentParser:
        sub = subparsers.add_parser(name, help=say(f"help.{name}"), description=say(f"help.{name}"))
        sub.set_defaults(run=run)
        return sub

    command("key", commands.key).add_argument("file", type=Path)
    _manifest(command("fingerprint", commands.fingerprint))
    _live(command("status", commands.status)).add_argument("--json", action="store_true")
    _live(command("register", commands.register)).add_argument("--format", choices=("etalab", "page"), default="etalab")
    _manifest(_scope(_proposal(command("propose", commands.propose))))
    _scope(_opinion(command("sign", commands.sign)))
    _scope(_decision(command("decide", commands.decide)))
    _suspension(command("suspend", commands.suspend))
    _resume(command("resume", commands.resume_service))
    seat = command("seat", commands.seat)
    seat.add_argument("file", type=Path)
    seat.add_argument("--out", type=Path)
    command("evidence", commands.evidence).add_argument("file", type=Path)
    export = _manifest(command("export", commands.export))
    export.add_argument("--file", action="append", default=[], metavar="NOM=CHEMIN", help=say("help.file"))
    export.add_argument("--out", type=Path, required=True)
    importing = command("import", commands.import_release)
    importing.add_argument("archive", type=Path)
    importing.add_argument("folder", type=Path)
    update = command("update", update_command.update)
    update.add_argument("file", type=Path)
    update.add_argument("--changes", type=Path, help=say("help.changes"))
    command("verify", commands.verify)
    witness = command("witness", commands.witness)
    witness.add_argument("--key", type=Path, required=True, help=say("help.key_file"))
    witness.add_argument("--name", required=True, help=say("help.witness_name"))
    witness.add_argument("--state", type=Path, required=True, help=say("help.state"))
    witness.add_argument("--out", type=Path, required=True, help=say("help.out"))
    log = command("log", commands.log)
    log.add_argument("--repair", action="store_true", help=say("help.repair"))
    log.add_argument("--key", type=Path, help=say("help.log_key"))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when it did what it says, 1 with one sentence otherwise."""
    args = parser().parse_args(arguments)
    try:
        sys.stdout.write(f"{args.run(args)}\n")
    except EthicsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(say("command.disk", name=error.filename or "", why=trouble(error)) + "\n")
        return 1
    return 0


def _manifest(sub: ArgumentParser) -> ArgumentParser:
    sub.add_argument("--manifest", type=Path, required=True, help=say("help.manifest"))
    return sub


def _scope(sub: ArgumentParser) -> ArgumentParser:
    sub.add_argument("--scope", choices=SCOPES, default="demo", help=say("help.scope"))
    return sub


def _live(sub: ArgumentParser) -> ArgumentParser:
    _scope(_manifest(sub))
    sub.add_argument("--loopback", action="store_true", help=say("help.loopback"))
    sub.add_argument("--pin", type=Path, help=say("help.pin"))
    sub.add_argument("--bundle", type=Path, help=say("help.bundle"))
    return sub


def _proposal(sub: ArgumentParser) -> ArgumentParser:
    sub.add_argument("--evidence", required=True, help=say("help.evidence_digest"))
    sub.add_argument("--theme", action="append", default=[], help=say("help.theme"))
    sub.add_argument("--days", type=int, default=30, help=say("help.days"))
    return sub


def _opinion(sub: ArgumentParser) -> ArgumentParser:
    sub.add_argument("file", type=Path, nargs="?", help=say("help.waiting"))
    sub.add_argument("--key", type=Path, required=True, help=say("help.key_file"))
    sub.add_argument("--view", choices=[view.value for view in View], help=say("help.view"))
    sub.add_argument("--reason", help=say("help.reason"))
    sub.add_argument("--reservation", action="append", default=[], help=say("help.reservation"))
    sub.add_argument("--conflict", action="append", default=[], help=say("help.conflict"))
    sub.add_argument("--audit", type=Path, help=say("help.audit"))
    return sub


def _decision(sub: ArgumentParser) -> ArgumentParser:
    sub.add_argument("--key", type=Path, required=True, help=say("help.key_file"))
    sub.add_argument("--act", type=Path, help=say("help.act"))
    sub.add_argument("--revoke", action="store_true", help=say("help.revoke"))
    sub.add_argument("--why", help=say("help.reason"))
    return sub


def _suspension(sub: ArgumentParser) -> ArgumentParser:
    sub.add_argument("--key", type=Path, required=True, help=say("help.key_file"))
    sub.add_argument("--level", choices=[level.name for level in Level][1:], default="L3", help=say("help.level"))
    sub.add_argument("--why", required=True, help=say("help.reason"))
    sub.add_argument("--theme", action="append", default=[], help=say("help.theme"))
    sub.add_argument("--drill", action="store_true", help=say("help.drill"))
    return sub


def _resume(sub: ArgumentParser) -> ArgumentParser:
    sub.add_argument("file", type=Path, nargs="?", help=say("help.waiting"))
    sub.add_argument("--level", choices=[level.name for level in Level], default="L0", help=say("help.level"))
    sub.add_argument("--why", default="", help=say("help.reason"))
    sub.add_argument("--theme", action="append", default=[], help=say("help.theme"))
    sub.add_argument("--out", type=Path)
    return sub


if __name__ == "__main__":
    sys.exit(main())
