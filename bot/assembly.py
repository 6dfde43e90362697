"""The one place where engines are chosen; `eval` measures what this assembles, `ui` serves it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bot.complete import complete
from bot.quote import Quote
from bot.replies import Reply
from bot.respond import Responder
from bot.retrieve import Retrieve
from bot.screen import screen
from bot.verify import Verify
from corpus.contacts import load_contacts
from corpus.opening import Opened, open_search
from corpus.settings import Settings


@dataclass(frozen=True, slots=True)
class Assembly:
    """A bot ready to answer, and what it answers from."""

    responder: Responder
    opened: Opened
    reply: Reply


def assemble(settings: Settings) -> Assembly:
    """Open the index in force and compose the steps.

    Raises:
        IndexMissingError, WeightsMissingError, IndexDamagedError: with the next command to run.
    """
    # LangSmith sends inputs away as soon as this variable is set; nothing of ours may (DESIGN.md, promise 8).
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    opened = open_search(settings)
    reply = Reply(load_contacts())
    steps = (screen, Retrieve(opened.searcher, opened.store), Quote(opened.searcher.relevance))
    verify = Verify(opened.store.passage, withhold_old_figures=settings.scope != "demo")
    return Assembly(Responder(steps, (verify, complete, reply)), opened, reply)
