"""How long a new server takes until every decision and body is in memory."""

from bench import Unmeasured, say
from report import Figure

LIMIT = 300


def whole_site(bench):
    say("Waiting until the whole site is warm, which nothing has computed before.")
    entries, seconds = demand(bench.main)
    yield Figure(f"start until all {entries:,} entries are warm, nothing in Redis", ours=seconds, unit="s")


def demand(server, limit=LIMIT):
    """Number of entries, and seconds from the server's start until it held them all.

    Raises Unmeasured when the server is not warm within `limit` seconds.
    """
    warm = server.wait_until_warm(limit)
    if warm is None:
        raise Unmeasured(
            f"the {server.name} server was not warm within {limit} s, by landfall_warm_done and landfall_warm_total "
            "of its /metrics"
        )
    return warm
