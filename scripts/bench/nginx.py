"""The reference: nginx that sends the same bytes from files, set up as a competent operator would."""

import contextlib
import pathlib
import shutil
import subprocess
import time

from bench import PAGES
from listener import GZIP, Listener, exchange
from pairs import page_path
from unmeasured import Unmeasured

CONFIGURATION = """
daemon off;
worker_processes {workers};
pid {folder}/pid;
error_log {folder}/error.log;
events {{
    worker_connections 1024;
}}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    etag on;
    gzip_static on;
    # A name without an ending spares nginx a look for another file at each request.
    default_type "text/html; charset=utf-8";
    open_file_cache max=1000 inactive=10m;
    open_file_cache_valid 10m;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/client;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} reuseport;
        root {folder}/files;
    }}
}}
"""


class Nginx(Listener):
    """Fetches every page from the main server and serves it from then on; stops when it is left."""

    def __init__(self, bench):
        super().__init__("nginx")
        self._bench = bench
        self._folder = bench.folder / "nginx"
        self._process = None

    @staticmethod
    def installed():
        return _program() is not None

    @staticmethod
    def version():
        told = subprocess.run([_program(), "-v"], capture_output=True, text=True, check=False).stderr
        return told.strip().rpartition(" ")[2]

    def __enter__(self):
        (self._folder / "files" / "lp").mkdir(parents=True)
        self._write_files(self._bench.main)
        configuration = self._folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=self._folder, port=self.port, workers=self._bench.cores)
        )
        self._process = subprocess.Popen(
            # The log named here is for what happens before the configuration is read.
            [_program(), "-e", self._folder / "error.log", "-c", configuration], start_new_session=True
        )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=30)

    def _write_files(self, server):
        connection = server.connect()
        for page in range(PAGES):
            for encoding, ending in (("gzip", ".gz"), ("identity", "")):
                response, body = exchange(connection, page_path(page), {"accept-encoding": encoding})
                if response.status != 200 or response.getheader("content-encoding", "identity") != encoding:
                    raise Unmeasured(f"the server does not send {page_path(page)} as {encoding}")
                pathlib.Path(f"{self._folder}/files{page_path(page)}{ending}").write_bytes(body)
        connection.close()

    def _wait_until_it_answers(self):
        expected = pathlib.Path(f"{self._folder}/files{page_path(0)}.gz").read_bytes()
        deadline = time.monotonic() + 10
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if self.get(page_path(0), GZIP)[1] == expected:
                    return
            time.sleep(0.1)
        raise Unmeasured(f"nginx does not serve the pages: {(self._folder / 'error.log').read_text()[-300:]}")

    @property
    def pids(self):
        """The workers: the master only starts them."""
        children = pathlib.Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        workers = [int(pid) for pid in children.read_text().split()]
        if len(workers) != self._bench.cores:
            raise Unmeasured(f"nginx has {len(workers)} workers instead of {self._bench.cores}")
        return workers


def _program():
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
