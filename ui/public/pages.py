"""The public pages: charter, what is in service, evaluation, register, errors, accessibility, eco-design, privacy."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from markdown_it import MarkdownIt

from ethics.policy import Policy, load_policy
from ethics.register import FIELDS, read_register
from ui.public.evaluation import Evaluations, Published
from ui.records import Erratum, Records
from ui.resident.layout import RefusedError, feed, page, service_of

FOLDER = Path(__file__).with_name("pages")
CHARTER = Path(__file__).parents[2] / "ethics" / "charte.md"

TEXTS = {
    "charte": ("public.charter", CHARTER),
    "accessibilite": ("public.accessibility", FOLDER / "accessibilite.md"),
    "ecoconception": ("public.eco", FOLDER / "ecoconception.md"),
    "verifier": ("public.check", FOLDER / "verifier.md"),
    "vie-privee": ("public.privacy", FOLDER / "vie-privee.md"),
}
"""Pages that are a text: the key of their title, and their file, whose `{names}` are figures of the policy."""

router = APIRouter()


@router.get("/en-service", response_class=HTMLResponse)
async def running(request: Request) -> Response:
    """What is in service, and who approved it."""
    service = service_of(request)
    records = service.records
    said = await run_sync(records.store.usefulness.total) if records else {}
    useful = sum(count for (yes, _), count in said.items() if yes)
    return page(
        request,
        "running.html",
        assembly=service.assembly,
        index=service.assembly.opened.manifest,
        useful=useful,
        not_useful=sum(said.values()) - useful,
    )


@router.get("/evaluation", response_class=HTMLResponse)
async def evaluation(request: Request) -> Response:
    """What was measured, in figures."""
    published = await run_sync(_published, request)
    return page(request, "evaluation.html", published=published, index=service_of(request).assembly.opened.manifest)


@router.get("/evaluation.json")
async def evaluation_data(request: Request) -> Response:
    """The same figures, for a machine."""
    published = await run_sync(_published, request)
    if published is None:
        raise RefusedError("not_found", 404)
    return JSONResponse({"approved": published.approved, **published.report.model_dump(mode="json")})


@router.get("/registre", response_class=HTMLResponse)
async def register(request: Request) -> Response:
    """The entry of the register of algorithms."""
    return page(request, "register.html", register=read_register(), fields=FIELDS, uses=load_policy().refused_uses)


@router.get("/erreurs", response_class=HTMLResponse)
async def errata(request: Request) -> Response:
    """Errors recognised, and answers recalled."""
    records = service_of(request).records
    return page(
        request,
        "errata.html",
        errata=await run_sync(_errata, records),
        recalls=tuple(reversed(records.recalls.all())) if records else (),
    )


@router.get("/erreurs.atom")
async def errata_feed(request: Request) -> Response:
    """The same, for a reader of feeds."""
    records = service_of(request).records
    recalls = tuple(reversed(records.recalls.all())) if records else ()
    found = await run_sync(_errata, records)
    times = [one.step.time for one in found] + [one.time for one in recalls]
    home = str(request.base_url)
    return feed("errata.atom", errata=found, recalls=recalls, home=home, updated=max(times, default=None))


def _text_page(name: str) -> Callable[[Request], Response]:
    title, file = TEXTS[name]

    def show(request: Request) -> Response:
        return page(request, "text.html", title=title, html=_rendered(file))

    return show


for _name in TEXTS:
    router.add_api_route(f"/{_name}", _text_page(_name), methods=["GET"], response_class=HTMLResponse)


@cache
def _rendered(file: Path) -> str:
    """The text as HTML; it is ours, and raw HTML in it is shown as text."""
    text = file.read_text(encoding="utf-8")
    if file.is_relative_to(FOLDER):
        text = text.format_map(facts(load_policy()))
    html = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    # A table wider than a phone scrolls by itself, and the keyboard must be able to scroll it.
    ranks = count(1)
    frame = '<div class="wide" role="region" tabindex="0" aria-label="Tableau {}"><table>'
    return re.sub("<table>", lambda _: frame.format(next(ranks)), html).replace("</table>", "</table></div>")


def facts(policy: Policy) -> dict[str, object]:
    """Return the figures of the policy that the texts may say."""
    return {
        "turn_days": policy.retention.turn_days,
        "sample_days": policy.retention.sample_days,
        "case_days": policy.retention.case_days,
        "reply_days": policy.deadlines.reply_days,
        "severe_days": policy.deadlines.severe_reply_days,
    }


def _published(request: Request) -> Published | None:
    evaluations: Evaluations | None = request.app.state.evaluations
    verdict = service_of(request).standing().verdict
    return evaluations.published(verdict.approval if verdict else None) if evaluations else None


def _errata(records: Records | None) -> tuple[Erratum, ...]:
    return tuple(records.errata()) if records else ()
