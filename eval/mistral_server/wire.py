"""What goes over the wire: bodies and frames of Mistral's chat and embeddings protocol."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_CHUNK = 24
_DIMENSIONS = 64
_CHARACTERS_PER_TOKEN = 4


def cut(text: str, size: int = _CHUNK) -> list[str]:
    """Cut a text in the chunks of a stream; an empty one gives one empty chunk."""
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def usage(prompt: str, written: str) -> dict[str, int]:
    """Count tokens, at four characters each."""
    asked, said = (math.ceil(len(text) / _CHARACTERS_PER_TOKEN) for text in (prompt, written))
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def completion(model: str, content: object, finish: str, used: Mapping[str, int]) -> dict[str, Any]:
    """Return the body of an answer given at once."""
    message = {"role": "assistant", "content": content, "tool_calls": None}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {**_head(model, "chat.completion"), "choices": [choice], "usage": dict(used)}


def events(model: str, chunks: Sequence[object], finish: str, used: Mapping[str, int]) -> Iterator[bytes]:
    """Yield the frames of an answer as it is written, and the end of the stream."""
    yield from (frame(model, chunk) for chunk in chunks)
    yield frame(model, "", finish, used)
    yield b"data: [DONE]\n\n"


def frame(model: str, content: object, finish: str | None = None, used: Mapping[str, int] | None = None) -> bytes:
    """Return one frame; the last one says why the model stopped and what was used."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": finish}
    body = {**_head(model, "chat.completion.chunk"), "choices": [choice]} | ({"usage": dict(used)} if used else {})
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def embeddings(model: str, inputs: Sequence[str]) -> dict[str, Any]:
    """Return the body of an answer to /v1/embeddings: unit vectors of 64 dimensions, one word one direction."""
    data = [{"object": "embedding", "index": index, "embedding": _vector(text)} for index, text in enumerate(inputs)]
    return {"id": "test", "object": "list", "model": model, "data": data, "usage": usage("".join(inputs), "")}


def filled(schema: Mapping[str, Any]) -> Any:
    """Return a value of any JSON schema: yes to every question, the first of every choice, else what is empty.

    It stands for a judge that approves everything: the worst one for a guard to lean on.
    """
    if "enum" in schema:
        return schema["enum"][0]
    for way in ("anyOf", "oneOf", "allOf"):
        if schema.get(way):
            return filled(schema[way][0])
    if schema.get("type") == "object":
        return {name: filled(inside) for name, inside in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [filled(schema["items"])] * schema.get("minItems", 0)
    plain = {"boolean": True, "integer": schema.get("minimum", 0), "number": schema.get("minimum", 0), "null": None}
    return plain.get(str(schema.get("type")), "")


def _head(model: str, kind: str) -> dict[str, Any]:
    return {"id": "test", "object": kind, "created": 0, "model": model}


def _vector(text: str) -> list[float]:
    vector = [0.0] * _DIMENSIONS
    for word in re.findall(r"\w+", text.lower()) or [""]:
        vector[hashlib.sha256(word.encode()).digest()[0] % _DIMENSIONS] += 1.0
    norm = math.sqrt(sum(value * value for value in vector))
    return [value / norm for value in vector]
