"""Measures a release build on this machine, each figure beside its reference in the same minutes.

Makes 10,000 variants in a data folder of its own once, and keeps them for the next time. Prints one
table, as Markdown, and writes bench-results/latest.json. A figure that cannot be measured says why
and does not stop the others. With names of files in figures/ it measures only what these do, and
calls its results after them.
"""

import contextlib
import http.client
import pathlib
import signal
import sys
import tempfile

import report
from bench import PAGES, SEGMENTS, Bench, clean_environment, run, say
from figures import bundle, criterion, desk, faults, memory, misses, open_loop, publishing, quality, warm_hits, warming
from nginx import Nginx
from unmeasured import Unmeasured

# What changes the caches or the database comes after what needs them as they are.
FIGURES = [
    warming.whole_site,
    memory.with_the_model,
    criterion.estimates,
    quality.of_terms,
    quality.of_the_index,
    warm_hits.processor_time_and_throughput,
    open_loop.latency_and_hit_rate,
    misses.answered_by_redis,
    publishing.until_visible,
    desk.screen_changes,
    misses.answered_by_pgvector,
    memory.without_the_model,
    bundle.sizes,
    faults.under_load,
]
# What has services and data of its own.
ALONE = {bundle.sizes, faults.under_load}


def main():
    names = sys.argv[1:]
    chosen = [measure for measure in FIGURES if not names or kind(measure) in names]
    if not {kind(measure) for measure in chosen}.issuperset(names):
        sys.exit(f"bench: there are {', '.join(sorted(set(map(kind, FIGURES))))}")
    # Stopped from outside, the servers are stopped as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="landfall-bench-") as folder:
        # Services and workers that give up root must be able to enter.
        pathlib.Path(folder).chmod(0o755)
        bench = Bench(pathlib.Path(folder))
        with contextlib.nullcontext() if ALONE.issuperset(chosen) else main_server(bench):
            figures = [figure for measure in chosen for figure in measured(measure, bench)]
        report.publish(figures, bench, "-".join(names) or "latest")


@contextlib.contextmanager
def main_server(bench):
    """The main server with all its data, and the reference."""
    make_data(bench)
    with bench.server("main", owns_services=True) as bench.main, reference(bench) as bench.nginx:
        yield


def kind(measure):
    return measure.__module__.rpartition(".")[2]


def make_data(bench):
    """Loads the demo and the generated set. What is there already is left as it is."""
    say(f"Making {PAGES * SEGMENTS:,} variants, once. Embedding them takes about 10 minutes on 2 cores.")
    for amount in ([], ["--pages", PAGES, "--segments", SEGMENTS]):
        run(bench.landfall, "demo", *amount, "--data-dir", bench.data, env=clean_environment(), cwd=bench.folder)


def reference(bench):
    """nginx with the server's own bytes; nothing where it is not installed."""
    if Nginx.installed():
        return Nginx(bench)
    say("Without nginx there are no reference figures. On Debian or Ubuntu: apt-get install -y nginx-light")
    return contextlib.nullcontext()


def measured(measure, bench):
    try:
        return list(measure(bench))
    except (Unmeasured, OSError, http.client.HTTPException) as reason:
        name = f"{kind(measure)}: {measure.__name__}".replace("_", " ")
        say(f"Not measured: {name}: {reason}")
        return [report.Figure(name, missing=str(reason))]


if __name__ == "__main__":
    try:
        main()
    except Unmeasured as reason:
        sys.exit(f"bench: {reason}")
