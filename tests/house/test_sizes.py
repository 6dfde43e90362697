from pathlib import Path

from tests.house.sizes import LONGEST_FUNCTION, LONGEST_MODULE, findings, too_long

_MODULE = Path("bot/a.py")


def test_no_module_and_no_function_passes_the_limit() -> None:
    assert findings() == []


def test_a_module_one_line_too_long_is_named() -> None:
    at_the_limit = "\n" * LONGEST_MODULE

    assert list(too_long(_MODULE, at_the_limit)) == []
    assert "401 lines" in next(too_long(_MODULE, at_the_limit + "\n"))


def test_a_function_one_line_too_long_is_named_with_its_line() -> None:
    body = "    pass\n" * (LONGEST_FUNCTION - 1)

    assert list(too_long(_MODULE, f"def fine() -> None:\n{body}")) == []
    assert next(too_long(_MODULE, f"\ndef long() -> None:\n{body}    pass\n")).startswith("bot/a.py:2: long has 81")
