"""The room of the committee: its sections, and the navigation between them."""

from __future__ import annotations

from fastapi import FastAPI

from ui.console.audit import install as install_audits
from ui.console.audit import router as audit
from ui.console.cases import router as cases
from ui.console.history import router as history
from ui.console.monitoring import router as monitoring
from ui.console.releases import router as releases
from ui.identity import open_room

ROUTERS = (audit, cases, history, monitoring, releases)


def install(app: FastAPI) -> None:
    """Give an application the committee's console; the people must be there already (`ui.identity.install`)."""
    install_audits(app)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    open_room(app, "/console")
