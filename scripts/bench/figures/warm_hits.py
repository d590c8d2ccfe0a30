"""A page that is in memory: what it costs the server, and how many of them a second."""

from bench import CONNECTIONS, say
from load import closed, interleaved, median
from pairs import page_path
from report import Figure

ROUNDS, SECONDS, PAGES = 3, 8, 100
# A visitor whose segment a condition finds; nginx ignores what follows the question mark.
PATHS = [f"{page_path(page)}?utm_source=linkedin" for page in range(PAGES)]


def processor_time_and_throughput(bench):
    say(f"Warm hits on {PAGES} pages, as fast as {CONNECTIONS} connections can: {ROUNDS} rounds of {SECONDS} s.")
    closed(bench, bench.main, PATHS, 1)
    ours, theirs = interleaved(ROUNDS, bench, closed_loop)
    yield Figure(
        "1,000 warm hits (gzip), processor time of the server",
        ours=median(ours, "cpu_seconds_per_1000"),
        reference=median(theirs, "cpu_seconds_per_1000"),
        unit="s",
        most_ratio=0.85,
        runs={"landfall": ours, "nginx": theirs},
    )
    yield Figure(
        "the same hits as fast as they go",
        ours=median(ours, "requests_per_second"),
        reference=median(theirs, "requests_per_second"),
        unit="requests/s",
        least_ratio=1.0,
        runs={"landfall": ours, "nginx": theirs},
    )


def closed_loop(bench, server):
    return closed(bench, server, PATHS, SECONDS)
