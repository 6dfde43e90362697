"""From settings and policy to the model that may be asked, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.model.failover import Failover
from corpus.settings import Settings
from ethics.errors import PolicyError
from ethics.policy import POLICY_FILE, GenerationPolicy, Mode, load_generation

if TYPE_CHECKING:
    from bot.model.server import Address


@dataclass(frozen=True, slots=True)
class Generation:
    """Whether, when and by what an answer may be worded.

    Attributes:
        mode: `never` when there is no model.
        model: None, and then nothing is ever called.
        said: one line for the operator for each thing configured that is not in force; empty when all is as asked.
    """

    mode: Mode = "never"
    model: Failover | None = None
    said: tuple[str, ...] = ()


def open_generation(settings: Settings, policy_file: Path = POLICY_FILE) -> Generation:
    """Open the servers that are configured and allowed; never raises, and connects to nothing.

    A configuration that the policy refuses leaves the service as it is without a model: it answers in quotes.
    """
    if settings.model_url is None or settings.generation == "never":
        return Generation()
    try:
        policy = load_generation(policy_file)
    except PolicyError as error:
        return _off(str(error))
    mode = policy.bounded(settings.generation)
    if mode == "never":
        return _off("ethics/policy.toml ne permet aucune génération.")
    if find_spec("mistralai") is None:
        return _off("le client de Mistral n’est pas installé. Lancez : pip install -c constraints.txt -e '.[model]'")
    # Imported only now: a service without a model neither needs the client nor pays for it.
    from bot.model.server import Server  # noqa: PLC0415

    said: list[str] = []
    allowed = [Server(address) for address in _allowed(settings, policy, said)]
    if not allowed:
        return _off(*said)
    if mode != settings.generation:
        said.append(f"CITE_GENERATION={settings.generation} : ethics/policy.toml permet « {mode} » au plus.")
    return Generation(mode, Failover(allowed), tuple(said))


def _off(*reasons: str) -> Generation:
    return Generation(said=(f"Réponses sans IA générative : {' '.join(reasons)}",))


def _allowed(settings: Settings, policy: GenerationPolicy, said: list[str]) -> Iterator[Address]:
    for address in _configured(settings):
        reason = policy.refusal(address.url, address.model, settings.scope)
        if reason:
            said.append(f"Modèle {address.model} écarté : {reason}")
        else:
            yield address


def _configured(settings: Settings) -> Iterator[Address]:
    from bot.model.server import Address  # noqa: PLC0415

    for url, name, key in (
        (settings.model_url, settings.model_name, settings.model_key),
        (settings.model_fallback_url, settings.model_fallback_name, settings.model_fallback_key),
    ):
        if url is not None and name is not None:
            yield Address(url, name, _secret(key))


def _secret(key: SecretStr | None) -> str | None:
    return None if key is None else key.get_secret_value()
