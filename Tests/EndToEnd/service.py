"""The service as its clients meet it: a process, HTTP to the byte, and the command line beside it.

The service is `.build/release/keyledgerd` of this project, or what KEYLEDGERD_BIN names; the
command line is `.build/release/keyledger` or KEYLEDGER_BIN. HTTP is read and written by the
standard library's parser, which keeps header names as they were spelled and bodies as they came.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ledger import PATIENCE, Ledger, clean_environment

ROOT = Path(__file__).resolve().parents[2]

START = 30
"""Seconds a service may take until it listens; it takes well under one."""

ANSWER = 30
"""Seconds an answer may take before the service counts as hanging."""

LISTENING = re.compile(rb"^listening on (https?://(\S+):(\d+))\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Response:
    """An answer as it came over the wire."""

    status: int
    headers: list
    body: bytes = field(repr=False, default=b"")

    def values(self, name):
        """Every value of a header, whatever its spelling."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def header(self, name):
        """The value of a header that may be there once at most."""
        found = self.values(name)
        assert len(found) <= 1, f"{name} is there {len(found)} times: {self}"
        return found[0] if found else None

    @property
    def names(self):
        """The header names as they were spelled."""
        return [name for name, _ in self.headers]

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        lines = [str(self.status), *(f"{name}: {value}" for name, value in self.headers)]
        return "\n".join([*lines, "", self.body[:2000].decode(errors="backslashreplace")])


class Connection:
    """One connection to a URL, kept open from request to request."""

    def __init__(self, url, context=None, timeout=ANSWER):
        parts = urlsplit(url)
        if parts.scheme == "https":
            self.http = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=timeout, context=context)
        else:
            self.http = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        self.host = parts.netloc

    def ask(self, method, target, headers=(), body=None):
        """One exchange; nothing is sent but Host, these headers and the length of a body."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        given = {name.lower() for name, _ in pairs}
        self.http.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        if "host" not in given:
            self.http.putheader("Host", self.host)
        for name, value in pairs:
            self.http.putheader(name, value)
        if isinstance(body, str):
            body = body.encode()
        if body is not None and not given & {"content-length", "transfer-encoding"}:
            self.http.putheader("Content-Length", str(len(body)))
        self.http.endheaders(body)
        answer = self.http.getresponse()
        return Response(answer.status, answer.getheaders(), answer.read())

    def close(self):
        self.http.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def ask(url, method, target, headers=(), body=None, context=None):
    """One request on a connection of its own."""
    with Connection(url, context) as connection:
        return connection.ask(method, target, headers, body)


def exchange(port, data, host="127.0.0.1", timeout=ANSWER, finish=False):
    """Sends bytes as they are and returns all that comes back until the other side closes.

    A connection that stays open ends by the time-out; one that is reset ends there. With
    `finish`, the sending half is closed after the data.
    """
    received = b""
    with socket.create_connection((host, port), timeout=timeout) as stream:
        try:
            stream.sendall(data)
            if finish:
                stream.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all was sent: the answer may still be readable
        try:
            while chunk := stream.recv(65536):
                received += chunk
        except OSError:
            pass
    return received


class Service:
    """A running keyledgerd, and questions to it."""

    def __init__(self, ledger, process, out, err):
        self.ledger = ledger
        self.process = process
        self._out = out
        self._err = err
        self.url = None
        self.port = None

    def wait(self):
        """Until it says where it listens."""
        patience = time.monotonic() + START
        while not (found := LISTENING.search(_content(self._out))):
            if self.process.poll() is not None:
                raise ServiceEnded(self.process.returncode, self.stdout, self.stderr)
            if time.monotonic() > patience:
                self.kill9()
                pytest.fail(f"no `listening on` after {START} s: {self.stdout}\n{self.stderr}")
            time.sleep(0.01)
        self.url = found.group(1).decode()
        self.port = int(found.group(3))
        return self

    @property
    def data(self):
        return self.ledger.path

    @property
    def pid(self):
        return self.process.pid

    @property
    def stdout(self):
        return _content(self._out).decode()

    @property
    def stderr(self):
        return _content(self._err).decode()

    @property
    def is_running(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill9(self):
        """As a power cut of the process: no handler runs."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self):
        """A graceful end, which must succeed; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        assert code == 0, f"keyledgerd ended with {code}: {self.stderr[-4000:]}"
        return code

    def connection(self, context=None):
        return Connection(self.url, context)

    def ask(self, method, target, headers=(), body=None, token=None):
        """A request; with a token, as its bearer. A body that is no text or bytes goes as JSON."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        if token is not None:
            pairs.append(("Authorization", f"Bearer {token}"))
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            pairs.append(("Content-Type", "application/json"))
        return ask(self.url, method, target, pairs, body)

    def auth(self, profile, method, uri, headers=(), query=""):
        """Asks as a proxy does, by X-Forwarded-Method and -Uri."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        original = [("X-Forwarded-Method", method), ("X-Forwarded-Uri", uri)]
        return ask(self.url, "GET", f"/auth/{profile}{query}", [*original, *pairs])

    def verify(self, token, profile, method, path, headers=None, client="192.0.2.7"):
        """POST /v1/verify, which must be answered with 200; its JSON."""
        body = {"profile": profile, "method": method, "path": path,
                "headers": headers or {}, "clientAddress": client}
        answer = self.ask("POST", "/v1/verify", token=token, body=body)
        assert answer.status == 200, str(answer)
        return answer.json

    def outcome(self, token, user, task, outcome, sequence=None):
        """POST /v1/outcomes, whatever the answer."""
        body = {"user": user, "task": task, "outcome": outcome}
        if sequence is not None:
            body["sequence"] = sequence
        return self.ask("POST", "/v1/outcomes", token=token, body=body)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            if self.is_running:
                self.kill9()
        elif self.is_running:
            self.stop()
        for file in (self._out, self._err):
            file.close()


class ServiceEnded(Exception):
    """A service that ended before it listened."""

    def __init__(self, code, out, err):
        super().__init__(f"keyledgerd ended with {code}: {err}")
        self.code = code
        self.out = out
        self.err = err


def _content(file):
    """All that was written to a temporary file so far, without moving its position."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


