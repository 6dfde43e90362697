"""Sample a running service from outside, and prove that it serves something else than what was signed.

Whoever watches holds a copy of the approved release (and, to be sure of the signatures, of the records). Nothing that
the service says is believed: what it says it serves is compared with what was signed; each passage that it quotes is
proved against the approved root by its own bytes; each answer is given again by the approved release.

What sampling cannot do: one passage altered among tens of thousands, by a service that lies about its fingerprint, is
seen only by a question that quotes it.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from bot.answer import said_digest
from bot.errors import ProofError
from bot.release import Release
from bot.replay import Again, receipt_from
from corpus.document import fold_spaces
from corpus.generation import current_generation
from corpus.settings import Settings
from corpus.store import STORE_FILE, PassageStore
from ethics.errors import RecordsError
from ethics.manifest import Manifest, read_manifest
from ethics.tree import is_included

_API = "/api/v1"
_TIMEOUT_S = 30.0
_PATIENCE = 20
"""Times that a busy service is asked again, as late as it asks to be."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What proves that the service does not serve what was signed.

    Attributes:
        kind: `release`, `passage`, `receipt`, `answer` or `closed`.
        text: for people.
        probe: number of the probe that found it, from 0 (before any question).
        shown: what was received, to be kept as evidence.
    """

    kind: str
    text: str
    probe: int
    shown: Mapping[str, Any]


class Watched:
    """One running service.

    Args:
        client: opened on its address.
        approved: what was signed.
        again: gives an answer again with the approved release.
    """

    def __init__(self, client: httpx.Client, approved: Manifest, again: Again) -> None:
        self._client, self._approved, self._again = client, approved, again

    def sampled(self, questions: Iterable[str]) -> Iterator[Difference | None]:
        """Ask what is served, then each question; yield what each probe found, None when all is as signed.

        Raises:
            ProofError: the service does not answer as a service of this kind.
        """
        yield self._declared()
        for probe, text in enumerate(questions, 1):
            yield self._probed(probe, text)

    def _declared(self) -> Difference | None:
        said = self._get("/release")
        try:
            parts = read_manifest(said.get("manifest"))
        except RecordsError:
            return Difference("release", "Le service ne dit pas, partie par partie, ce qu’il sert.", 0, said)
        if differing := parts.differences(self._approved):
            return Difference("release", f"Le service dit servir autre chose : {', '.join(differing)}.", 0, said)
        if said.get("release") != self._approved.fingerprint:
            return Difference("release", "Le service ne se dit pas approuvé pour ce qu’il sert.", 0, said)
        return None

    def _probed(self, probe: int, text: str) -> Difference | None:
        answer = self._post("/ask", {"q": text})
        if "sentences" not in answer:
            return Difference("closed", "Le service ne répond pas à cette question.", probe, answer)
        for citation in (one for sentence in answer["sentences"] for one in sentence["citations"]):
            if why := self._unproved(citation):
                return Difference("passage", why, probe, {"question": text, "citation": citation})
        shown = {"question": text, "answer": answer}
        if why := self._wrong_receipt(answer):
            return Difference("receipt", why, probe, shown)
        if not answer.get("generated"):
            again = self._again({"q": text, "day": answer["as_of"], "conversation": None})
            if said_digest(again) != said_digest(answer):
                return Difference(
                    "answer", "La version approuvée répond autrement.", probe, shown | {"approved": again}
                )
        return None

    def _unproved(self, citation: Mapping[str, Any]) -> str:
        ref = str(citation["passage"])
        proof = self._get(f"/proofs/{quote(ref)}")
        try:
            body = str(proof["body"]).encode()
            path = [bytes.fromhex(step) for step in proof["path"]]
            leaf, root = hashlib.sha256(body).digest(), bytes.fromhex(self._approved.parts["passages"])
            said = json.loads(body)
            held = is_included(leaf, int(proof["index"]), int(proof["size"]), path, root)
        except (KeyError, TypeError, ValueError):
            return f"Le passage {ref} n’est pas prouvé."
        if not held or said.get("ref") != ref:
            return f"Le passage {ref} n’est pas l’un de ceux qui ont été approuvés."
        if fold_spaces(str(citation["quote"])) not in fold_spaces(str(said.get("text", ""))):
            return f"Ce qui est cité n’est pas dans le passage {ref}."
        return ""

    def _wrong_receipt(self, answer: Mapping[str, Any]) -> str:
        if not answer.get("receipt"):
            return "La réponse n’a pas de reçu."
        said = self._get(f"/receipts/{answer['receipt']}")
        try:
            receipt = receipt_from(said)
        except RecordsError as error:
            return str(error)
        if not receipt.proves(said_digest(answer)):
            return "Le reçu n’est pas celui de cette réponse."
        if receipt.release != self._approved.fingerprint:
            return "Le reçu ne nomme pas la version approuvée."
        return ""

    def _get(self, path: str) -> dict[str, Any]:
        return self._sent("GET", path, None)

    def _post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        return self._sent("POST", path, said)

    def _sent(self, method: str, path: str, said: Mapping[str, Any] | None) -> dict[str, Any]:
        """Ask, and wait when the service asks to be left alone."""
        for _ in range(_PATIENCE):
            try:
                response = self._client.request(method, _API + path, json=said)
                found = response.json()
            except (httpx.HTTPError, ValueError) as error:
                raise ProofError(f"Le service ne répond pas comme Cité ({type(error).__name__}).") from error
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return found if isinstance(found, dict) else {}
            seconds = 1.0
            with suppress(ValueError):
                seconds = float(response.headers.get("retry-after", "1"))
            time.sleep(min(max(seconds, 0.1), 60.0))
        raise ProofError("Le service demande sans cesse d’attendre : reprenez plus tard.")


def opened_client(url: str) -> httpx.Client:
    """Open a client on the address of a service.

    Raises:
        ProofError: it is not an address.
    """
    if not url.startswith(("http://", "https://")):
        raise ProofError("Donnez une adresse qui commence par https:// (ou http:// sur cette machine).")
    return httpx.Client(base_url=url.rstrip("/"), timeout=_TIMEOUT_S)


def questions_of(release: Release, settings: Settings, count: int, seed: str) -> list[str]:
    """Draw the probes: titles of documents of the release, so that nobody knows beforehand what will be asked.

    Args:
        release: already checked.
        settings: of this machine.
        count: how many.
        seed: a text; the same gives the same questions.
    """
    index = release.settings(settings).index
    with PassageStore(current_generation(index) / STORE_FILE) as store:
        titles = sorted({card.title for card in store.documents()})
    return random.Random(seed).sample(titles, min(count, len(titles)))  # noqa: S311  a draw that can be done again
