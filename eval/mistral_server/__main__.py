"""Run the test server in its own process: `python -m eval.mistral_server --port 0`; it prints its address first."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from eval.mistral_server.behaviours import BEHAVIOURS
from eval.mistral_server.faults import FAULTS
from eval.mistral_server.server import VERBATIM, MistralServer


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return a process exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.mistral_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--pace", type=float, default=0.0, help="seconds before each chunk of an answer")
    parser.add_argument("--models", action="store_true", help="list the models and stop")
    said = parser.parse_args(arguments)
    if said.models:
        sys.stdout.writelines(
            f"{name}\n" for name in (VERBATIM, *BEHAVIOURS, *(f"test-fault-{name}" for name in FAULTS))
        )
        return 0
    # A shell that starts it in the background has interruptions ignored: they are heard again here.
    for heard in (signal.SIGINT, signal.SIGTERM):
        signal.signal(heard, signal.default_int_handler)
    with MistralServer(BEHAVIOURS, said.port, said.pace) as server, suppress(KeyboardInterrupt):
        print(server.url, flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
