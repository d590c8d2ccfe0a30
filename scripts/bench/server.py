"""A Landfall server in a process of its own."""

import json
import re
import subprocess
import sys
import time

from listener import Listener
from unmeasured import Unmeasured

# A counter or gauge of the Prometheus text format: name, labels, value.
SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? ([0-9.eE+-]+)$", re.MULTILINE)
LABEL = re.compile(r'([a-z_]+)="([^"]*)"')

# Longest time from a server's start until it is warm, in seconds.
WARM_LIMIT = 180


class Server(Listener):
    """Starts when it is entered and stops when it is left."""

    def __init__(self, name, command, environment, folder, data):
        super().__init__(name)
        self._command = [*map(str, command), "--listen", f"127.0.0.1:{self.port}"]
        self._environment = environment
        self._folder = folder
        self._data = data
        self._process = None
        self._started = None
        # Seconds from the start until everything was warm, once it is.
        self._warmed_after = None

    def __enter__(self):
        self._started = time.monotonic()
        # Its own session, so that Ctrl-C reaches the bench first, which then stops it in order.
        self._process = subprocess.Popen(
            self._command, env=self._environment, cwd=self._folder, start_new_session=True, stdout=sys.stderr
        )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise Unmeasured(f"the {self.name} server ended with status {self._process.returncode}")
            try:
                if self.get("/healthz")[0].status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise Unmeasured(f"the {self.name} server did not answer within two minutes")

    @property
    def pids(self):
        return [self._process.pid]

    def services(self):
        """The environment with which another server uses this one's PostgreSQL and Valkey."""
        services = json.loads((self._data / "services.json").read_text())
        return {"DATABASE_URL": services["database_url"], "REDIS_URL": services["redis_url"]}

    def metric(self, name, **labels):
        """The sum of the samples of this name with these labels; None when there is no such name."""
        response, body = self.get("/metrics")
        if response.status != 200:
            return None
        values = [
            float(value)
            for found, text, value in SAMPLE.findall(body.decode())
            if found == name and labels.items() <= dict(LABEL.findall(text)).items()
        ]
        return sum(values) if values or f"# TYPE {name} " in body.decode() else None

    def wait_until_warm(self):
        """Number of entries, and seconds from the start until the caches held them all.

        Raises Unmeasured when the server does not say, or has not come that far WARM_LIMIT after its start.
        """
        while True:
            total, done = self.metric("landfall_warm_total"), self.metric("landfall_warm_done")
            if total is None or done is None:
                raise Unmeasured(f"/metrics of the {self.name} server says nothing about warming")
            running = time.monotonic() - self._started
            if 0 < total <= done:
                self._warmed_after = self._warmed_after or running
                return round(done), self._warmed_after
            if running > WARM_LIMIT:
                raise Unmeasured(
                    f"{WARM_LIMIT} s after its start the {self.name} server has warmed {done:,.0f} of {total:,.0f}"
                )
            time.sleep(0.5)
