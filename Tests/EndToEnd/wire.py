"""Requests written byte by byte: what an HTTP library would correct is what is tested."""

import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlsplit

# Long enough for a proxy that waits for keyledger as long as its configuration says.
PATIENCE_SECONDS = 30


@dataclass
class Response:
    status: int
    headers: list
    body: bytes

    def values(self, name):
        return [value for given, value in self.headers if given.lower() == name.lower()]

    def spelled(self, name):
        """The name as it was written on the wire."""
        return [given for given, _ in self.headers if given.lower() == name.lower()]


def connected(url):
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_SECONDS)


def head(url, method, target, headers):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def send(url, method="GET", target="/", headers=(), body=None, chunks=None, trailers=()):
    """One request on a connection of its own; `chunks` are sent as a chunked body."""
    headers = list(headers)
    if body is not None:
        headers.append(("Content-Length", str(len(body))))
    if chunks is not None:
        headers.append(("Transfer-Encoding", "chunked"))
    with connected(url) as connection:
        connection.sendall(head(url, method, target, headers))
        try:
            if body is not None:
                connection.sendall(body)
            for chunk in chunks or ():
                connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            if chunks is not None:
                ending = "".join(f"{name}: {value}\r\n" for name, value in trailers)
                connection.sendall(f"0\r\n{ending}\r\n".encode())
        except (BrokenPipeError, ConnectionResetError):
            pass  # A refusal may come, and the connection end, before the body is out.
        return received(connection, method)


def received(connection, method):
    response = HTTPResponse(connection, method=method)
    response.begin()
    return Response(response.status, response.getheaders(), response.read())


def until_blank_line(connection):
    """A status and its headers, and nothing of what follows them."""
    read = b""
    while not read.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the connection ended after {read!r}"
        read += byte
    return read
