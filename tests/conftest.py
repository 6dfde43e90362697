"""What all tests share: no example of a property is timed, since a busy machine is not a fault."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
