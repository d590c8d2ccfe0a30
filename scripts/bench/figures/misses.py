"""Pages that are not in memory: asked for once each, on one connection, of a server that is not warmed."""

import random
import re
import time

from bench import say
from listener import GZIP, exchange
from pairs import all_pairs
from report import Figure, percentile
from unmeasured import Unmeasured

FIRST, MEASURED = 100, 2_000
# Fewer than this say nothing about one in a hundred.
FEWEST = 1_000
SERVER_TIME = re.compile(r"total;dur=([0-9.]+)")
# `x-content-cache` and `x-content-source`. What another node has cached counts as a hit there.
BY_REDIS = {("HIT", "redis"), ("MISS", "redis")}
BY_PGVECTOR = {("MISS", "vector"), ("MISS", "default")}
NOT_WARMED = {"LANDFALL_WARM_CONCURRENCY": "0"}


def answered_by_redis(bench):
    """What another server has computed before."""
    bench.main.wait_until_warm()
    say(f"{MEASURED:,} misses that Redis answers.")
    with bench.server("second", **NOT_WARMED) as server:
        yield from ask(bench, server, "a miss that Redis answers", BY_REDIS, most=3)


def answered_by_pgvector(bench):
    """What nobody has computed before: the database decides, the body is rendered and compressed."""
    say(f"{MEASURED:,} misses that pgvector answers.")
    with bench.server("third", base_url=bench.other_base_url("vector"), **NOT_WARMED) as server:
        yield from ask(bench, server, "a miss that pgvector answers", BY_PGVECTOR, most=10)


def ask(bench, server, name, answers, most):
    client, inside, others = [], [], {}
    pairs = random.Random(2).sample(all_pairs(), FIRST + MEASURED)
    connection = server.connect()
    for pair in pairs[:FIRST]:
        exchange(connection, pair, GZIP)
    with bench.noise.watched(name):
        for pair in pairs[FIRST:]:
            started = time.perf_counter()
            response, _ = exchange(connection, pair, GZIP)
            elapsed = time.perf_counter() - started
            answer = (response.getheader("x-content-cache"), response.getheader("x-content-source"))
            if response.status == 200 and answer in answers:
                client.append(elapsed * 1_000)
                inside.append(float(SERVER_TIME.search(response.getheader("server-timing"))[1]))
            else:
                others[answer] = others.get(answer, 0) + 1
    connection.close()
    if len(client) < FEWEST:
        raise Unmeasured(f"only {len(client):,} of {MEASURED:,} answers were {sorted(answers)}; the others: {others}")
    name = f"{name} ({len(client):,} of {MEASURED:,})"
    for kind, times in (("at the client", client), ("in the server", inside)):
        yield Figure(f"{name}, {kind}, p50", ours=percentile(times, 50), unit="ms")
        aim = {"most": most} if times is client else {}
        yield Figure(f"{name}, {kind}, p99", ours=percentile(times, 99), unit="ms", **aim)
