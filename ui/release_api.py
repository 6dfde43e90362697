"""The machines' door to what is served: its manifest, and the proof of each passage, so that anybody can check them."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ui.api import PREFIX, ProblemError, problems, service_of
from ui.watch import Watch

router = APIRouter(prefix=PREFIX)


class ReleaseRead(BaseModel):
    """What is served, as this process computed it from its own files."""

    level: str = Field(description="L0 à L3.")
    demo: bool = Field(description="Version non approuvée par un vrai comité, servie sur cette seule machine.")
    release: str = Field(description="Empreinte de ce qui répond ; vide quand personne ne l’a approuvé.")
    approved: str = Field(description="Empreinte de ce que les registres approuvent ; vide sans approbation.")
    manifest: dict[str, Any] = Field(description="Chaque partie de ce qui est servi ; vide si elle n’est pas calculée.")
    root: str = Field(description="Racine de Merkle des passages servis.")


class ProofRead(BaseModel):
    """The path of a passage to the root that was approved (RFC 6962, section 2.1.1)."""

    ref: str
    body: str = Field(description="Le passage, octet pour octet : son SHA-256 est la feuille.")
    digest: str
    index: int
    size: int
    path: list[str]
    root: str


@router.get("/release")
async def release(request: Request) -> ReleaseRead:
    """Dire ce qui est servi, partie par partie."""
    service = service_of(request)
    standing = service.standing()
    live = service.gate.live if isinstance(service.gate, Watch) else None
    approved = standing.verdict.manifest if standing.verdict else None
    return ReleaseRead(
        level=standing.level,
        demo=standing.demo,
        release=standing.release,
        approved=approved.fingerprint if approved else "",
        manifest=dict(live.parts) if live else {},
        root=standing.root or service.assembly.opened.manifest.root,
    )


@router.get("/proofs/{ref:path}", responses=problems(404))
async def proof(request: Request, ref: str) -> ProofRead:
    """Prouver qu’un passage cité est l’un de ceux qui ont été approuvés."""
    service = service_of(request)
    found = await run_sync(lambda: service.inclusion.path(ref, service.standing().root))
    if found is None:
        raise ProblemError("proof", "Passage non prouvé", 404, "Ce passage n’est pas l’un de ceux qui sont servis.")
    return ProofRead(
        ref=ref,
        body=found.body.decode(),
        digest=found.digest,
        index=found.index,
        size=found.size,
        path=list(found.path),
        root=found.root,
    )
