"""Visitors who come at a fixed rate, whether or not earlier ones were answered, and who check what they are given."""

import asyncio
import collections
import dataclasses
import threading
import time

# Longest wait for an answer, in seconds: a visitor would have left.
PATIENCE = 10


@dataclasses.dataclass
class Visit:
    """What to ask for, and what a complete answer contains."""

    target: str
    marks: tuple
    # The page is known already, if an earlier visit to it was answered: ask whether it still holds.
    again: bool = False


@dataclasses.dataclass
class Seen:
    """What the visitors were given."""

    # Complete answers by status and `x-content-cache`.
    complete: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    # Anything else, by what it was.
    others: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    # Milliseconds from when an answer was due.
    times: list = dataclasses.field(default_factory=list)
    seconds: float = 0.0

    @property
    def count(self):
        return self.complete.total() + self.others.total()


class Visitors(threading.Thread):
    """Comes `rate` times a second to what `visit` says, from when it is entered until it is left."""

    def __init__(self, server, rate, visit):
        super().__init__(daemon=True)
        self.seen = Seen()
        self._port, self._rate, self._visit = server.port, rate, visit
        self._stopped = threading.Event()
        # Connections that wait for their next request; the last one used comes first.
        self._idle = []
        self._tags = {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self.join()

    def run(self):
        asyncio.run(self._come())

    async def _come(self):
        under_way = set()
        started = time.perf_counter()
        number = 0
        while not self._stopped.is_set():
            due = started + number / self._rate
            number += 1
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(self._come_once(due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        self.seen.seconds = time.perf_counter() - started
        await asyncio.gather(*under_way)
        for _, writer in self._idle:
            writer.close()

    async def _come_once(self, due):
        visit = self._visit()
        try:
            kind, problem = await asyncio.wait_for(self._ask(visit), PATIENCE)
        except Exception as error:  # Whatever is wrong with an answer, it is none.
            kind, problem = None, f"{type(error).__name__} {error}".strip()
        if problem is None:
            self.seen.complete[kind] += 1
        else:
            self.seen.others[f"{visit.target}: {problem}"] += 1
        self.seen.times.append((time.perf_counter() - due) * 1_000)

    async def _ask(self, visit):
        reader, writer = await self._connection()
        try:
            tag = self._tags.get(visit.target) if visit.again else None
            condition = f"If-None-Match: {tag}\r\n" if tag else ""
            writer.write(f"GET {visit.target} HTTP/1.1\r\nHost: bench.test\r\n{condition}\r\n".encode())
            status, headers = parse(await reader.readuntil(b"\r\n\r\n"))
            body = b"" if status == 304 else await reader.readexactly(int(headers["content-length"]))
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        problem = None
        if status == 304:
            if tag is None or headers.get("etag") != tag:
                problem = "304 for a page that the visitor does not have"
        elif status != 200:
            problem = f"status {status}"
        elif not body.endswith(b"</html>") or not any(mark in body for mark in visit.marks):
            problem = "200 with another page, or a part of it"
        else:
            self._tags[visit.target] = headers["etag"]
        return f"{status} {headers.get('x-content-cache')}", problem

    async def _connection(self):
        while self._idle:
            reader, writer = self._idle.pop()
            # What has waited for too long was closed by the server.
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)


def parse(head):
    """Status and headers of an answer."""
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}
