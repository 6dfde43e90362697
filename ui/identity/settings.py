"""The people of an installation, from its settings."""

from __future__ import annotations

from pathlib import Path

from bot.store import Store
from corpus.errors import ConfigurationError
from corpus.settings import Settings
from ui.identity.house import Identity
from ui.identity.ports import Provider
from ui.identity.roles import Role

FOLDER = Path(__file__).parent


def identity_of(settings: Settings, store: Store) -> Identity:
    """Return who may sign in: the accounts of this machine, and the identity provider when one is set.

    Raises:
        ConfigurationError: the provider's settings are wrong, or its library is not installed.
    """
    return Identity(store, _provider(settings))


def _provider(settings: Settings) -> Provider | None:
    if settings.oidc_issuer is None:
        return None
    try:
        from ui.identity.provider import OpenIdProvider, Registration  # noqa: PLC0415  an extra, loaded when asked for
    except ImportError as error:
        advice = ".venv/bin/python -m pip install -c constraints.txt -e '.[oidc]'"
        raise ConfigurationError(
            f"CITE_OIDC_ISSUER demande une bibliothèque absente. Installez-la : {advice}"
        ) from error
    assert settings.oidc_client is not None
    return OpenIdProvider(
        Registration(
            settings.oidc_issuer,
            settings.oidc_client,
            settings.oidc_secret.get_secret_value() if settings.oidc_secret else "",
            settings.oidc_claim,
            given_roles(settings.oidc_roles),
            settings.oidc_name,
        )
    )


def given_roles(setting: str) -> dict[str, Role]:
    """Read `value=role, value=role`; without any, each role is given by a value of its own name.

    Raises:
        ConfigurationError: a pair is not one, or names no role.
    """
    pairs = [pair.strip() for pair in setting.split(",") if pair.strip()]
    try:
        read = {value.strip(): Role(role.strip()) for value, role in (pair.split("=") for pair in pairs)}
    except ValueError as error:
        known = ", ".join(Role)
        raise ConfigurationError(
            f"Le réglage CITE_OIDC_ROLES est invalide : écrivez valeur=rôle, avec des virgules ; rôles : {known}."
        ) from error
    return read or {role.value: role for role in Role}
