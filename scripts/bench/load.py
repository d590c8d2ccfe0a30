"""Load generators: wrk for as much as goes, oha for a fixed rate."""

import dataclasses
import json
import pathlib
import shutil
import statistics

from bench import CONNECTIONS, output
from machine import processor_seconds
from unmeasured import Unmeasured

GZIP = ["-H", "accept-encoding: gzip"]
LUA = pathlib.Path(__file__).with_name("urls.lua")


@dataclasses.dataclass
class Closed:
    """What a server did while every connection asked again as soon as it had its answer."""

    requests_per_second: float
    cpu_seconds_per_1000: float


def interleaved(rounds, bench, run):
    """Runs nginx and ours in turn, so that both have the same share of a machine that changes its pace.

    Returns the results of ours and those of nginx, which are None where it is missing.
    """
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        for server, results in ((bench.nginx, theirs), (bench.main, ours)):
            if server is not None:
                name = "nginx" if server is bench.nginx else "Landfall"
                with bench.noise.watched(f"{run.__name__.replace('_', ' ')}, {name}, round {number}"):
                    results.append(run(bench, server))
    return ours, theirs or None


def median(results, field):
    """The median of one field; None without results."""
    return None if results is None else statistics.median(getattr(result, field) for result in results)


def closed(bench, server, paths, seconds):
    """Asks for `paths` in turn on all connections for `seconds`."""
    pids = server.pids
    before = processor_seconds(pids)
    requests, elapsed = (_wrk if closed_generator() == "wrk" else _oha)(bench, server, paths, seconds)
    used = processor_seconds(pids) - before
    return Closed(requests / elapsed, used / requests * 1_000)


def closed_generator():
    return "wrk" if shutil.which("wrk") else "oha"


def _wrk(bench, server, paths, seconds):
    listed = _write(bench, paths)
    told = output(
        "wrk", "-t", min(bench.cores, CONNECTIONS), "-c", CONNECTIONS, "-d", f"{seconds}s", *GZIP,
        "-s", LUA, server.base, "--", listed, timeout=seconds + 60,
    )
    result = json.loads(told.partition("JSON ")[2])
    if result["failures"]:
        raise Unmeasured(f"{result['failures']:,} of {result['requests']:,} requests to {server.name} failed")
    return result["requests"], result["seconds"]


def _oha(bench, server, paths, seconds):
    result = _run_oha(bench, server, paths, ["-z", f"{seconds}s", "-w"], timeout=seconds + 60)
    return sum(result["statusCodeDistribution"].values()), result["summary"]["total"]


def fixed_rate(bench, server, paths, rate, seconds):
    """Asks for a random one of `paths`, `rate` times a second, whether or not earlier answers have come.

    A request's time counts from when it was due: one that waits for its turn is not faster for it.
    """
    return _run_oha(
        bench, server, paths, ["-n", rate * seconds, "-q", rate, "--latency-correction"], timeout=4 * seconds + 60
    )


def _run_oha(bench, server, paths, amount, timeout):
    listed = _write(bench, [server.base + path for path in paths])
    result = json.loads(
        output(
            "oha", "--no-tui", "--output-format", "json", "-c", CONNECTIONS, *amount, *GZIP,
            "--urls-from-file", listed, timeout=timeout,
        )
    )
    failures = sum(result["errorDistribution"].values())
    failures += sum(count for status, count in result["statusCodeDistribution"].items() if status != "200")
    if failures:
        raise Unmeasured(
            f"{failures:,} requests to {server.name} failed: {result['statusCodeDistribution']}, "
            f"{result['errorDistribution']}"
        )
    return result


def _write(bench, lines):
    path = bench.folder / "urls"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
