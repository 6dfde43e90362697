"""robots.txt after RFC 9309: groups, wildcards, the longest rule wins; and the common `Crawl-delay`.

The standard library's parser takes the first rule that matches and reads `*` inside a path as a plain character, so
that `Disallow: /*?page=` would be ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

MAX_BYTES = 500_000
"""RFC 9309 section 2.5: at least 500 KiB are read; the rest is ignored."""

_MAX_RULES = 5_000


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for one robot on one host.

    Attributes:
        rules: (pattern, allowed), longest pattern first.
        delay: seconds asked between two requests, None where not given.
        sitemaps: addresses announced.
    """

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float | None = None
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Tell whether the address may be fetched; the longest matching rule decides, `Allow` at equal length."""
        parts = urlsplit(url)
        path = _encoded(parts.path or "/") + (f"?{_encoded(parts.query)}" if parts.query else "")
        return next((allowed for pattern, allowed in self.rules if _matches(pattern, path)), True)


REFUSED = Robots(rules=(("/", False),))
"""Used when robots.txt could not be read: everything is disallowed (RFC 9309, section 2.3.1.4)."""


def read_robots(text: str, robot: str) -> Robots:
    """Read the groups that name `robot` (a product word such as `Cite`), else those for `*`."""
    groups: dict[str, list[tuple[str, str]]] = {}
    current: list[str] = []
    sitemaps: list[str] = []
    in_names = False
    for line in text.lstrip("\ufeff").splitlines():
        name, _, value = line.split("#", 1)[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            current = [*current, value.lower()] if in_names else [value.lower()]
            groups.setdefault(value.lower(), [])
        elif name == "sitemap":
            sitemaps.append(value)
            continue
        elif name in ("allow", "disallow", "crawl-delay"):
            for agent in current:
                groups[agent].append((name, value))
        in_names = name == "user-agent" or (in_names and not name)
    lines = groups.get(robot.lower(), groups.get("*", []))[:_MAX_RULES]
    rules = [(_encoded(value), name == "allow") for name, value in lines if name != "crawl-delay" and value]
    rules.sort(key=lambda rule: (-len(rule[0]), not rule[1]))
    return Robots(tuple(rules), _delay(lines), tuple(sitemaps))


def _delay(lines: list[tuple[str, str]]) -> float | None:
    values = [value for name, value in lines if name == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d+)?", value)]
    return max(map(float, values)) if values else None


def _encoded(text: str) -> str:
    return quote(text, safe="/%*$?=&:;,+@!'()~[]#-._")


def _matches(pattern: str, path: str) -> bool:
    # Plain search of each piece in turn: a regular expression with many stars could run for ever.
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    for rank, piece in enumerate(rest):
        if anchored and rank == len(rest) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= position
        position = path.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return not anchored or position == len(path)
