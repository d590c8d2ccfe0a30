"""Requests that come at a fixed rate, as visitors do, over every page and segment."""

import dataclasses

from bench import say
from load import fixed_rate, interleaved, median
from pairs import all_pairs
from report import Figure
from unmeasured import Unmeasured

ROUNDS, SECONDS, RATE = 3, 10, 5_000
COUNTER = "landfall_requests_total"


@dataclasses.dataclass
class Open:
    """One run; latencies in milliseconds."""

    p50: float
    p99: float
    p99_9: float
    requests_per_second: float
    statuses: dict
    # From memory, in per cent; None for nginx.
    hit_rate: float | None


def latency_and_hit_rate(bench):
    bench.main.wait_until_warm()
    pairs = all_pairs()
    say(f"{RATE:,} requests/s over {len(pairs):,} pages and segments: {ROUNDS} rounds of {SECONDS} s.")
    ours, theirs = interleaved(ROUNDS, bench, open_loop)
    achieved = median(ours, "requests_per_second")
    name = f"{RATE:,} requests/s over {len(pairs):,} pages × segments"
    for field, label, aims in (
        ("p50", "p50", {}),
        ("p99", "p99", {"most": 12, "most_ratio": 1.5}),
        ("p99_9", "p99.9", {}),
    ):
        yield Figure(
            f"{name}, {label}", ours=median(ours, field), reference=median(theirs, field), unit="ms",
            runs={"landfall": ours, "nginx": theirs}, **aims,
        )
    yield Figure(f"{name}, rate that was kept", ours=achieved, unit="requests/s", least=0.99 * RATE)
    yield Figure(f"{name}, from memory", ours=median(ours, "hit_rate"), unit="%", least=99.9, decimals=3)


def open_loop(bench, server):
    before = None if server is bench.nginx else counts(server)
    result = fixed_rate(bench, server, all_pairs(), RATE, SECONDS)
    percentiles = result["latencyPercentiles"]
    return Open(
        p50=percentiles["p50"] * 1_000,
        p99=percentiles["p99"] * 1_000,
        p99_9=percentiles["p99.9"] * 1_000,
        requests_per_second=result["summary"]["requestsPerSec"],
        statuses=result["statusCodeDistribution"],
        hit_rate=None if before is None else hit_rate(before, counts(server)),
    )


def counts(server):
    """Requests answered from memory, and all."""
    hits, every = server.metric(COUNTER, cache="HIT", source="memory"), server.metric(COUNTER)
    if every is None:
        raise Unmeasured(f"/metrics has no {COUNTER}")
    return hits or 0.0, every


def hit_rate(before, after):
    return (after[0] - before[0]) / (after[1] - before[1]) * 100
