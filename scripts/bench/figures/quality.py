"""How well campaign terms find the right variant, and what the vector index finds. Printed whole, never judged."""

import json
import os
import subprocess

from bench import ROOT, say
from report import Figure
from unmeasured import Unmeasured

LIMIT = 3_600


def of_terms(bench):
    say("quality: the labelled campaign terms.")
    found = printed(bench, "quality")
    yield Figure("campaign terms: right variant", ours=found["right"] * 100, unit="%")
    yield Figure("campaign terms: false match", ours=found["false"] * 100, unit="%")
    yield Figure("campaign terms: floor that balances one half", ours=found["floor"], unit="cosine", decimals=2)
    yield Figure("campaign terms: weight that balances one half", ours=found["weight"], decimals=1)
    yield Figure("campaign terms: right variant there, the other half", ours=found["right_at_floor"] * 100, unit="%")
    yield Figure("campaign terms: false match there, the other half", ours=found["false_at_floor"] * 100, unit="%")


def of_the_index(bench):
    say("quality: recall of the vector index at 10,000 and 100,000 vectors; its index takes some minutes.")
    for row in printed(bench, "recall"):
        filtered = "one page in 200" if row["filtered"] else "no filter"
        name = f"recall: {row['vectors']:,} vectors, {filtered}, iterative {row['scan']}, ef_search {row['ef_search']}"
        yield Figure(name, ours=row["recall"] * 100, unit="%", runs={"median_ms": [row["milliseconds"]]})


def printed(bench, name):
    """Runs a bench, passes on what it prints, and returns its last line, which is JSON."""
    environment = {**os.environ, **bench.main.services(), "SQLX_OFFLINE": "true"}
    # Both packages at once, so that features resolve as for the server and its dependencies are used as they are.
    command = ["cargo", "bench", "--quiet", "--package", "server", "--package", "engine", "--bench", name]
    try:
        with bench.noise.watched(name):
            done = subprocess.run(
                command, env=environment, cwd=ROOT, timeout=LIMIT, check=True, stdout=subprocess.PIPE, text=True
            )
    except subprocess.CalledProcessError as error:
        raise Unmeasured(f"cargo bench ended with status {error.returncode}") from None
    except subprocess.TimeoutExpired:
        raise Unmeasured(f"cargo bench did not finish within {LIMIT // 60} minutes") from None
    lines = done.stdout.strip().splitlines()
    print("\n".join(lines[:-1]), flush=True)
    return json.loads(lines[-1])
