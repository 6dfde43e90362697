"""What an operator may set: environment variables prefixed with CITE_, checked when the program starts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
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
        model_url: root of a server that speaks Mistral's protocol, without /v1 (CITE_MODEL_URL); None, no generation.
        model_name: the language model asked there (CITE_MODEL_NAME).
        model_key: secret sent to that server alone (CITE_MODEL_KEY); None for a server that asks for none.
        model_fallback_url, model_fallback_name, model_fallback_key: the same, for the server asked when the first one
            does not answer (CITE_MODEL_FALLBACK_URL, CITE_MODEL_FALLBACK_NAME, CITE_MODEL_FALLBACK_KEY).
        generation: when a model may word an answer (CITE_GENERATION); ethics/policy.toml is the upper bound.
        deadline: seconds of wall clock that the model may take in one turn (CITE_DEADLINE).
        second_check: who gives a second opinion on each sentence of a model (CITE_SECOND_CHECK): None, nobody; `model`,
            the model itself, from the quote alone; else the name or folder of a cross-encoder.
        second_check_from: score from which a cross-encoder says yes (CITE_SECOND_CHECK_FROM), 0 to 1.
        records_url: another database than a SQLite file for what is kept of answers (CITE_RECORDS_URL), as SQLAlchemy
            writes addresses; secret, since it may hold a password.
        hosts: names that the pages answer to, separated by commas (CITE_HOSTS); empty for this machine's own names.
        origins: web sites whose pages may call the API, separated by commas, as https://www.example.fr (CITE_ORIGINS).
        oidc_issuer, oidc_client, oidc_secret: identity provider of the City's people, and how it knows us
            (CITE_OIDC_ISSUER, CITE_OIDC_CLIENT, CITE_OIDC_SECRET); None, accounts of this machine only.
        oidc_claim, oidc_roles: where its tokens say what a person may do, and the role that each value gives
            (CITE_OIDC_CLAIM, CITE_OIDC_ROLES).
        oidc_name: claim that names a person (CITE_OIDC_NAME).
        second_reader: which letters of the desk a second person must agree to before they leave (CITE_SECOND_READER):
            `optional`, those for which it was asked; `always`, all of them.
        agents_data: data folder whose index is the agents' own corpus (CITE_AGENTS_DATA), which no answer to a
            resident is taken from; None, no such corpus.
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
    model_url: str | None = None
    model_name: str | None = None
    model_key: SecretStr | None = None
    model_fallback_url: str | None = None
    model_fallback_name: str | None = None
    model_fallback_key: SecretStr | None = None
    generation: Literal["never", "on_request", "always"] = "on_request"
    deadline: float = Field(default=20.0, ge=1, le=120, allow_inf_nan=False)
    second_check: str | None = None
    second_check_from: float = Field(default=0.5, ge=0, le=1, allow_inf_nan=False)
    records_url: SecretStr | None = None
    hosts: str = ""
    origins: str = ""
    oidc_issuer: str | None = None
    oidc_client: str | None = None
    oidc_secret: SecretStr | None = None
    oidc_claim: str = "roles"
    oidc_roles: str = ""
    oidc_name: str = "preferred_username"
    second_reader: Literal["optional", "always"] = "optional"
    agents_data: Path | None = None

    @field_validator("data", "sources_file", "agents_data")
    @classmethod
    def _from_root(cls, path: Path | None) -> Path | None:
        return None if path is None else ROOT / path.expanduser()

    @field_validator("model_url", "model_fallback_url")
    @classmethod
    def _is_a_root(cls, url: str | None) -> str | None:
        return None if url is None else _server_root(url)

    @model_validator(mode="after")
    def _servers_are_whole(self) -> Self:
        _together(CITE_MODEL_URL=self.model_url, CITE_MODEL_NAME=self.model_name)
        _together(CITE_MODEL_FALLBACK_URL=self.model_fallback_url, CITE_MODEL_FALLBACK_NAME=self.model_fallback_name)
        _together(CITE_OIDC_ISSUER=self.oidc_issuer, CITE_OIDC_CLIENT=self.oidc_client)
        if self.model_fallback_url and not self.model_url:
            raise ValueError("Le réglage CITE_MODEL_URL manque : un serveur de secours ne s’emploie pas seul.")
        return self

    @model_validator(mode="after")
    def _agents_have_their_own(self) -> Self:
        if self.agents_data is not None and self.agents_data.resolve() == self.data.resolve():
            raise ValueError(
                "Le réglage CITE_AGENTS_DATA désigne le dossier des réponses aux habitants : donnez-en un autre."
            )
        return self

    @property
    def index(self) -> Path:
        """Folder of the index generations."""
        return self.data / "index"

    @property
    def downloads(self) -> Path:
        """Folder of the archives fetched, kept so as not to fetch them twice."""
        return self.data / "downloads"

    @property
    def records(self) -> Path:
        """Folder of what is kept of answers, and of the signed records."""
        return self.data / "records"

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
        name = _variable(first["loc"])
        if first["type"] == "value_error":
            # A sentence of ours, whole; `{name}` stands for the variable.
            raise ConfigurationError(str(first["ctx"]["error"]).format(name=name)) from error
        expected = (first.get("ctx") or {}).get("expected")
        wanted = f"les valeurs admises sont {expected}".replace(" or ", " ou ") if expected else "corrigez sa valeur"
        raise ConfigurationError(f"Le réglage {name} est invalide : {wanted}.") from error


def _variable(place: tuple[int | str, ...]) -> str:
    return "_".join(("CITE", *map(str, place))).upper()


def _together(**settings: str | None) -> None:
    absent = [name for name, value in settings.items() if value is None]
    if 0 < len(absent) < len(settings):
        raise ValueError(f"Le réglage {absent[0]} manque : {' et '.join(settings)} vont ensemble.")


def _server_root(url: str) -> str:
    """The address without its last slash; the client of Mistral adds /v1 itself."""
    root = url.strip().rstrip("/")
    try:
        parts = urlsplit(root)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(
            "Le réglage {name} est invalide : donnez une adresse comme https://api.eu.mistral.ai, sans clé."
        )
    if parts.path.endswith("/v1"):
        raise ValueError("Le réglage {name} est invalide : retirez /v1 à la fin de l’adresse, il est ajouté à l’appel.")
    return root
