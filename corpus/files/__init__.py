"""Official files in a folder: manifest, readers by file type, and what is set aside."""

from __future__ import annotations

from corpus.files.content import Limits
from corpus.files.folder import read_folder

__all__ = ["Limits", "read_folder"]
