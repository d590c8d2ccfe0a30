"""How long a new server takes until every decision and body is in memory."""

from bench import say
from report import Figure
from unmeasured import Unmeasured

# Longest time that a server may take, in seconds.
LIMIT = 180


def whole_site(bench):
    say("Waiting until the whole site is warm, which nothing has computed before.")
    entries, seconds = demand(bench.main)
    yield Figure(f"start until all {entries:,} entries are warm, nothing in Redis", ours=seconds, unit="s")


def demand(server):
    """Number of entries, and seconds from the server's start until it held them all.

    Raises Unmeasured when the server is not warm within that time.
    """
    warm = server.wait_until_warm(LIMIT)
    if warm is None:
        raise Unmeasured(
            f"by landfall_warm_done and landfall_warm_total of its /metrics, the {server.name} server "
            f"was not warm {LIMIT} s after its start"
        )
    return warm
