"""The words added around the values of open data (labels.toml)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_TABLES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))

VALUES = _TABLES["values"]
STATION = _TABLES["station"]


def place(position: dict[str, Any]) -> str:
    """Return `lat` and `lon` (degrees, WGS 84) as one line, empty when either is missing."""
    latitude, longitude = position.get("lat"), position.get("lon")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return VALUES["place"].format(latitude=latitude, longitude=longitude)
    return ""
