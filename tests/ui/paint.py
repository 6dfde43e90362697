"""Time the first paint as on a slow phone: `python -m tests.ui.paint http://127.0.0.1:8080`; prints one JSON object.

Chromium's own emulation: 1.6 Mbit/s down, 750 kbit/s up, 150 ms of latency, a processor four times slower.
"""

from __future__ import annotations

import json
import statistics
import sys

from playwright.sync_api import sync_playwright

from tests.ui.conftest import CHROMIUM

_RUNS = 7
_FIRST = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_LOADED = "() => performance.getEntriesByType('resource').map((one) => [one.name, one.transferSize])"
_PAGE = "() => performance.getEntriesByType('navigation')[0].transferSize"


def main(address: str) -> None:
    times: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(_RUNS):
            with browser.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR") as context:
                page = context.new_page()
                devtools = context.new_cdp_session(page)
                devtools.send("Network.enable")
                devtools.send(
                    "Network.emulateNetworkConditions",
                    {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750},
                )
                devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
                page.goto(address)
                page.wait_for_function(_FIRST)
                times.append(float(page.evaluate(_FIRST)))
                loaded = page.evaluate(_LOADED)
                bytes_ = int(page.evaluate(_PAGE)) + sum(int(size) for _, size in loaded)
                requests = 1 + len(loaded)
        browser.close()
    said = {
        "runs": _RUNS,
        "first_paint_ms": {"median": round(statistics.median(times)), "worst": round(max(times))},
        "requests": requests,
        "bytes": bytes_,
    }
    sys.stdout.write(json.dumps(said, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
