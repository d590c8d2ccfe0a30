#!/usr/bin/env python3
"""Measures a release build on this machine: criterion first, then a bounded load on loopback.

Makes 10,000 variants in a data folder of its own once, and keeps them for the next time. Prints one
table and writes bench-results/latest.json. Latencies of a shared machine are noisy; processor time
a request is the steadiest figure.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LANDFALL = TARGET / "release" / "landfall"
DATA = ROOT / ".landfall" / "bench"
RESULTS = ROOT / "bench-results"
PAGES, SEGMENTS = 200, 50
SECONDS = 10
CONNECTIONS = 32
RATE = 2_000


def main():
    say(f"Making {PAGES * SEGMENTS:,} variants, once. Embedding them takes about 10 minutes on 2 cores.")
    run(LANDFALL, "demo", "--data-dir", DATA)
    run(LANDFALL, "demo", "--pages", PAGES, "--segments", SEGMENTS, "--data-dir", DATA)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [LANDFALL, "serve", "--listen", f"127.0.0.1:{port}", "--data-dir", DATA, "--log", "warn"], cwd=ROOT
    )
    try:
        wait_for(f"{base}/healthz")
        figures = {"cores": os.cpu_count()}
        say("criterion: rendering, segments, and decisions by pgvector.")
        services = json.loads((DATA / "services.json").read_text())
        run(
            "cargo", "bench", "--quiet", "--package", "server", "--bench", "serving",
            env={"DATABASE_URL": services["database_url"], "SQLX_OFFLINE": "true"},
        )
        figures.update(criterion())
        say(f"A warm hit, as fast as {CONNECTIONS} connections can, for {SECONDS} s.")
        figures.update(closed_loop(base, server.pid))
        say(f"{RATE:,} requests/s over {PAGES} pages and 10 segments, for {SECONDS} s, after one round to warm.")
        figures.update(fixed_rate(base, server.pid))
        figures["resident_megabytes"] = round(resident_bytes(server.pid) / 1e6)
    finally:
        server.terminate()
        server.wait(timeout=120)
    report(figures)


def closed_loop(base, pid):
    url = f"{base}/lp/page-000?utm_source=linkedin"
    load(["-n", "200"], url)
    before = processor_seconds(pid)
    result = load(["-z", f"{SECONDS}s"], url)
    used = processor_seconds(pid) - before
    requests = sum(result["statusCodeDistribution"].values())
    return {
        "warm_hit_requests_per_second": round(result["summary"]["requestsPerSec"]),
        "warm_hit_cpu_seconds_per_1000_requests": round(used / requests * 1_000, 4),
        "warm_hit_success_rate": result["summary"]["successRate"],
    }


def fixed_rate(base, pid):
    urls = base + r"/lp/page-[01][0-9][0-9]\?segment=(default|enterprise|smb|seg-0[3-9])"
    load(["-n", "20000"], urls, "--rand-regex-url")
    before = processor_seconds(pid)
    result = load(["-z", f"{SECONDS}s", "-q", str(RATE), "--latency-correction"], urls, "--rand-regex-url")
    used = processor_seconds(pid) - before
    requests = sum(result["statusCodeDistribution"].values())
    percentiles = result["latencyPercentiles"]
    return {
        "fixed_rate_requests_per_second": round(result["summary"]["requestsPerSec"]),
        "fixed_rate_p50_ms": round(percentiles["p50"] * 1_000, 3),
        "fixed_rate_p99_ms": round(percentiles["p99"] * 1_000, 3),
        "fixed_rate_cpu_seconds_per_1000_requests": round(used / requests * 1_000, 4),
        "fixed_rate_statuses": result["statusCodeDistribution"],
    }


def load(amount, url, *more):
    """Runs oha and returns what it measured."""
    command = ["oha", "--no-tui", "--output-format", "json", "-c", str(CONNECTIONS), *amount,
               "-H", "accept-encoding: gzip", *more, url]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def criterion():
    """The estimates that criterion left behind, in milliseconds."""
    found = {}
    for estimate in sorted((TARGET / "criterion").glob("*/new/estimates.json")):
        nanoseconds = json.loads(estimate.read_text())["median"]["point_estimate"]
        found[f"{estimate.parent.parent.name}_ms"] = round(nanoseconds / 1e6, 5)
    return found


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def report(figures):
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(figures, indent=2) + "\n")
    width = max(map(len, figures))
    print(f"\n{'figure':<{width}}  value")
    for name, value in figures.items():
        print(f"{name:<{width}}  {value}")


def run(*command, env=None):
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env={**os.environ, **(env or {})})


def wait_for(url):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"bench: {url} did not answer within two minutes")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def say(text):
    print(f"\n==> {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
