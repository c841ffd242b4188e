"""HTTP servers of a test's own, which keep what arrived exactly as it was on the wire.

`Upstream` is the API behind a proxy. It answers with what it was asked, as JSON, and to:
`/status/N` with that status, `/bytes/N` with so many bytes, `Upgrade: websocket` with 101 and then
every byte it is sent.
"""

import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = 64 * 1024


@dataclass
class Request:
    """One request; `headers` are pairs in the order and the spelling they came in."""

    method: str
    target: str
    headers: list
    size: int
    sha256: str
    trailers: list = field(default_factory=list)

    def values(self, name):
        """All values of a header, under any spelling a server may take for this name."""
        wanted = plain(name)
        return [value for given, value in self.headers if plain(given) == wanted]

    def names(self):
        return {plain(name) for name, _ in self.headers}


@dataclass
class Answer:
    """What a server is to say; without a Content-Length among `headers` it is the body's."""

    status: int
    headers: list = field(default_factory=list)
    body: bytes = b""


def wants_websocket(headers):
    return (headers.get("Upgrade", "").lower() == "websocket"
            and "upgrade" in headers.get("Connection", "").lower())


def plain(name):
    """A header's name as CGI and its heirs see it."""
    return name.lower().replace("_", "-").replace(".", "-")


class RecordingServer(ThreadingHTTPServer):
    """Answers every method and target by `answer(request)`, and keeps the requests."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.requests = []
        self.connections = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, request):
        raise NotImplementedError

    def clear(self):
        self.requests.clear()

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()
            thread.join()

    def handle_error(self, request, client_address):
        """A proxy may end a connection at any time: nothing to report."""


class Upstream(RecordingServer):
    def answer(self, request):
        path = request.target.split("?")[0]
        match path.split("/"):
            case ["", "status", status]:
                return Answer(int(status), [("Content-Type", "text/plain")], b"the upstream's own")
            case ["", "bytes", size]:
                return Answer(200, [("Content-Type", "application/octet-stream")], pattern(size))
        body = json.dumps({"method": request.method, "target": request.target,
                           "headers": request.headers, "size": request.size,
                           "sha256": request.sha256})
        headers = [("Content-Type", "application/json"), ("X-Upstream", "yes"),
                   *[(f"X-RateLimit-{name}", "the upstream's")
                     for name in ("Limit", "Remaining", "Reset")]]
        return Answer(200, headers, body.encode())


def pattern(size):
    """So many bytes, of which no two neighbouring blocks are alike."""
    block = b"".join(number.to_bytes(4, "big") for number in range(CHUNK))
    return (block * (int(size) // len(block) + 1))[:int(size)]


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.connections += 1

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def serve(self):
        request = self.received()
        self.server.requests.append(request)
        if isinstance(self.server, Upstream) and wants_websocket(self.headers):
            self.echo_bytes()
            return
        answer = self.server.answer(request)
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if not any(plain(name) == "content-length" for name, _ in answer.headers):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def received(self):
        # Not self.path, in which http.server makes `//` at the start into `/`.
        target = self.raw_requestline.decode("latin-1").split(" ")[1]
        digest, size, trailers = hashlib.sha256(), 0, []
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while length := int(self.rfile.readline().split(b";")[0], 16):
                part = self.rfile.read(length)
                self.rfile.readline()
                digest.update(part)
                size += len(part)
            while (line := self.rfile.readline()) not in (b"\r\n", b"\n", b""):
                trailers.append(line.decode("latin-1").strip())
        else:
            size = int(self.headers.get("Content-Length", 0))
            left = size
            while left:
                part = self.rfile.read(min(left, CHUNK))
                if not part:
                    break
                digest.update(part)
                left -= len(part)
            size -= left
        return Request(self.command, target, [list(pair) for pair in self.headers.items()],
                       size, digest.hexdigest(), trailers)

    def echo_bytes(self):
        self.send_response_only(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        self.close_connection = True
        while part := self.rfile.read1(CHUNK):
            self.wfile.write(part)

    def log_message(self, *_):
        """Nothing: what arrived is in `requests`."""
