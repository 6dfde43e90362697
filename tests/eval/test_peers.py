"""Peers get a fair chance: every unit, every document of it, and as many rows as the documents asked for need."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.collection import UnitText
from eval.peers import PeerUnavailableError, PlainBm25, Postgres
from eval.vector_cache import VectorCache

UNITS = [
    UnitText("F1", "Carte d’identité", "Perte", "Déclarez la perte de la carte à la mairie."),
    UnitText("F1", "Carte d’identité", "Coût", "Le renouvellement coûte un timbre."),
    UnitText("F2", "Passeport", "", "La demande se fait en mairie."),
]


def test_a_document_is_worth_its_best_unit_and_is_given_once() -> None:
    assert PlainBm25(UNITS).rank("perte carte demande", 10) == ["F1", "F2"]


def test_a_question_without_a_word_of_the_documents_finds_nothing() -> None:
    assert PlainBm25(UNITS).rank("zzz", 10) == []


def test_a_document_with_many_units_does_not_push_the_others_out() -> None:
    crowd = [UnitText("F1", "Mairie", "", "mairie")] * 200
    others = [UnitText(f"F{rank}", "Autre fiche", "", "une mairie parmi d’autres mots") for rank in range(2, 6)]

    assert set(PlainBm25([*crowd, *others]).rank("mairie", 5)) == {"F1", "F2", "F3", "F4", "F5"}


def test_a_server_that_is_not_there_is_said_in_one_sentence() -> None:
    pytest.importorskip("psycopg", reason="the evaluation extra is not installed")

    with pytest.raises(PeerUnavailableError, match="start one"):
        Postgres(UNITS, "host=127.0.0.1 port=1 connect_timeout=2 user=nobody dbname=nothing")


def test_a_vector_kept_is_found_again_by_the_next_run(tmp_path: Path) -> None:
    VectorCache(tmp_path / "new" / "v.sqlite").keep(["a text"], np.asarray([[0.25, 0.5]], dtype=np.float32))

    again = VectorCache(tmp_path / "new" / "v.sqlite")

    assert again["a text"].tolist() == [0.25, 0.5]
    assert "another text" not in again
