"""`test-judge`: the model of the test server that marks answers, by counting words. It understands nothing.

It follows the schemas of the ragas metrics that `eval/judge.py` asks, so that the whole way (client, prompts, parsing,
failures) runs without a real model. Its marks say how many words of a text stand in another, nothing of their sense.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from corpus.analyse import terms
from corpus.sentences import split_sentences

JUDGE = "test-judge"
_INPUT = re.compile(r"\binput: (\{.*\})\s*Output:", re.DOTALL)
_ENOUGH, _SOME = 0.8, 0.4


def judged(schema: Mapping[str, Any], prompt: str) -> dict[str, Any]:
    """Return a value of the schema of one metric; an empty one for a schema that is none of theirs."""
    reply = _REPLIES.get(frozenset(schema.get("properties", {})))
    return reply(_given(prompt)) if reply else {}


def _statements(given: Mapping[str, Any]) -> dict[str, Any]:
    """The statements of an answer, or the verdict on each of those given."""
    if "answer" in given:
        return {"statements": list(split_sentences(str(given["answer"])))}
    told = [str(text) for text in given.get("statements", ())]
    return {"statements": [{"statement": t, "reason": "mots", "verdict": _in(t, _context(given))} for t in told]}


def _classifications(given: Mapping[str, Any]) -> dict[str, Any]:
    told = split_sentences(str(given.get("answer", "")))
    found = [{"statement": t, "reason": "mots", "attributed": _in(t, _context(given))} for t in told]
    return {"classifications": found}


def _question(given: Mapping[str, Any]) -> dict[str, Any]:
    first = next(iter(split_sentences(str(given.get("response", "")))), "")
    return {"question": f"{first} ?", "noncommittal": 0}


def _verdict(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": "mots", "verdict": int(_share(str(given.get("answer", "")), _context(given)) >= _SOME)}


def _rating(given: Mapping[str, Any]) -> dict[str, Any]:
    share = _share(str(given.get("response", "")), _context(given))
    return {"rating": (share >= _SOME) + (share >= _ENOUGH)}


_REPLIES: Mapping[frozenset[str], Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    frozenset({"statements"}): _statements,
    frozenset({"classifications"}): _classifications,
    frozenset({"question", "noncommittal"}): _question,
    frozenset({"reason", "verdict"}): _verdict,
    frozenset({"rating"}): _rating,
}
"""How each schema is filled, by the names of its properties."""


def _context(given: Mapping[str, Any]) -> str:
    return str(given.get("context", ""))


def _given(prompt: str) -> dict[str, Any]:
    """What the metric gives to judge: the JSON after its instruction."""
    found = _INPUT.search(prompt)
    try:
        read = json.loads(found[1]) if found else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _in(text: str, context: str) -> int:
    return int(_share(text, context) >= _ENOUGH)


def _share(text: str, context: str) -> float:
    said = set(terms(text))
    return len(said & set(terms(context))) / len(said) if said else 0.0
