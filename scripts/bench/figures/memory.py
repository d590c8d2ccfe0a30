"""Memory that a server keeps once everything is warm."""

from bench import say
from machine import resident_megabytes
from report import Figure

# A server that is never asked: without the campaign terms nothing needs a vector that is not there already.
NO_MODEL = {"LANDFALL_EMBEDDING__PROVIDER": "openai", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}


def with_the_model(bench):
    entries, _ = bench.main.wait_until_warm()
    yield figure(bench.main, entries, "embedding model included")


def without_the_model(bench):
    say("Memory without the embedding model, again from nothing to warm.")
    with bench.server("small", base_url=bench.other_base_url("memory"), **NO_MODEL) as server:
        entries, _ = server.wait_until_warm()
        yield figure(server, entries, "without the embedding model", most=200)


def figure(server, entries, which, **aim):
    return Figure(
        f"resident memory with {entries:,} entries warm, {which}",
        ours=resident_megabytes(server.pids[0]), unit="MB", **aim,
    )
