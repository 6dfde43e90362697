"""How the tests read a page and send its forms, as a browser without script does."""

from __future__ import annotations

import re
from html import unescape

import httpx
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode


def first(page: str, selector: str) -> LexborNode:
    """The first node of a page that a selector finds; there must be one."""
    found = HTMLParser(page).css_first(selector)
    assert found is not None, selector
    return found


def said(page: str, selector: str, attribute: str) -> str:
    return first(page, selector).attributes[attribute] or ""


def token_in(page: str) -> str:
    return said(page, "input[name=token]", "value")


def asked(client: httpx.Client, text: str, **fields: str) -> httpx.Response:
    token = token_in(client.get("/").text)
    return client.post("/question", data={"q": text, "token": token, **fields})


def field(page: str, name: str) -> str:
    return said(page, f"form.ask input[name={name}]", "value")


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(first(page, "body").text()))
