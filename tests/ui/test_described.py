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
# A body too large is refused as such, which the library does not count as a refusal unless told.
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}})
schema = schemathesis.openapi.from_dict(DESCRIPTION, config=CONFIG)


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_description_is_kept_whatever_is_sent(case: Case[Any], address: str) -> None:
    case.call_and_validate(base_url=address)
