"""Parts of a request alone: recognising, deciding, rendering, compressing."""

import json
import os
import subprocess

from bench import ROOT, TARGET, run, say
from report import Figure
from unmeasured import Unmeasured

LIMIT = 1_800


def estimates(bench):
    say("criterion: rendering, segments, and decisions by pgvector.")
    environment = {**os.environ, **bench.main.services(), "SQLX_OFFLINE": "true"}
    command = ["cargo", "bench", "--quiet", "--package", "server", "--bench", "serving"]
    try:
        with bench.noise.watched("criterion"):
            run(*command, env=environment, cwd=ROOT, timeout=LIMIT)
    except subprocess.CalledProcessError as error:
        raise Unmeasured(f"cargo bench ended with status {error.returncode}") from None
    except subprocess.TimeoutExpired:
        raise Unmeasured(f"cargo bench did not finish within {LIMIT // 60} minutes") from None
    for estimate in sorted((TARGET / "criterion").glob("*/new/estimates.json")):
        nanoseconds = json.loads(estimate.read_text())["median"]["point_estimate"]
        name = estimate.parent.parent.name.replace("_", " ")
        yield Figure(f"criterion: {name}", ours=nanoseconds / 1e6, unit="ms")
