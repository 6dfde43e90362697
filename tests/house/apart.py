"""What `tests.house.mutate` asks of pytest, for modules above the ground floor (`-p tests.house.apart`).

A test that needs the town's index builds it anew for every change, in seconds: it is left out. The others run the
same examples every time, or a change would be noticed one day and not the next; none is made smaller: nobody reads it.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

NEEDS_AN_INDEX = "town"
"""The fixture that every whole bot of the tests starts from."""

settings.register_profile(
    "mutation",
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    print_blob=False,
    deadline=None,  # a busy machine is no failing test
)
settings.load_profile("mutation")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need an index."""
    slow = [item for item in items if NEEDS_AN_INDEX in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)
