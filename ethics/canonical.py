"""One way of writing a value as bytes, so that the same value always has the same digest.

JSON, keys sorted, no space, UTF-8. No fractional number: two machines may write it differently, so a rate is kept as
its two counts. Reading refuses what two readers could read differently (a key given twice, NaN).

Source: RFC 8785 (JSON Canonicalization Scheme), restricted to whole numbers and to ASCII keys.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_LARGEST = 2**53  # beyond it, a reader that holds numbers as floats sees another one


def canonical(value: Any) -> bytes:
    """Write a value of dicts, lists, strings, whole numbers, booleans and None.

    Raises:
        ValueError: the value holds anything else, a key that is not ASCII, or a text that UTF-8 cannot write.
    """
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def parsed(data: bytes) -> Any:
    """Read JSON bytes strictly.

    Raises:
        ValueError: not UTF-8, not JSON, nested beyond reason, a key given twice, or a number that is not whole.
    """
    try:
        return json.loads(
            data.decode(), object_pairs_hook=_once, parse_float=_refused, parse_constant=_refused, parse_int=_whole
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of the canonical bytes of a value, 64 hex digits."""
    return digest(canonical(value))


def _check(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"a key is an ASCII text, not {key!r}")
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    elif value is not None and not isinstance(value, str | bool | int):
        raise ValueError(f"{type(value).__name__} has no canonical form here")
    elif isinstance(value, int) and abs(value) >= _LARGEST:
        raise ValueError("a number is below 2 to the 53")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is not a whole number")


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= _LARGEST:
        raise ValueError("a number is below 2 to the 53")
    return int(text)
