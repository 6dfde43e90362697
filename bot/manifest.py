"""What is served, part by part, computed from the bytes that serve it: the manifest that the committee approves.

Each file of the program belongs to one part and no more; the index and the weights are the ones named by the data
folder, or those that a server has in memory. Every byte is read again each time: a date or a size proves nothing.

| part | what its digest covers |
| --- | --- |
| code | every file of ethics/, corpus/, bot/ and ui/ that no other part holds, and constraints.txt; its commit |
| model | which language model may word answers, where it is asked, and how |
| prompts | bot/prompts/*.md |
| embedding | the weights of the search and their tokenizer, the sentence model and its heads |
| guard | the checks of each sentence: bot/checks, verify, cite, certificate, second_check |
| thresholds | what decides to answer, to refuse or to hand over: refusal.toml, danger.toml..., trained weights |
| lexicon | corpus/lexicon, exception words, names masked, roles of headings |
| contacts | contacts.toml and authorities.toml |
| retrieval | ranking_weights.toml, and the engine of vectors |
| index | every file of the index: the store of passages, and what was drawn from it to rank them |
| passages | Merkle root of the passages, recomputed from their text |
| policy | ethics/policy.toml |
| evaluation | the files of eval/cases |

A synchronisation changes `passages` and `index`, and nothing else: an update of the corpus names both, and is signed.

What it cannot see: compiled Python left in `__pycache__` (a release is run without them), the interpreter, its
libraries beyond their pinned versions, the weights of a model that another server runs.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bot.errors import ManifestError
from bot.model import open_generation
from corpus.embed import current_weights, load_embedder, weights_digest
from corpus.generation import current_generation, file_digest, index_digest, index_digests
from corpus.sentence_model import sentence_model
from corpus.settings import ROOT, Settings
from corpus.store import STORE_FILE
from ethics.canonical import canonical, fingerprint
from ethics.manifest import Manifest, read_manifest
from ethics.merkle import AlteredPassagesError, passages_root
from ethics.words import trouble

RELEASE_FILE = "release.json"
"""Beside the code of a release that was put down without git: the commit that it was made from, as its maker said."""

CONSTRAINTS = "constraints.txt"
FLOORS = ("bot", "corpus", "ethics", "ui")
"""Folders of what runs when an answer is given; `eval/cases` is only read."""

_PLACES = {
    "bot/prompts/*.md": "prompts",
    "bot/checks/*": "guard",
    "bot/verify.py": "guard",
    "bot/cite.py": "guard",
    "bot/certificate.*": "guard",
    "bot/second_check.py": "guard",
    "bot/*.npz": "thresholds",
    "bot/refusal.toml": "thresholds",
    "bot/intent_leaning.toml": "thresholds",
    "bot/attack.toml": "thresholds",
    "bot/danger.toml": "thresholds",
    "bot/human.toml": "thresholds",
    "bot/route.toml": "thresholds",
    "bot/rewrite.toml": "thresholds",
    "bot/siblings.toml": "thresholds",
    "bot/places.toml": "lexicon",
    "bot/roles.toml": "lexicon",
    "bot/lead.toml": "lexicon",
    "corpus/lexicon/*": "lexicon",
    "corpus/exception_words.toml": "lexicon",
    "corpus/personal_data/*.txt": "lexicon",
    "corpus/personal_data/*.toml": "lexicon",
    "corpus/contacts.toml": "contacts",
    "corpus/authorities.toml": "contacts",
    "corpus/ranking_weights.toml": "retrieval",
    "corpus/sense*.npz": "embedding",
    "ethics/policy.toml": "policy",
    "eval/cases/*": "evaluation",
}
"""Part of a file by its path; the first that fits, `code` where none does."""

_NO_COMMIT = "0" * 40


class Fingerprinter:
    """Computes the manifest of one program and one data folder.

    Args:
        settings: of the service: data folder, engine of vectors, model.
        root: folder of the code.
        generation: folder of the index that is in memory; None for the one in force, looked up each time.
    """

    def __init__(self, settings: Settings, root: Path = ROOT, generation: Path | None = None) -> None:
        self._settings, self._root, self._generation = settings, root, generation

    def manifest(self) -> Manifest:
        """Read every byte and return the manifest.

        The Merkle root is computed again only when a byte of the store has changed: it is drawn from nothing else.

        Raises:
            IndexMissingError, WeightsMissingError, IndexDamagedError: there is nothing to serve.
            ManifestError: a file cannot be read, or a passage is not the one that its digest says.
        """
        try:
            return self._manifest()
        except (OSError, AlteredPassagesError) as error:
            told = trouble(error) if isinstance(error, OSError) else error
            raise ManifestError(f"Ce qui est servi ne peut être décrit : {told}") from error

    def _manifest(self) -> Manifest:
        generation = self._generation or current_generation(self._settings.index)
        index = index_digests(generation)
        files = {part: list[Path]() for part in set(_PLACES.values()) | {"code"}}
        for name, part in placed_files(self._root).items():
            files[part].append(self._root / name)
        said: dict[str, Any] = {part: digest_of(paths, self._root) for part, paths in files.items()}
        said["policy"] = file_digest(self._root / "ethics/policy.toml")
        code = {"constraints": file_digest(self._root / CONSTRAINTS), "files": said["code"]}
        said["code"] = commit_of(self._root) | code
        said["model"] = model_part(self._settings)
        said["embedding"] = embedding_part(self._settings, said["embedding"])
        said["retrieval"] = fingerprint({"weights": said["retrieval"], "engine": self._settings.vectors})
        said["index"] = index_digest(index)
        said["passages"] = _root_of(generation / STORE_FILE, index[STORE_FILE])
        return read_manifest(said)


_ROOTS: dict[str, str] = {}
"""Merkle roots already recomputed, by the SHA-256 of the whole store: the last few."""
_ROOTS_KEPT = 4


def _root_of(store: Path, digest: str) -> str:
    if digest not in _ROOTS:
        root = passages_root(store)
        while len(_ROOTS) >= _ROOTS_KEPT:
            _ROOTS.pop(next(iter(_ROOTS)))
        _ROOTS[digest] = root
    return _ROOTS[digest]


def placed_files(root: Path) -> dict[str, str]:
    """Return every file of the program with the part that it belongs to, by path."""
    places = [root / name for name in (*FLOORS, "eval/cases")]
    paths = sorted(path for place in places for path in place.rglob("*") if path.is_file())
    names = (path.relative_to(root).as_posix() for path in paths if "__pycache__" not in path.parts)
    return {name: _part_of(name) for name in names}


def digest_of(paths: Iterable[Path], root: Path) -> str:
    """Return one SHA-256 for files and their names, in the order of their names, 64 hex digits."""
    found = hashlib.sha256()
    for path in sorted(paths):
        # What an editor put aside for an instant is gone, and was never part of the program.
        with suppress(FileNotFoundError):
            found.update(f"{path.relative_to(root).as_posix()}\0{file_digest(path)}\n".encode())
    return found.hexdigest()


def embedding_digest(settings: Settings) -> str:
    """Return the digest of the weights in force, read in pieces; of the configured model where there is one."""
    if settings.model:
        return load_embedder(settings).digest
    return weights_digest(current_weights(settings.data))


def embedding_part(settings: Settings, heads: str) -> str:
    """Return one digest of all that turns words into vectors: the weights, the sentence model, its heads."""
    parts = {"weights": embedding_digest(settings), "sentences": sentence_model().digest, "heads": heads}
    return fingerprint(parts)


def model_part(settings: Settings) -> dict[str, str]:
    """Tell which model may word answers, and the digest of how it is asked; never its key.

    The identity is the one that its server declares: no weights of it are on this machine to be read.
    """
    model = open_generation(settings).model
    if model is None:
        return {"identity": "none", "name": "", "weights": "", "settings": fingerprint({"mode": "never"})}
    how = {
        "mode": settings.generation,
        "servers": [str(settings.model_url), str(settings.model_fallback_url or "")],
        "fallback": settings.model_fallback_name or "",
        "deadline_ms": round(1000 * settings.deadline),
        "second_check": settings.second_check or "",
        "second_check_from": round(1000 * settings.second_check_from),
    }
    return {"identity": "declared", "name": model.name, "weights": "", "settings": fingerprint(how)}


def commit_of(root: Path) -> dict[str, Any]:
    """Return the commit of the code and whether the code is exactly it.

    Without git, what the maker of the release wrote beside the code; without either, nothing is claimed: no commit, and
    not clean, which the policy refuses beyond a demonstration.
    """
    if (root / ".git").exists():
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", *FLOORS, "eval/cases", CONSTRAINTS)
        if commit is not None and changed is not None:
            return {"commit": commit, "clean": not changed}
    try:
        said = json.loads((root / RELEASE_FILE).read_bytes())
        return {"commit": str(said["commit"]), "clean": said["clean"] is True}
    except (OSError, ValueError, KeyError, TypeError):
        return {"commit": _NO_COMMIT, "clean": False}


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the file that `python -m ethics fingerprint | propose | export --manifest` read."""
    return canonical(dict(manifest.parts)) + b"\n"


def both(start: Manifest, now: Manifest) -> Manifest:
    """Return what is served by a program that started on one state of its files, which may since have changed.

    A part whose files changed is neither what is in memory, of which some is read late, nor what is on the disk: it
    gets a digest of its own, which nobody approved. The commit and the model are those of the start.
    """
    parts = {
        part: value if value == now.parts[part] else _both(value, now.parts[part])
        for part, value in start.parts.items()
    }
    return Manifest(parts)


def _both(start: Any, now: Any) -> Any:
    if not isinstance(start, Mapping):
        return fingerprint([start, now])
    proved = {key for key in ("constraints", "files", "settings") if key in start and start[key] != now[key]}
    return dict(start) | {key: fingerprint([start[key], now[key]]) for key in proved}


def _part_of(name: str) -> str:
    return next((part for pattern, part in _PLACES.items() if fnmatchcase(name, pattern)), "code")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
