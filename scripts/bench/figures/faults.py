"""Redis and PostgreSQL hang, die and come back while visitors go on coming."""

import contextlib
import json
import random
import time

from bench import clean_environment, output, say
from report import Figure, percentile
from services import Postgres, Redis
from unmeasured import Unmeasured
from visitors import Visit, Visitors

RATE = 600
# Seconds of peace before and after a fault, and how long it lasts.
PEACE, FAULT = 2, 4
# Longest wait for the server to be itself again, in seconds.
PATIENCE = 60
# Pages that everybody visits, and those of each fault that nobody has visited before.
HOT, COLD = 20, 40
SEGMENTS = ("default", "smb", "enterprise")
HEADLINES = {"default": "for everyone", "smb": "for small companies", "enterprise": "for enterprises"}


def under_load(bench):
    say(f"Redis and PostgreSQL hang and die, four faults at {RATE} requests/s.")
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(Redis(bench.folder / "fault-redis"))
        postgres = stack.enter_context(Postgres(bench.folder / "fault-postgres"))
        places = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        site = Site(bench, places)
        site.publish(0)
        server = stack.enter_context(bench.server("faults", **places, LANDFALL_WARM_CONCURRENCY="0"))
        for number, (service, label, begin, end) in enumerate((
            (redis, "stopped and continued (SIGSTOP, SIGCONT)", redis.stop, redis.go_on),
            (redis, "killed and started again (kill -9)", redis.kill, redis.start),
            (postgres, "stopped and continued (SIGSTOP, SIGCONT)", postgres.stop, postgres.go_on),
            (postgres, "killed and started again (kill -9)", postgres.kill, postgres.start),
        ), start=1):
            name = f"{service.name} {label}"
            with bench.noise.watched(name):
                yield one_fault(server, site, number, name, begin, end)


def one_fault(server, site, number, name, begin, end):
    visits = Visits(number)
    with Visitors(server, RATE, visits.next) as visitors:
        time.sleep(PEACE)
        begin()
        # From now on some visit what no cache holds.
        visits.cold = True
        time.sleep(FAULT)
        end()
        recovered_after = seconds_until_well(server, site, number)
        time.sleep(PEACE)
    return figure(name, visitors.seen, recovered_after)


def seconds_until_well(server, site, number):
    """Time until both services are used as if nothing had happened; None when it takes too long."""
    started = time.monotonic()
    for new in range(COLD):
        if well(server, f"new-{number}-{new}"):
            after = time.monotonic() - started
            site.publish(number)
            return after if published(server, number, started + PATIENCE) else None
        time.sleep(PATIENCE / COLD / 2)
    return None


def well(server, name):
    """Whether Redis and PostgreSQL are asked about a page that nobody has visited, and both answer."""
    before = counts(server)
    _, page = server.get(f"/fault/{name}?segment=smb")
    asked, refused = (now - then for now, then in zip(counts(server), before))
    return (
        headline(name, "smb") in page and asked > 0 and refused == 0
        and server.metric("landfall_breaker_open") == 0 and server.metric("landfall_catalog_listening") == 1
    )


def counts(server):
    """What Redis has been asked and has answered, and what it has not."""
    return server.metric("landfall_redis_lookups_total"), server.metric("landfall_redis_errors_total")


def published(server, number, deadline):
    while time.monotonic() < deadline:
        if f"Publication {number}.".encode() in server.get("/fault/probe")[1]:
            return True
        time.sleep(0.05)
    return False


def figure(name, seen, recovered_after):
    rate = seen.count / seen.seconds
    if rate < 500:
        raise Unmeasured(f"only {rate:.0f} requests/s were sent, which is less than the 500 that are to be borne")
    by_status = {
        status: sum(count for kind, count in seen.complete.items() if kind.startswith(status))
        for status in ("200", "304")
    }
    recovery = (
        f"not by itself again within {PATIENCE} s" if recovered_after is None
        else f"by itself again after {recovered_after:.1f} s"
    )
    return Figure(
        f"{name} at {rate:.0f} requests/s: {by_status['200']:,} complete pages, {by_status['304']:,} × 304, "
        f"{recovery}; other answers",
        ours=seen.others.total(), unit="answers", most=0, sound=recovered_after is not None,
        runs={"landfall": {
            "complete": dict(seen.complete),
            "others": dict(seen.others.most_common(20)),
            "seconds": seen.seconds,
            "latency_p99_ms": percentile(seen.times, 99),
            "latency_most_ms": max(seen.times),
            "recovered_by_itself": recovered_after is not None,
            "recovered_after_seconds": recovered_after,
        }},
    )


class Visits:
    """What visitors ask for: mostly known pages, now and then one that nobody has seen, or with a new campaign term."""

    def __init__(self, number):
        self.cold = False
        self._number = number
        self._random = random.Random(number)
        self._terms = 0

    def next(self):
        chance = self._random.random()
        if self.cold and chance < 0.2:
            return self._visit(f"cold-{self._number}-{self._random.randrange(COLD)}")
        visit = self._visit(f"hot-{self._random.randrange(HOT)}")
        if chance < 0.3:
            self._terms += 1
            visit.target += f"&utm_term=word+{self._number}q{self._terms}q"
        else:
            visit.again = chance < 0.5
        return visit

    def _visit(self, page):
        segment = self._random.choice(SEGMENTS)
        # What is to be shown, and what may stand in for it.
        marks = tuple(headline(page, shown) for shown in {segment, "default"})
        return Visit(f"/fault/{page}?segment={segment}", marks)


def headline(page, segment):
    return f"{page} {HEADLINES[segment]}".encode()


class Site:
    """The pages of the visits, each with a variant for two segments, and one that is published again and again."""

    def __init__(self, bench, places):
        self._bench, self._environment = bench, {**clean_environment(), **places}
        self._file = bench.folder / "fault.jsonl"

    def publish(self, number):
        """Everything, the first time; then the page that shows the publication's number."""
        records = [page("probe", f"Publication {number}.")] if number else list(everything())
        self._file.write_text("".join(json.dumps(record) + "\n" for record in records))
        output(
            self._bench.landfall, "import", self._file, "--data-dir", self._bench.folder / "unused",
            env=self._environment, cwd=self._bench.folder, timeout=180,
        )


def everything():
    for priority, (key, shown) in enumerate(list(HEADLINES.items())[1:], start=1):
        yield {
            "kind": "segment", "key": key, "name": key, "description": f"Content {shown}.",
            "priority": priority * 10, "condition": {"utm.source": key},
        }
    yield page("probe", "Publication 0.")
    names = [f"hot-{n}" for n in range(HOT)]
    names += [f"{kind}-{fault}-{n}" for fault in range(1, 5) for kind in ("cold", "new") for n in range(COLD)]
    for name in names:
        yield page(name, headline(name, "default").decode())
        for segment in SEGMENTS[1:]:
            yield {
                "kind": "variant", "id": f"{name}--{segment}", "page": name, "segment": segment, "locale": "en",
                "name": segment, "status": "published",
                "content": {"blocks": [hero(headline(name, segment).decode())]},
            }


def page(name, text):
    content = {"title": "A page", "description": "A page of the bench.", "blocks": [hero(text)]}
    return {
        "kind": "page", "id": name, "path": f"/fault/{name}", "intent": "A page of the bench.",
        "contents": {"en": content},
    }


def hero(text):
    return {"type": "hero", "id": "hero", "headline": text}
