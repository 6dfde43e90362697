"""The one place where engines are chosen; `eval` measures what this assembles, `ui` serves it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from bot.answer import answer_digest
from bot.attack import attack
from bot.audit import Audit, Keep, ReleaseOf
from bot.complete import complete
from bot.danger import Danger, hand_over
from bot.generate import Generate, Limits
from bot.human import Human
from bot.model import LanguageModel, open_generation
from bot.quote import Quote
from bot.replies import Reply
from bot.respond import Responder, Step
from bot.retrieve import Retrieve
from bot.rewrite import Rewrite
from bot.route import Route
from bot.screen import screen
from bot.second_check import AskModel, AskScorer
from bot.siblings import Siblings
from bot.translate import Translate
from bot.verify import SecondCheck, Verify
from corpus.contacts import load_authorities, load_contacts
from corpus.embed import load_entailment
from corpus.opening import Opened, open_search
from corpus.settings import Settings


@dataclass(frozen=True, slots=True)
class Assembly:
    """A bot ready to answer, and what it answers from.

    Attributes:
        responder: answers.
        opened: the index in force.
        reply: the contacts that turns name.
        route: tells what no document answers, before any search.
        model: name of the model that may word answers, empty without one.
        language_model: that model, for what words something else than an answer; None without one.
        may_reword: a resident may ask that the model words an answer.
        findings: for the operator, what was configured and is not in force.
    """

    responder: Responder
    opened: Opened
    reply: Reply
    route: Route
    model: str = ""
    may_reword: bool = False
    findings: tuple[str, ...] = ()
    language_model: LanguageModel | None = None


def assemble(
    settings: Settings, keep: Keep | None = None, release: ReleaseOf = str, index: Path | None = None
) -> Assembly:
    """Open an index and compose the steps.

    Args:
        settings: what the operator set.
        keep: writes the line kept of each turn, which then has a receipt; None keeps none.
        release: gives the fingerprint of what answers, for its receipt; empty when nobody approved it.
        index: folder of the generation to open; None for the one in force.

    Raises:
        IndexMissingError, WeightsMissingError, IndexDamagedError: with the next command to run.
        ConfigurationError: a data file of ours, or the second check, is wrong.
    """
    # LangSmith sends inputs away as soon as this variable is set; nothing of ours may (DESIGN.md, promise 8).
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    opened = open_search(settings, index)
    # Questions are answered side by side: threads of BLAS inside each of them would fight for the processors (100 at
    # once on two of them: 215 s, and 31 s with one thread each).
    threadpool_limits(1, user_api="blas")
    searcher, store = opened.searcher, opened.store
    contacts = load_contacts()
    reply = Reply(contacts)
    generation = open_generation(settings)
    verify = Verify(
        store.passage,
        withhold_old_figures=settings.scope != "demo",
        second_check=_second_check(settings, generation.model),
    )
    route = Route(load_authorities(contacts=contacts), contacts, searcher)
    steps: tuple[Step, ...] = (
        # What a person in danger needs is said first, whatever else the message is.
        screen,
        Danger(contacts),
        Human(contacts),
        attack,
        # A follow-up is completed before its intent is told: "et où ?" alone asks for nothing.
        Rewrite(searcher, store),
        route,
        Retrieve(searcher, store),
        Siblings(store, searcher),
        Quote(searcher.relevance),
    )
    always: list[Step] = [verify, complete, hand_over]
    wording = None
    if generation.model is not None:
        wording = Generate(generation.model, searcher.relevance, verify, Limits(seconds=settings.deadline))
        always.append(Translate(generation.model, settings.deadline))
    always.append(reply)
    if keep is not None:
        always.append(Audit(keep, answer_digest, release))
    return Assembly(
        Responder(steps, always, wording, word_always=generation.mode == "always"),
        opened,
        reply,
        route,
        model=generation.model.name if generation.model is not None else "",
        may_reword=generation.model is not None and generation.mode == "on_request",
        findings=generation.said,
        language_model=generation.model,
    )


def _second_check(settings: Settings, model: LanguageModel | None) -> SecondCheck | None:
    """The second opinion that the operator chose; without a model there is no sentence to give one on."""
    if model is None or settings.second_check is None:
        return None
    if settings.second_check == "model":
        return AskModel(model)
    return AskScorer(load_entailment(settings.second_check), settings.second_check_from)
