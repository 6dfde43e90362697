from __future__ import annotations

import pytest

from corpus.errors import ConfigurationError
from corpus.settings import load_settings

SERVER = {"CITE_MODEL_URL": "https://api.eu.mistral.ai/", "CITE_MODEL_NAME": "mistral-small-2603"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "NAME", "KEY", "FALLBACK_URL", "FALLBACK_NAME", "FALLBACK_KEY"):
        monkeypatch.delenv(f"CITE_MODEL_{name}", raising=False)
    for name in ("CITE_GENERATION", "CITE_DEADLINE"):
        monkeypatch.delenv(name, raising=False)


def test_without_anything_set_no_model_is_asked_and_none_answers_unasked() -> None:
    read = load_settings()

    assert (read.model_url, read.generation, read.deadline) == (None, "on_request", 20.0)


def test_a_server_is_read_without_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVER.items():
        monkeypatch.setenv(name, value)

    assert load_settings().model_url == "https://api.eu.mistral.ai"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"CITE_MODEL_URL": "https://api.eu.mistral.ai/v1"}, "CITE_MODEL_URL est invalide : retirez /v1"),
        ({"CITE_MODEL_FALLBACK_URL": "http://127.0.0.1:8000/v1/"}, "CITE_MODEL_FALLBACK_URL est invalide : retirez"),
        ({"CITE_MODEL_URL": "api.eu.mistral.ai"}, "CITE_MODEL_URL est invalide : donnez une adresse"),
        ({"CITE_MODEL_URL": "https://moi:secret@api.eu.mistral.ai"}, "sans clé"),
        ({"CITE_MODEL_URL": "http://[::1"}, "donnez une adresse"),
        ({"CITE_MODEL_URL": "http://a:99999999"}, "donnez une adresse"),
        ({"CITE_MODEL_NAME": ""}, "CITE_MODEL_NAME manque"),
        ({"CITE_MODEL_URL": ""}, "CITE_MODEL_URL manque"),
        ({"CITE_MODEL_FALLBACK_NAME": "m-2512"}, "CITE_MODEL_FALLBACK_URL manque"),
        (
            {"CITE_MODEL_URL": "", "CITE_MODEL_NAME": "", "CITE_MODEL_FALLBACK_URL": "http://a"}
            | {"CITE_MODEL_FALLBACK_NAME": "m-2512"},
            "secours",
        ),
        ({"CITE_GENERATION": "parfois"}, "CITE_GENERATION est invalide : les valeurs admises sont 'never'"),
        ({"CITE_DEADLINE": "nan"}, "CITE_DEADLINE est invalide"),
        ({"CITE_DEADLINE": "0"}, "CITE_DEADLINE est invalide"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_variable_and_not_its_value(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], said: str
) -> None:
    for name, value in {**SERVER, **values}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as raised:
        load_settings()

    assert said in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CITE_MODEL_KEY", "cle-tres-secrete")
    read = load_settings()

    assert read.model_key
    assert read.model_key.get_secret_value() == "cle-tres-secrete"
    assert "secrete" not in f"{read} {read!r} {read.model_dump_json()}"
