"""Whatever a machine sends, the API answers as its description says: schemathesis, all checks, a bounded number."""

from __future__ import annotations

from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from ui.server import create_app

pytestmark = pytest.mark.slow

# The description needs no bot: only the answers do.
DESCRIPTION = create_app(cast("Any", None)).openapi()
schema = schemathesis.openapi.from_dict(DESCRIPTION)


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_description_is_kept_whatever_is_sent(case: Case, address: str) -> None:
    case.call_and_validate(base_url=address)
