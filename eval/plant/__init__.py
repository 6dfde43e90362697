"""Planted errors: from a true sentence and its passages, the sentence a fluent model would write that is false.

Each kind of KINDS is one function, in the module of its family. What a plant cannot make really wrong it does not make:
None. Used by the liars of `eval.mistral_server` and by `eval.guard_bench`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from eval.plant.figures import (
    cells_swapped,
    figure_invented,
    figure_shifted,
    figures_swapped,
    period_changed,
    unit_changed,
)
from eval.plant.meaning import (
    condition_dropped,
    entity_changed,
    jurisdiction_changed,
    modality_flipped,
    negation_flipped,
)
from eval.plant.outside import email_written, from_memory, injection_obeyed, link_written, phone_written
from eval.plant.places import wrong_branch, wrong_procedure, wrong_town, wrong_version
from eval.plant.quoting import (
    citation_out_of_range,
    quote_elsewhere,
    quote_fabricated,
    quote_stitched,
    quote_truncated,
)
from eval.plant.words import CANARY, Cited, Elsewhere, Given, Place, PlainDraft, Plant

__all__ = ["CANARY", "HONEST_QUOTE", "KINDS", "Cited", "Elsewhere", "Given", "PlainDraft", "plant"]

PLANTS: Mapping[str, Plant] = {
    function.__name__: function
    for function in (
        figure_invented,
        figure_shifted,
        figures_swapped,
        cells_swapped,
        unit_changed,
        period_changed,
        condition_dropped,
        negation_flipped,
        modality_flipped,
        entity_changed,
        jurisdiction_changed,
        quote_fabricated,
        quote_stitched,
        quote_truncated,
        quote_elsewhere,
        citation_out_of_range,
        link_written,
        phone_written,
        email_written,
        from_memory,
        injection_obeyed,
        wrong_branch,
        wrong_version,
        wrong_procedure,
        wrong_town,
    )
}
KINDS: tuple[str, ...] = tuple(PLANTS)
HONEST_QUOTE: tuple[str, ...] = ("wrong_branch", "wrong_version", "wrong_procedure", "wrong_town")
"""Kinds whose every quote is true: what is wrong is the place it comes from."""


def plant(
    kind: str,
    sentence: PlainDraft,
    passages: Sequence[Given],
    rng: random.Random,
    elsewhere: Elsewhere | None = None,
) -> PlainDraft | None:
    """Make one sentence false.

    Args:
        kind: one of KINDS.
        sentence: a true one, whose citations are of `passages`.
        passages: those given to the model.
        rng: the same seed gives the same lie.
        elsewhere: fetches wrong places beyond `passages`, for the kinds of HONEST_QUOTE; without it, they are looked
            for among `passages`.

    Returns:
        None when this kind cannot be planted in this sentence.

    Raises:
        KeyError: no such kind.
    """
    return PLANTS[kind](Place(sentence, tuple(passages), rng, elsewhere))
