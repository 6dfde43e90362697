"""Contests, incidents, errata and recalls, and what becomes of them."""

from fastapi import APIRouter

from ui.console.cases.corrections import router as corrections
from ui.console.cases.pages import router as cases

router = APIRouter()
# The named pages first: a number of a case is whatever follows.
router.include_router(corrections)
router.include_router(cases)

__all__ = ["router"]
