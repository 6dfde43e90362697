"""What proving costs, and what it finds: `python -m eval.proof_bench --bundle DIR`, DIR being an imported release.

Receipts of the bot installed here are given again by the release, in its own folder and process, and compared byte for
byte. Then one word of the weights, and one passage, are exchanged in a copy, and the service that runs on the copy is
sampled as `python -m bot watch` does: as a service that tells its own fingerprint, then as one that lies about it.
Times are of the processor, and given beside hashing the same bytes, so that a busy machine does not change them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import numpy as np
import orjson
from safetensors.numpy import load_file, save_file

from bot.answer import answer_digest, said_digest, to_json
from bot.assembly import Assembly, assemble
from bot.errors import BotError
from bot.manifest import Fingerprinter, embedding_digest
from bot.release import Release, open_release
from bot.replay import again_in, compared, read_asked
from bot.watch import Watched
from corpus.document import passage_body, passage_digest
from corpus.embed import WEIGHTS_FILE, current_weights
from corpus.errors import CorpusError
from corpus.generation import current_generation, file_digest, index_digests
from corpus.settings import Settings, load_settings
from corpus.store import STORE_FILE
from ethics.errors import EthicsError
from ethics.merkle import passages_root
from ethics.passages import ApprovedPassages
from ethics.receipt import new_receipt

_PROBES = 50
_TAILS = ("", " : combien ça coûte ?", " : quel délai ?", " : quels documents ?")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print one JSON object."""
    parser = ArgumentParser(prog="python -m eval.proof_bench", description=__doc__)
    parser.add_argument("--bundle", type=Path, required=True, help="dossier d’une version importée")
    parser.add_argument("--receipts", type=int, default=10_000, help="combien de reçus refaire, au plus")
    parser.add_argument("--minutes", type=float, default=60.0, help="temps donné aux reçus, au plus")
    parser.add_argument("--seed", default="proof", help="graine du tirage des questions")
    args = parser.parse_args(arguments)
    try:
        settings, release = load_settings(), open_release(args.bundle)
        release.check(settings)
        served = release.settings(settings)
        bot = assemble(served)
        texts = list(_questions(bot, args.seed, args.receipts))
        found = {
            "manifest": _manifest_times(served),
            "inclusion": _inclusion_times(bot),
            "replay": _replayed(bot, release, texts, args.minutes),
            "watch": _watched(bot, release, served, texts[:_PROBES]),
        }
        bot.opened.store.close()
    except (BotError, CorpusError, EthicsError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0


def _questions(bot: Assembly, seed: str, count: int) -> Iterator[str]:
    """Yield questions that differ: every title, then every title with each ending, in an order that is drawn."""
    titles = sorted({card.title for card in bot.opened.store.documents()})
    titles.sort(key=lambda title: hashlib.sha256(f"{seed}/{title}".encode()).digest())
    texts = (f"{title}{tail}" for tail in _TAILS for title in titles)
    return (text for _, text in zip(range(count), texts, strict=False))


def _spent(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _manifest_times(settings: Settings) -> dict[str, float]:
    """Processor seconds of a manifest: from nothing, then with the root kept, and of hashing the same bytes."""
    prints, generation = Fingerprinter(settings), current_generation(settings.index)

    def hashed() -> None:
        for name in index_digests(generation):
            file_digest(generation / name)

    kept = min(_spent(prints.manifest) for _ in range(3))
    # The root was recomputed when the release was checked: its time is taken again.
    whole = kept + _spent(lambda: passages_root(generation / STORE_FILE))
    # `index_digests` hashes too: half of it is one reading of the index.
    bare = min(_spent(hashed) for _ in range(3)) / 2 + min(_spent(lambda: embedding_digest(settings)) for _ in range(3))
    return {"full_s": whole, "root_kept_s": kept, "bare_hash_s": bare, "full": whole / bare, "root_kept": kept / bare}


def _inclusion_times(bot: Assembly) -> dict[str, float]:
    """Processor seconds to build the tree once, and to prove 8 passages, their digests taken again."""
    store, root = bot.opened.store, bot.opened.manifest.root
    built = _spent(lambda: ApprovedPassages(store.digests(), root))
    tree = ApprovedPassages(store.digests(), root)
    passages = [passage for _, passage in zip(range(800), store.all_passages(), strict=False)]
    spent = _spent(lambda: [tree.holds_digest(passage_digest(passage)) for passage in passages])
    return {"leaves": len(tree), "tree_s": built, "eight_passages_ms": 1000 * spent / len(passages) * 8}


def _replayed(bot: Assembly, release: Release, texts: Sequence[str], minutes: float) -> dict[str, Any]:
    """Give answers again in another process, until all are or the time is over."""
    end, same, other, quoted = time.monotonic() + 60 * minutes, 0, list[str](), 0
    day, now = datetime.now(UTC).astimezone().date(), datetime.now(UTC)
    with again_in(release) as again:
        for text in texts:
            if time.monotonic() > end:
                break
            turn = bot.responder.respond(text, day)
            refs = tuple(dict.fromkeys(c.passage for sentence in turn.sentences for c in sentence.citations))
            receipt = new_receipt(answer_digest(turn), release.bundle.manifest.fingerprint, refs, now)
            asked = read_asked({"receipt": receipt.as_dict(), "q": text, "day": day.isoformat()})
            quoted += bool(refs)
            if compared(asked, again).same:
                same += 1
            else:
                other.append(receipt.id)
    return {"asked": same + len(other), "with_quotes": quoted, "same": same, "different": other[:10]}


class _Liar:
    """A service that runs one bot and says that it serves what was approved."""

    def __init__(self, bot: Assembly, release: Release, honest: Assembly) -> None:
        self._bot, self._manifest, self._honest = bot, release.bundle.manifest, honest.opened.store
        self._tree = ApprovedPassages(self._honest.digests(), honest.opened.manifest.root)
        self._receipts: dict[str, dict[str, Any]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind, _, rest = unquote(request.url.path).removeprefix("/api/v1/").partition("/")
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "release": lambda: {"manifest": dict(self._manifest.parts), "release": self._manifest.fingerprint},
            "ask": lambda: self._answer(json.loads(request.content)["q"]),
            "receipts": lambda: self._receipts[rest],
            "proofs": lambda: self._proof(rest),
        }
        return httpx.Response(200, json=answers[kind]())

    def _answer(self, text: str) -> dict[str, Any]:
        answer = to_json(self._bot.responder.respond(text, datetime.now(UTC).astimezone().date()), None)
        refs = dict.fromkeys(c["passage"] for sentence in answer["sentences"] for c in sentence["citations"])
        receipt = new_receipt(said_digest(answer), self._manifest.fingerprint, tuple(refs), datetime.now(UTC))
        self._receipts[receipt.id] = receipt.as_dict()
        return answer | {"receipt": receipt.id}

    def _proof(self, ref: str) -> dict[str, Any]:
        passage = self._honest.passage(ref)
        if passage is None:
            return {}
        index, path = self._tree.proof(passage_digest(passage))
        return {"body": passage_body(passage).decode(), "index": index, "size": len(self._tree), "path": path}


def _watched(bot: Assembly, release: Release, settings: Settings, texts: Sequence[str]) -> dict[str, Any]:
    """Sample services that run on altered copies; each says at which probe it was found, null when it was not."""
    found: dict[str, Any] = {"probes": len(texts)}
    for name, alter in (("weight", _alter_weight), ("passage", _alter_passage)):
        with tempfile.TemporaryDirectory() as aside:
            shutil.copytree(settings.data, aside, dirs_exist_ok=True)
            copy = settings.model_copy(update={"data": Path(aside)})
            alter(copy, bot, texts)
            # A service that computes its own fingerprint cannot name the approved one: probe 0.
            index, honest = (index_digests(current_generation(one.index)) for one in (copy, settings))
            told = embedding_digest(copy) != embedding_digest(settings) or index != honest
            altered = assemble(copy)
            found[name] = {"told": 0 if told else None, "lied": _probed(altered, bot, release, texts)}
            altered.opened.store.close()
    return found


def _probed(altered: Assembly, bot: Assembly, release: Release, texts: Sequence[str]) -> int | None:
    client = httpx.Client(transport=httpx.MockTransport(_Liar(altered, release, bot)), base_url="http://service")
    with again_in(release) as again:
        for probe, difference in enumerate(Watched(client, release.bundle.manifest, again).sampled(texts)):
            if difference is not None:
                return probe
    return None


def _alter_weight(settings: Settings, _: Assembly, __: Sequence[str]) -> None:
    """Exchange the vectors of two words, drawn among all."""
    path = current_weights(settings.data) / WEIGHTS_FILE
    weights = dict(load_file(path))
    table = weights["embedding.weight"].copy()
    one, other = np.random.default_rng(5).choice(len(table), 2, replace=False)
    table[[one, other]] = table[[other, one]]
    save_file(weights | {"embedding.weight": table}, path)
    # Whoever exchanges weights writes their digest again, so that the index accepts them.
    manifest = current_generation(settings.index) / "manifest.json"
    said = orjson.loads(manifest.read_bytes())
    manifest.write_bytes(orjson.dumps(said | {"weights": embedding_digest(settings)}))


def _alter_passage(settings: Settings, bot: Assembly, texts: Sequence[str]) -> None:
    """Put "non" in one passage that one of the last probes quotes."""
    day = datetime.now(UTC).astimezone().date()
    turns = (bot.responder.respond(text, day) for text in reversed(texts))
    ref = next(turn.sentences[0].citations[0].passage for turn in turns if turn.sentences)
    store = current_generation(settings.index) / STORE_FILE
    with sqlite3.connect(store) as connection:
        (body,) = connection.execute("SELECT body FROM passages WHERE ref = ?", [ref]).fetchone()
        said = orjson.loads(body)
        said["text"] = said["text"].replace(" ", " non ", 1)
        connection.execute("UPDATE passages SET body = ? WHERE ref = ?", [orjson.dumps(said), ref])


if __name__ == "__main__":
    sys.exit(main())
