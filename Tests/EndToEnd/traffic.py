"""HTTP as it goes over the wire: many connections at once, answers with every byte kept."""

import asyncio
import json
import ssl
from dataclasses import dataclass, field

PATIENCE = 60
"""Seconds after which an answer counts as never coming."""

CONNECTING = 100
"""Connections opened at a time, so that no queue of the kernel overflows."""


@dataclass(frozen=True)
class Request:
    """One request to the service."""

    method: str
    target: str
    headers: tuple = ()
    body: bytes = b""

    @property
    def wire(self):
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: keyledger.test",
                 *(f"{name}: {value}" for name, value in self.headers)]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Reply:
    """An answer: its headers spelled and ordered as they came."""

    status: int
    headers: tuple = field(default=())
    body: bytes = b""

    def __getitem__(self, name):
        """The value of a header, or None."""
        found = [value for each, value in self.headers if each.lower() == name.lower()]
        assert len(found) < 2, f"{name} more than once: {found}"
        return found[0] if found else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


def forwarded(profile, method, path, *headers):
    """What a proxy asks before it lets a request through."""
    return Request("GET", f"/auth/{profile}", (
        ("X-Forwarded-Method", method), ("X-Forwarded-Uri", path), *headers))


def zazmic(secret=None, method="POST", path="/api/tasks", *headers):
    key = [("Authorization", f"Bearer {secret}")] if secret else []
    return forwarded("zazmic", method, path, *key, *headers)


def azen(secret=None, method="POST", path="/api/v1/memory", *headers):
    key = [("azen-api-key", secret)] if secret else []
    return forwarded("azen", method, path, *key, *headers)


def api(token, method, target, document=None, *headers):
    """A request to keyledger's own interface."""
    body = b"" if document is None else json.dumps(document).encode()
    kind = [("Content-Type", "application/json")] if body else []
    return Request(method, target, (("Authorization", f"Bearer {token}"), *kind, *headers), body)


def verify(token, profile, secret, method, path, client="192.0.2.1"):
    """The same question as a proxy's, asked by POST /v1/verify."""
    name, value = {"zazmic": ("Authorization", f"Bearer {secret}"),
                   "azen": ("azen-api-key", secret)}[profile]
    return api(token, "POST", "/v1/verify", {
        "profile": profile, "method": method, "path": path,
        "headers": {name: value} if secret else {}, "clientAddress": client})


async def read_reply(reader):
    """The next answer of a connection; IncompleteReadError where it ends before one."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    status = int(first.split(" ")[1])
    headers = tuple((name, value.strip()) for name, value in
                    (line.split(":", 1) for line in lines))
    told = {name.lower(): value for name, value in headers}
    if told.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
    else:
        body = await reader.readexactly(int(told.get("content-length", 0)))
    return Reply(status, headers, body)


async def opened(port, trust=None):
    return await asyncio.wait_for(
        asyncio.open_connection("127.0.0.1", port, limit=1 << 20, ssl=trust), PATIENCE)


def insecure():
    """TLS whose certificate nobody checks."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def send(port, *requests, trust=None):
    """The answers to requests sent one after the other over one connection; one: its answer."""
    async def talk():
        reader, writer = await opened(port, trust)
        answers = []
        try:
            for request in requests:
                writer.write(request.wire)
                answers.append(await asyncio.wait_for(read_reply(reader), PATIENCE))
        finally:
            writer.close()
        return answers
    answers = asyncio.run(talk())
    return answers[0] if len(requests) == 1 else answers


def simultaneously(port, requests):
    """The answers to requests that all wait on connections of their own before the first goes."""
    async def ask(connection, request):
        reader, writer = connection
        try:
            writer.write(request.wire)
            return await asyncio.wait_for(read_reply(reader), PATIENCE)
        finally:
            writer.close()

    async def all_of_them():
        connections = []
        while len(connections) < len(requests):
            more = min(CONNECTING, len(requests) - len(connections))
            connections += await asyncio.gather(*(opened(port) for _ in range(more)))
        return await asyncio.gather(*map(ask, connections, requests))

    return asyncio.run(all_of_them())
