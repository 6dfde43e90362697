"""The electricity that a model takes for one answer, as a range with its method: an estimate, never a measure.

Low end: EcoLogits as it is, which takes 64 requests served at once (a large shared service). High end: the same model
of calculation for one request at a time (a server of one's own, little used). Both leave out the training of the
model, the network and the resident's device. Source: EcoLogits, "LLM inference" methodology, version in the result.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bot.turn import Energy

if TYPE_CHECKING:
    from ecologits.model_repository import Model

_FILE = Path(__file__).with_suffix(".toml")
_PROVIDER = "mistralai"
_WH = 1000.0
_SHARED, _ALONE = 64, 1


@dataclass(frozen=True, slots=True)
class _Words:
    # energy.toml
    method: str
    unknown: str
    lightest: str
    heaviest: str
    none: tuple[str, ...]
    like: tuple[tuple[str, str], ...]


def estimate(model: str, tokens: int, seconds: float) -> Energy | None:
    """Estimate the electricity of one answer.

    Args:
        model: name of the model that wrote, as its server calls it.
        tokens: written.
        seconds: from the request to the last word; bounds the time that the server can have worked.

    Returns:
        A range in Wh; None when nothing was written, when no model ran (a test server), or when EcoLogits is not
        installed. A model that it does not know is given a wide range, never zero.
    """
    words, name = _words(), model.rpartition("/")[2].lower()
    if tokens <= 0 or any(fnmatchcase(name, pattern) for pattern in words.none) or find_spec("ecologits") is None:
        return None
    like = name if _known(name) else next((same for names, same in words.like if fnmatchcase(name, names)), "")
    text = words.method if like else words.unknown
    low = _watt_hours(like or words.lightest, tokens, seconds, _SHARED)
    high = _watt_hours(like or words.heaviest, tokens, seconds, _ALONE)
    if not (0 < min(low) <= max(high) < math.inf):
        return None
    return Energy(min(low), max(high), text.format(version=version("ecologits"), model=like))


def total(first: Energy | None, second: Energy | None) -> Energy | None:
    """Add what two calls of one turn took; None counts for nothing known."""
    if first is None or second is None:
        return first or second
    method = first.method if first.method == second.method else f"{first.method} ; {second.method}"
    return Energy(first.low + second.low, first.high + second.high, method)


def _known(name: str) -> Model | None:
    # Imported only when a model has answered: its tables take a quarter of a second to read.
    from ecologits.model_repository import models  # noqa: PLC0415

    return models.find_model(_PROVIDER, name)


def _watt_hours(name: str, tokens: int, seconds: float, at_once: int) -> list[float]:
    """Ends of the estimate of one known model, `at_once` requests being served together."""
    from ecologits.impacts.llm import compute_llm_impacts  # noqa: PLC0415
    from ecologits.model_repository import ParametersMoE  # noqa: PLC0415
    from ecologits.tracers.utils import PROVIDER_CONFIG_MAP  # noqa: PLC0415

    model = _known(name)
    if model is None:
        return [math.nan]
    size, centre = model.architecture.parameters, PROVIDER_CONFIG_MAP[_PROVIDER]
    active, whole = (size.active, size.total) if isinstance(size, ParametersMoE) else (size, size)
    impacts = compute_llm_impacts(
        model_active_parameter_count=active,
        model_total_parameter_count=whole,
        output_token_count=tokens,
        request_latency=seconds if math.isfinite(seconds) and seconds > 0 else math.inf,
        # Electricity alone is read from the result: what a mix of sources emits plays no part in it.
        if_electricity_mix_adpe=0.0,
        if_electricity_mix_pe=0.0,
        if_electricity_mix_gwp=0.0,
        if_electricity_mix_wue=0.0,
        datacenter_pue=centre.datacenter_pue,
        datacenter_wue=centre.datacenter_wue,
        tps=model.deployment.tps if model.deployment else None,
        ttft=model.deployment.ttft if model.deployment else None,
        batch_size=at_once,
    )
    return list(_ends(impacts.energy.value))


def _ends(value: object) -> Iterator[float]:
    for end in ("min", "max"):
        yield float(getattr(value, end, value)) * _WH  # type: ignore[arg-type]


@cache
def _words() -> _Words:
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    like = tuple((pattern, group["model"]) for group in read.pop("like") for pattern in group["names"])
    return _Words(**{**read, "none": tuple(read["none"])}, like=like)
