"""How long the desk's screens take to change, in a real browser on this machine."""

import json
import os
import shutil
import statistics
import subprocess
import time

from bench import ROOT, clean_environment, output, say
from report import Figure
from unmeasured import Unmeasured

# The first visit, after which the browser keeps the bundle, and the visits that count.
VISITS = 8
SCREENS = [
    "/admin",
    "/admin/pages",
    "/admin/pages/1",
    "/admin/variants",
    "/admin/variants?at=200",
    "/admin/variants?q=electric+vans",
    "/admin/variants?q=electric+vans&by=meaning",
    "/admin/variants/1",
    "/admin/variants/1/history",
    "/admin/segments",
    "/admin/segments/smb",
    "/admin/preview?page=/pricing&utm_source=linkedin",
    "/admin/activity",
]
PASSWORD = "nine green bottles in Bristol"


def screen_changes(bench):
    say(f"{len(SCREENS)} screens of the desk in a browser.")
    bench.main.wait_until_warm()
    email = f"bench-{int(time.time())}@landfall.test"
    subprocess.run(
        [bench.landfall, "user", "add", email, "--name", "Bench", "--role", "admin", "--password-stdin",
         "--data-dir", bench.data],
        check=True, input=f"{PASSWORD}\n", text=True, env=clean_environment(), cwd=bench.folder,
        stdout=subprocess.DEVNULL,
    )
    with bench.noise.watched("screens"):
        taken = json.loads(output(
            "node", "scripts/bench/figures/desk.mjs", browser(), bench.main.base, email, PASSWORD, VISITS,
            json.dumps(SCREENS), timeout=300, cwd=ROOT,
        ))
    for event, words in [("shown", "until it is shown"), ("ready", "until all of it answers")]:
        medians = {screen: statistics.median(times[event]) for screen, times in taken.items()}
        slowest = max(medians, key=medians.get)
        name = f"a change of screen at the desk, {words}"
        yield Figure(f"{name}, median of {len(medians)} screens", ours=statistics.median(medians.values()), unit="ms")
        yield Figure(f"{name}, the slowest ({slowest})", ours=medians[slowest], unit="ms", most=150, runs=taken)


def browser():
    names = ["chromium", "chromium-browser", "google-chrome"]
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found or not (ROOT / "end2end/node_modules").is_dir():
        raise Unmeasured("Chromium or Playwright is missing; `make test` installs both")
    return found
