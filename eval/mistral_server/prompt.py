"""From the messages of a request to what they ask: the question and the numbered passages, unescaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from eval.mistral_server.asked import Asked
from eval.plant import Given

_QUESTION = re.compile(r"<question>(.*?)</question>", re.DOTALL)
_PASSAGE = re.compile(r"<passage\b([^>]*)>(.*?)</passage>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def read_prompt(messages: Iterable[Mapping[str, Any]]) -> Asked:
    """Read the last message of the user; a prompt of another shape gives an empty question and no passage."""
    said = [text_of(message) for message in messages if message.get("role") == "user"]
    text = said[-1] if said else ""
    question = _QUESTION.search(text)
    given = (_given(attributes, inside, rank) for rank, (attributes, inside) in enumerate(_PASSAGE.findall(text), 1))
    return Asked(html.unescape(question[1]).strip() if question else "", tuple(given))


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message, whose content is a string or a list of chunks."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(chunk.get("text", "")) for chunk in content if isinstance(chunk, dict))
    return content if isinstance(content, str) else ""


def _given(attributes: str, inside: str, rank: int) -> Given:
    said = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
    number = int(said["n"]) if said.get("n", "").isdecimal() else rank
    return Given(number, said.get("document", ""), said.get("title", ""), said.get("path", ""), html.unescape(inside))
