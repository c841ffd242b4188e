"""No secret and nobody's name in log/, state/ or what the service prints."""

import base64
import ipaddress
import json
import sqlite3

import pytest

import log_format
from live import SESSION_SECRET, SESSION_USER, cookie, living
from traffic import api, azen, verify, zazmic

USER = "ada.lovelace@analytical.example"
ADDRESSES = ["203.0.113.77", "198.51.100.201", "2001:db8:5ca1:ab1e::77"]
AGENTS = ["Babbage-Browser/18.42 (difference engine)", "curl/7.99.1-secrecy"]
TASK = "task-of-ada-0001"
MISTYPED = "zz_live_thisIsNoKeyOfOursButASecretOfSomebodyElse0001"
JTI = "00000000-0000-4000-8000-000000000001"


SHORTEST = 8
"""Bytes of an encoded form below which it could be there by chance."""


def forms(text):
    """A text as it could hide: as it is, in hex, in base64 at any alignment, in UTF-16."""
    raw = text.encode()
    encoded = [raw.hex().encode(), raw.hex().upper().encode(), text.encode("utf-16-le"),
               text.encode("utf-16-be")]
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # What the bits of a neighbour can change is cut off at both ends.
            encoded.append(encode(bytes(shift) + raw)[4 if shift else 0:-4])
    return {raw, *(form for form in encoded if len(form) >= SHORTEST)}


def packed(address):
    """An address as the bytes of a packet, and as it is written."""
    return forms(address) | {ipaddress.ip_address(address).packed}


class Run:
    """A service's whole life, with secrets of every kind, and what it left behind."""

    def __init__(self, ledger, config):
        self.ledger = ledger
        with living(ledger, "--config", config, sessions=True) as live:
            live.user(USER, 10)
            live.user(SESSION_USER, 10)
            self.zazmic, self.azen = (live.key(each, user=USER) for each in ("zazmic", "azen"))
            self.rotated = live.ledger.ask("keys", "rotate", self.azen.id, "--grace", "1h")
            self.tokens = [live.token(role) for role in ("admin", "gateway", "auditor")]
            self.cookies = [cookie(number) for number in range(3)]
            self.talk(live)
            self.told = "".join(live.ledger.text(*question, "-o", "json") for question in (
                ["events"], ["state"], ["keys", "list"], ["users", "list"]))
            self.metrics = live.send(api(self.tokens[0], "GET", "/metrics")).text
            live.ledger.ask("sessions", "deny", JTI, "--expires", "2100-01-01")
            live.stop()
            self.stderr, self.stdout = live.service.stderr, live.service.stdout
        self.stored = stored(ledger)

    def talk(self, live):
        admin, gateway, auditor = self.tokens
        for address in ADDRESSES:
            for agent in AGENTS:
                told = ("X-Forwarded-For", address), ("User-Agent", agent)
                live.send(
                    *(zazmic(self.zazmic.secret, method, "/api/tasks", *told)
                      for method in ("GET", "POST")),
                    *(zazmic(None, "GET", "/api/tasks", each, *told) for each in self.cookies),
                    azen(self.rotated["secret"], "POST", "/api/v1/memory", *told),
                    azen(MISTYPED, "GET", "/api", *told), zazmic(MISTYPED, "GET", "/", *told),
                    zazmic(None, "GET", f"/api/tasks?key={self.zazmic.secret}", *told),
                    verify(gateway, "azen", self.azen.secret, "GET", "/", address),
                    verify(MISTYPED, "azen", self.azen.secret, "GET", "/", address))
        live.send(
            api(gateway, "POST", "/v1/outcomes", {"user": USER, "task": TASK, "outcome": "failed"}),
            api(admin, "POST", "/v1/credits", {"user": USER, "amount": 1}),
            api(auditor, "GET", "/v1/keys"), api(auditor, "GET", "/v1/events"),
            api(admin, "GET", f"/v1/users?key={self.zazmic.secret}"),
            api(admin, "POST", "/v1/keys", {"organization": "acme", "user": USER, "no": MISTYPED}))

    @property
    def secrets(self):
        keys = [self.zazmic.secret, self.azen.secret, self.rotated["secret"], MISTYPED]
        bodies = [part for key in keys for part in (key.split("_")[-1], key.split("_")[-1][:-6])]
        session = [SESSION_SECRET, *(value.split("=", 1)[1] for _, value in self.cookies)]
        ends = [token.split("_")[-1] for token in self.tokens]
        return [*keys, *bodies, *session, *ends, *self.tokens]


def stored(ledger):
    """Every byte of log/ and state/: files as they are, blocks decompressed, SQLite read."""
    found = [path.read_bytes() for folder in (ledger.log, ledger.path / "state")
             for path in folder.rglob("*") if path.is_file()]
    found += log_format.records(ledger.log)
    connection = sqlite3.connect(ledger.path / "state" / "projection.sqlite")
    connection.text_factory = bytes
    for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in connection.execute(f'SELECT * FROM "{table.decode()}"'):
            found += [str(cell).encode() if isinstance(cell, (int, float)) else cell
                      for cell in row if cell is not None]
    connection.close()
    return b"\n".join(found)


@pytest.fixture(scope="module")
def run(blank, tmp_path_factory):
    place = tmp_path_factory.mktemp("secrecy")
    config = place / "config.json"
    config.write_text(json.dumps({"logLevel": "debug"}))
    return Run(blank.copy(place / "data"), config)


def test_the_search_finds_what_is_there(run):
    """What stands in clear is found; what is sealed was recorded, and the vault tells it."""
    for clear in (run.zazmic.id, run.azen.id, "acme", "tasks.execute"):
        assert any(form in run.stored for form in forms(clear)), clear
    for sealed in (USER, SESSION_USER, *ADDRESSES, *AGENTS):
        assert sealed in run.told, sealed
    assert len(run.secrets) > 12 and all(len(secret) > 12 for secret in run.secrets)
    hidden = b"..." + base64.b64encode(b"xy" + USER.encode() + b"z") + b"..."
    assert any(form in hidden for form in forms(USER))


def test_no_secret_is_in_the_log_or_the_state(run):
    for secret in run.secrets:
        assert not [form for form in forms(secret) if form in run.stored], secret


def test_no_name_and_no_address_is_in_the_log_or_the_state_in_clear(run):
    for name in (USER, USER.split("@")[0], *AGENTS, TASK, JTI, "ada@example.com"):
        assert not [form for form in forms(name) if form in run.stored], name
    for address in ADDRESSES:
        assert not [form for form in packed(address) if form in run.stored], address


def test_no_secret_is_in_any_answer(run):
    for secret in run.secrets:
        assert secret not in run.told and secret not in run.metrics


def test_the_service_prints_no_secret_and_nobodys_name(run):
    printed = (run.stderr + run.stdout).encode()
    assert b"listening on" in printed
    for secret in (*run.secrets, USER, TASK, JTI, *ADDRESSES, *AGENTS):
        assert not [form for form in forms(secret) if form in printed], secret


def test_secret_files_are_for_their_owner_only(run):
    place = run.ledger.path / "secret"
    for path in (place, *place.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
