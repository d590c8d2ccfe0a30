"""How long a new server takes until every decision and body is in memory."""

from bench import say
from report import Figure


def whole_site(bench):
    say("Waiting until the whole site is warm, which nothing has computed before.")
    with bench.noise.watched("warming"):
        entries, seconds = bench.main.wait_until_warm()
    yield Figure(f"start until all {entries:,} entries are warm, nothing in Redis", ours=seconds, unit="s")
