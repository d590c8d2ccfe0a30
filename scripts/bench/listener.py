"""Something that answers HTTP on loopback."""

import http.client
import socket

GZIP = {"accept-encoding": "gzip"}


class Listener:
    """Where to reach a server, and plain ways of asking it."""

    def __init__(self, name):
        self.name = name
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def get(self, target, headers=None):
        """Response and body of one request on a connection of its own."""
        connection = self.connect()
        try:
            return exchange(connection, target, headers or {})
        finally:
            connection.close()


def exchange(connection, target, headers):
    """Response and body of a request on a kept connection."""
    connection.request("GET", target, headers=headers)
    response = connection.getresponse()
    return response, response.read()


def free_port():
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
