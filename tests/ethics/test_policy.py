from __future__ import annotations

from pathlib import Path

import pytest

from ethics.errors import PolicyError
from ethics.policy import GenerationPolicy, is_this_machine, load_generation, load_policy

TABLE = {"mode": "on_request", "hosts": ["api.example.fr", "ia.example.fr:8443", "127.0.0.1"], "models": ["m-2512"]}
POLICY = GenerationPolicy.read({**TABLE, "demo_models": ["test-*"]})


def test_the_policy_in_force_can_be_read() -> None:
    policy = load_policy().generation

    assert "api.eu.mistral.ai" in policy.hosts
    assert policy.mode != "always"
    assert all(policy.refusal("https://api.eu.mistral.ai", model, "public") == "" for model in policy.models)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"surprise": 1}, "« surprise » est inconnue"),
        ({"mode": "sometimes"}, "« mode » vaut never, on_request ou always"),
        ({"mode": ["always"]}, "« mode » vaut"),
        ({"hosts": "api.example.fr"}, "« hosts » est une liste"),
        ({"hosts": [""]}, "« hosts » est une liste"),
        ({"models": [2512]}, "« models » est une liste"),
        ({"models": ["mistral-large-latest"]}, "alias"),
        ({"models": ["mistral-large"]}, "date"),
        ({"models": ["mistral-large-2599"]}, "date"),
    ],
)
def test_a_wrong_key_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        GenerationPolicy.read({**TABLE, **change})


@pytest.mark.parametrize("absent", ["mode", "hosts", "models"])
def test_a_missing_key_is_named(absent: str) -> None:
    with pytest.raises(PolicyError, match=absent):
        GenerationPolicy.read({name: value for name, value in TABLE.items() if name != absent})


@pytest.mark.parametrize("text", ["[generation", "", "generation = 1\n", "\xff"])
def test_a_file_that_cannot_be_applied_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(PolicyError, match=r"policy\.toml"):
        load_generation(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"ailleurs\.toml"):
        load_generation(tmp_path / "ailleurs.toml")


def test_tables_of_others_are_left_to_them(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[generation]\nmode = "never"\nhosts = []\nmodels = []\n[seuils]\nx = 1\n', encoding="utf-8")

    assert load_generation(path) == GenerationPolicy("never", (), ())


@pytest.mark.parametrize(
    ("url", "model", "scope"),
    [
        ("https://api.example.fr", "m-2512", "public"),
        ("https://API.example.fr:443/derriere", "m-2512", "public"),
        ("https://ia.example.fr:8443", "m-2512", "agents"),
        ("http://127.0.0.1:8000", "m-2512", "public"),
        ("http://127.0.0.1:8000", "test-honest", "demo"),
    ],
)
def test_what_is_listed_is_allowed(url: str, model: str, scope: str) -> None:
    assert POLICY.refusal(url, model, scope) == ""


@pytest.mark.parametrize(
    ("url", "model", "scope", "said"),
    [
        ("http://api.example.fr:443", "m-2512", "demo", "https"),
        ("http://api.example.fr", "m-2512", "demo", "hosts"),
        ("https://api.example.fr:8443", "m-2512", "demo", "hosts"),
        ("https://api.example.fr.ailleurs.org", "m-2512", "demo", "hosts"),
        ("https://127.0.0.1@ailleurs.org", "m-2512", "demo", "hosts"),
        ("http://[::1]:8000", "m-2512", "demo", "hosts"),
        ("https://api.example.fr", "m-2511", "demo", "models"),
        ("https://api.example.fr", "m-latest", "demo", "alias"),
        ("https://api.example.fr", "test-honest", "demo", "essai"),
        ("http://127.0.0.1:8000", "test-honest", "agents", "essai"),
        ("http://127.0.0.1:8000", "test-honest", "public", "essai"),
    ],
)
def test_what_is_not_listed_is_refused_with_its_reason(url: str, model: str, scope: str, said: str) -> None:
    assert said in POLICY.refusal(url, model, scope)


def test_the_mode_asked_for_is_bounded_never_raised() -> None:
    strict = GenerationPolicy("never", (), ())
    free = GenerationPolicy("always", (), ())

    assert [POLICY.bounded(mode) for mode in ("never", "on_request", "always")] == ["never", "on_request", "on_request"]
    assert strict.bounded("always") == "never"
    assert free.bounded("on_request") == "on_request"


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("LOCALHOST", True),
        ("10.0.0.1", False),
        ("a.fr", False),
    ],
)
def test_this_machine_is_its_loopback(host: str, *, here: bool) -> None:
    assert is_this_machine(host) is here
