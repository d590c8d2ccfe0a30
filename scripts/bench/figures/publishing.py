"""From a publication's commit to the first answer that shows it, on three nodes."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import threading
import time
import urllib.parse

from bench import clean_environment, output, runtime_program, say
from listener import exchange
from report import Figure, percentile
from unmeasured import Unmeasured

PUBLICATIONS = 100
# Seconds between two questions to a node, and to the database.
NODE_PAUSE, DATABASE_PAUSE = 0.005, 0.002
# Longest wait for one publication to be visible everywhere, and for all of them together, in seconds.
PATIENCE, LIMIT = 10, 180
PATH = "/bench/publication"


def until_visible(bench):
    say(f"{PUBLICATIONS} publications, watched on three nodes.")
    with contextlib.ExitStack() as stack:
        nodes = [bench.main, *(stack.enter_context(bench.server(f"node {n}")) for n in (2, 3))]
        for node in nodes:
            node.wait_until_warm()
        site = Site(bench)
        site.publish(0)
        database = stack.enter_context(Watch(database_revisions(bench), DATABASE_PAUSE))
        watches = [stack.enter_context(Watch(shown(node, site), NODE_PAUSE)) for node in nodes]
        deadline = time.monotonic() + LIMIT
        with bench.noise.watched("publications"):
            every = [
                delay
                for number in range(1, PUBLICATIONS + 1)
                for delay in publish(site, number, database, watches, deadline)
            ]
    name = "publish to visible on three nodes"
    yield Figure(f"{name}, p50", ours=percentile(every, 50), unit="ms")
    yield Figure(f"{name}, p99", ours=percentile(every, 99), unit="ms", most=500)
    yield Figure(f"{name}, longest of {len(every)}", ours=max(every), unit="ms")


def publish(site, number, database, watches, deadline):
    """Milliseconds from the commit to each node's first answer with this publication."""
    started = time.monotonic()
    site.publish(number)
    deadline = min(deadline, time.monotonic() + PATIENCE)
    commit = database.first(lambda change: change.at > started, deadline)
    seen = [watch.first(lambda change: change.value == number, deadline) for watch in watches]
    # When the database last said what it said before: the commit cannot be earlier.
    return [(change.at - commit.unchanged_at) * 1_000 for change in seen]


class Site:
    """The page whose headline is published again and again. It has no variants: everyone sees its own content."""

    def __init__(self, bench):
        self._bench = bench
        self._file = bench.folder / "publication.jsonl"
        # The page may be there from an earlier run.
        self._run = int(time.time())

    def publish(self, number):
        hero = {"type": "hero", "id": "hero", "headline": f"Publication {self._run}-{number}."}
        content = {"title": "Publication", "description": "A page that changes.", "blocks": [hero]}
        record = {
            "kind": "page", "id": "bench-publication", "path": PATH, "intent": "Shows what was published last.",
            "contents": {"en": content},
        }
        self._file.write_text(json.dumps(record) + "\n")
        output(
            self._bench.landfall, "import", self._file, "--data-dir", self._bench.data,
            env=clean_environment(), cwd=self._bench.folder, timeout=60,
        )

    def number_in(self, page):
        """The publication that a page shows; None for other pages."""
        found = re.search(rf"Publication {self._run}-(\d+)\.", page)
        return found and int(found[1])


class Change:
    """A new value, when it was first seen, and when the old one was last asked for and still there."""

    def __init__(self, value, at, unchanged_at):
        self.value, self.at, self.unchanged_at = value, at, unchanged_at


class Watch(threading.Thread):
    """Asks again and again, and remembers every change of the answer."""

    def __init__(self, ask, pause):
        super().__init__(daemon=True)
        self._ask, self._pause = ask, pause
        self._changes = []
        self._stopped = threading.Event()
        self._failure = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self.join(timeout=15)

    def run(self):
        try:
            with contextlib.closing(self._ask) as answers:
                self._follow(answers)
        except (OSError, ValueError, http.client.HTTPException) as failure:
            self._failure = failure

    def _follow(self, answers):
        asked = time.monotonic()
        known = next(answers)
        while not self._stopped.wait(self._pause):
            unchanged_at, asked = asked, time.monotonic()
            value = next(answers)
            if value != known:
                known = value
                self._changes.append(Change(value, time.monotonic(), unchanged_at))

    def first(self, holds, deadline):
        """The first change of which this holds, waiting for it until `deadline`."""
        while self._failure is None and time.monotonic() < deadline:
            for change in self._changes:
                if holds(change):
                    return change
            time.sleep(DATABASE_PAUSE)
        raise Unmeasured(f"a publication did not show in time; {self._failure or 'every node was asked'}")


def shown(node, site):
    """The publication that a node shows, each time it is asked."""
    with contextlib.closing(node.connect()) as connection:
        while True:
            _, body = exchange(connection, PATH, {})
            yield site.number_in(body.decode())


def database_revisions(bench):
    """The catalog's revision in the database, each time it is asked; one session asks it."""
    psql = runtime_program("psql")
    if psql is None:
        raise Unmeasured("psql is missing, which says when a publication was committed")
    url = urllib.parse.urlsplit(bench.main.services()["DATABASE_URL"])
    connection = {
        "PGHOST": url.hostname, "PGPORT": str(url.port), "PGUSER": url.username, "PGPASSWORD": url.password,
        "PGDATABASE": url.path.lstrip("/"),
    }
    return _revisions(psql, {**os.environ, **connection})


def _revisions(psql, environment):
    session = subprocess.Popen(
        [psql, "-qAtX"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        while True:
            session.stdin.write("SELECT revision FROM catalog_state;\n")
            yield int(session.stdout.readline())
    finally:
        session.stdin.close()
        session.wait(timeout=10)
