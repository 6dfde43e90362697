"""One fingerprint for all that is served: no part can change under it."""

from __future__ import annotations

from typing import Any

import pytest

from ethics.errors import RecordsError
from ethics.manifest import PARTS, Manifest, read_manifest

DIGEST = "ab" * 32
MODEL = {"identity": "declared", "name": "mistral-small-2603", "weights": "", "settings": DIGEST}
CODE = {"commit": "ab" * 20, "clean": True, "constraints": DIGEST, "files": DIGEST}
SAID: dict[str, Any] = dict.fromkeys(PARTS, DIGEST) | {"code": CODE, "model": MODEL}


def with_model(**change: object) -> dict[str, Any]:
    return SAID | {"model": MODEL | change}


@pytest.mark.parametrize("part", PARTS)
def test_any_changed_part_changes_the_fingerprint_and_is_named(part: str) -> None:
    other = SAID | {
        part: {"code": CODE | {"clean": False}, "model": MODEL | {"name": "other-2603"}}.get(part, "cd" * 32)
    }

    assert read_manifest(other).fingerprint != read_manifest(SAID).fingerprint
    assert read_manifest(other).differences(read_manifest(SAID)) == (part,)
    assert read_manifest(SAID).differences(read_manifest(SAID)) == ()


def test_the_order_of_parts_does_not_matter() -> None:
    assert read_manifest(dict(reversed(SAID.items()))).fingerprint == read_manifest(SAID).fingerprint
    assert len(read_manifest(SAID).fingerprint) == 64


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_is_refused(part: str) -> None:
    with pytest.raises(RecordsError, match="incomplète"):
        read_manifest({name: value for name, value in SAID.items() if name != part})


@pytest.mark.parametrize(
    "said",
    [
        SAID | {"more": DIGEST},
        SAID | {"prompts": "AB" * 32},
        SAID | {"prompts": 12},
        SAID | {"prompts": ""},
        SAID | {"code": DIGEST},
        SAID | {"code": CODE | {"more": 1}},
        SAID | {"code": CODE | {"commit": "ab"}},
        SAID | {"code": CODE | {"clean": 1}},
        SAID | {"code": CODE | {"constraints": ""}},
        SAID | {"code": CODE | {"files": "ab"}},
        SAID | {"code": {name: value for name, value in CODE.items() if name != "files"}},
        SAID | {"model": DIGEST},
        with_model(more=1),
        with_model(identity="guessed"),
        with_model(name=None),
        with_model(name=""),
        with_model(settings=""),
        with_model(identity="none"),
        with_model(weights=DIGEST),
        with_model(identity="weights"),
        with_model(identity="none", name="", weights=DIGEST),
    ],
)
def test_a_badly_formed_part_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(RecordsError, match="mal formée"):
        read_manifest(said)


@pytest.mark.parametrize("said", [None, [], "text"])
def test_what_is_no_manifest_is_refused(said: object) -> None:
    with pytest.raises(RecordsError, match="illisible"):
        read_manifest(said)


@pytest.mark.parametrize(
    "said",
    [SAID, with_model(identity="none", name=""), with_model(identity="weights", weights=DIGEST)],
)
def test_a_whole_manifest_may_be_approved_anywhere(said: dict[str, Any]) -> None:
    assert read_manifest(said).refusals(clean_code=True) == ()


@pytest.mark.parametrize("clean_code", [True, False])
def test_an_alias_is_refused_everywhere(clean_code: bool) -> None:
    manifest = read_manifest(with_model(name="mistral-small-latest"))

    assert "alias" in manifest.refusals(clean_code=clean_code)[0]


def test_test_models_and_changed_code_are_for_demonstrations() -> None:
    manifest = Manifest(SAID | {"model": MODEL | {"name": "test-honest"}, "code": CODE | {"clean": False}})

    assert len(manifest.refusals(clean_code=True)) == 2
    assert manifest.refusals(clean_code=False) == ()