def service_program():
    """The path of the service under test."""
    chosen = Path(os.environ.get("KEYLEDGERD_BIN", ROOT / ".build/release/keyledgerd"))
    if not chosen.is_file():
        pytest.fail(f"missing: {chosen.name}; build it with: swift build -c release")
    return chosen.resolve()


def command_program():
    """The path of the command line under test."""
    chosen = Path(os.environ.get("KEYLEDGER_BIN", ROOT / ".build/release/keyledger"))
    if not chosen.is_file():
        pytest.fail(f"missing: {chosen.name}; build it with: swift build -c release")
    return chosen.resolve()


def launch_service(data, *flags, env=None):
    """A service just started, which may not listen yet; `wait()` is the caller's.

    `--listen 127.0.0.1:0` unless the flags say otherwise; without data the flags must say all.
    """
    ledger = ledger_of(data) if data is not None else None
    command = [str(service_program())]
    if ledger is not None:
        command += ["--data", str(ledger.path)]
    if "--listen" not in flags:
        command += ["--listen", "127.0.0.1:0"]
    ours = {name: value for name, value in clean_environment().items()
            if not name.startswith("KEYLEDGER_")}
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    process = subprocess.Popen(
        [*command, *map(str, flags)], env=ours | (env or {}),
        stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    return Service(ledger, process, out, err)


def start_service(data, *flags, env=None):
    """A service that listens, on a free port unless `--listen` is among the flags.

    `data` is a data directory that `init` has made, as a path or a Ledger. Raises ServiceEnded
    when it ends first.
    """
    return launch_service(data, *flags, env=env).wait()


def ledger_of(place):
    """The command line on the data directory of a service, a ledger or a path."""
    if isinstance(place, Service):
        return place.ledger
    return place if isinstance(place, Ledger) else Ledger(command_program(), place)


def make_organization(place, organization="acme"):
    """Registers an organization unless it is there."""
    ledger = ledger_of(place)
    if organization not in [row["id"] for row in ledger.ask("organizations", "list")]:
        ledger.text("organizations", "create", organization)


def make_user(place, user="ada", organization="acme"):
    """Registers a user, and the organization, unless they are there."""
    ledger = ledger_of(place)
    make_organization(ledger, organization)
    if user not in [row["id"] for row in ledger.ask("users", "list")]:
        ledger.text("users", "create", user, "--org", organization)


def make_key(place, profile, *options, user="ada", organization="acme", name="key"):
    """A new key for one API: its id, its secret, its state. The user must be there."""
    return ledger_of(place).ask(
        "keys", "create", "--org", organization, "--user", user, "--profile", profile,
        "--name", name, *options)


def make_token(place, role, name=None):
    """The text of a new token of keyledger's own API."""
    name = name or f"a-{role}"
    return ledger_of(place).ask("tokens", "create", "--role", role, name)["token"]


def grant(place, user, amount):
    """Gives a user credits."""
    ledger_of(place).text("credits", "grant", "--user", user, amount)


def trail(place, *options):
    """The trail as `keyledger events` tells it, a dictionary each, in the order of the log."""
    lines = ledger_of(place).text("events", *options, "-o", "jsonl").splitlines()
    return [json.loads(line) for line in lines]


def recorded(place):
    """How many records are durable, as the writer publishes it for readers."""
    published = ledger_of(place).path / "state" / "durable"
    return int.from_bytes(published.read_bytes()[:8], "little")


def decisions(place, *options):
    """The requests in the trail that were decided one by one."""
    return trail(place, "--type", "request.decided", *options)


def bearer(secret):
    """What a client of the first API sends."""
    return [("Authorization", f"Bearer {secret}")]


def azen(secret):
    """What a client of the second API sends."""
    return [("azen-api-key", secret)]
