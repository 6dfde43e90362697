"""Write the drafts in a folder: `python -m ethics.impact [FOLDER]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ethics.errors import EthicsError
from ethics.impact.drafts import DRAFTS, draft
from ethics.policy import load_policy
from ethics.register import read_register
from ethics.words import say, trouble

DOCS = Path(__file__).parents[2] / "docs"


def main(arguments: Sequence[str] = ()) -> int:
    """Write both drafts; return 0, or 1 with one French sentence."""
    folder = Path(arguments[0]) if arguments else DOCS
    try:
        policy, register = load_policy(), read_register()
        for name in DRAFTS:
            (folder / f"{name}.md").write_text(draft(name, policy, register), encoding="utf-8")
    except EthicsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(say("command.disk", name=error.filename or "", why=trouble(error)) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
