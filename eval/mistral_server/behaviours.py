"""How the models of the test server reply, by name on the wire: BEHAVIOURS.

`test-honest` replies paraphrases written by hand; `test-liar-<kind>` plants one error of that kind in them
(`eval.plant`), `test-liar-honest_quote` any of those whose every quote is true. The faults of the wire
(`test-fault-<kind>`) are the server's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.mistral_server.asked import Asked, Behaviour, Reply
from eval.mistral_server.honest import PARAPHRASES, Honest
from eval.mistral_server.liars import Liar
from eval.plant import HONEST_QUOTE, KINDS, Given

__all__ = ["BEHAVIOURS", "PARAPHRASES", "Asked", "Behaviour", "Given", "Reply", "behaviours_from"]


def behaviours_from(files: Sequence[Path] = (PARAPHRASES,)) -> Mapping[str, Behaviour]:
    """Return every behaviour by its name on the wire, honest after the paraphrases of `files` (see `Honest`)."""
    honest = Honest(files)
    liars: dict[str, Behaviour] = {f"test-liar-{kind}": Liar((kind,), honest) for kind in KINDS}
    return {"test-honest": honest, "test-liar-honest_quote": Liar(HONEST_QUOTE, honest), **liars}


BEHAVIOURS: Mapping[str, Behaviour] = behaviours_from()
