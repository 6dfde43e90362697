"""What an operator may set: environment variables prefixed with CITE_, checked when the program starts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import ConfigurationError
from corpus.source import SOURCES_FILE

ROOT = Path(__file__).resolve().parent.parent
"""The repository; relative paths in settings start here, wherever the command is run from."""


class Settings(BaseSettings):
    """The settings of this floor.

    Attributes:
        data: folder of everything the program writes (CITE_DATA).
        model: name or path of another sentence-transformers model than the weights in force (CITE_MODEL).
        vectors: engine that searches the vectors, `exact` or `chroma` (CITE_VECTORS).
        scope: who is served, from `demo` (this machine, with its banner) to `public` (CITE_SCOPE); beyond `demo`,
            figures past their freshness limit are withheld.
        sources_file: another allow-list than corpus/sources.toml (CITE_SOURCES_FILE).
    """

    model_config = SettingsConfigDict(
        env_prefix="CITE_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    data: Path = Path("var")
    model: str | None = None
    vectors: Literal["exact", "chroma"] = "exact"
    scope: Literal["demo", "labo", "agents", "pilote", "public"] = "demo"
    sources_file: Path | None = None

    @field_validator("data", "sources_file")
    @classmethod
    def _from_root(cls, path: Path | None) -> Path | None:
        return None if path is None else ROOT / path.expanduser()

    @property
    def index(self) -> Path:
        """Folder of the index generations."""
        return self.data / "index"

    @property
    def downloads(self) -> Path:
        """Folder of the archives fetched, kept so as not to fetch them twice."""
        return self.data / "downloads"

    @property
    def allow_list(self) -> Path:
        """File that lists the sources."""
        return self.sources_file or SOURCES_FILE


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        ConfigurationError: a value is not acceptable; the message names the variable and never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = f"CITE_{'_'.join(str(part) for part in first['loc']).upper()}"
        expected = (first.get("ctx") or {}).get("expected")
        wanted = f"les valeurs admises sont {expected}".replace(" or ", " ou ") if expected else "corrigez sa valeur"
        raise ConfigurationError(f"Le réglage {name} est invalide : {wanted}.") from error
