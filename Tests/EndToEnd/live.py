"""A running service with its people: one organization, users, keys, tokens."""

import json
import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import oracle
import traffic
from service import grant, make_key, make_token, start_service, trail

SESSION_SECRET = "keyledger-test-secret"
"""What the session cookies of ../shared/vectors are made with."""

SESSIONS = Path(__file__).resolve().parents[2] / "../shared/vectors/nextauth-sessions.json"
SESSION_USER = "user_1"
MINUTE = 60
"""Seconds of the window of zazmic's limit."""


@dataclass(frozen=True)
class Key:
    id: str
    secret: str


class Live:
    """A ledger and the service that holds it, restarted at will."""

    def __init__(self, ledger, flags=(), environment=None):
        self.ledger, self.flags, self.environment = ledger, flags, environment or {}
        self.service = None
        self.start()

    def start(self):
        self.service = start_service(self.ledger, *self.flags, env=self.environment)

    def kill(self):
        if self.service.is_running:
            self.service.kill9()

    def stop(self):
        self.service.stop()

    @property
    def port(self):
        return self.service.port

    def send(self, *requests):
        return traffic.send(self.port, *requests)

    def burst(self, requests):
        return traffic.simultaneously(self.port, requests)

    def key(self, profile, *options, user="ada"):
        made = make_key(self.ledger, profile, *options, user=user, name=f"for {profile}")
        return Key(made["id"], made["secret"])

    def user(self, name, credits=0):
        self.ledger.ask("users", "create", name, "--org", "acme")
        if credits:
            grant(self.ledger, name, credits)

    def token(self, role, name=None):
        return make_token(self.ledger, role, name or f"{role}-of-the-test")

    def trail(self, *filters):
        return trail(self.ledger, *filters)

    def balance(self, user="ada", *options):
        rows = {row["user"]: row for row in self.ledger.ask("credits", *options)}
        return rows[user]["balance"] if user in rows else 0

    def size(self):
        return self.ledger.ask("verify")["records"]

    def is_in_order(self):
        """The log of a stopped service verifies, and folding it again gives the state."""
        report = self.ledger.ask("verify")
        assert report["verdict"] == "ok" and report["problems"] == [], report
        assert self.ledger.ask("replay")["digest"] == self.ledger.ask("state")["digest"]
        return True


@contextmanager
def living(ledger, *flags, sessions=False, environment=None):
    """A service for the time of a test, with the organization acme and the user ada."""
    secrets = {"KEYLEDGER_SESSION_SECRETS": SESSION_SECRET} if sessions else {}
    live = Live(ledger, flags, (environment or {}) | secrets)
    try:
        ledger.ask("organizations", "create", "acme")
        live.user("ada")
        yield live
    finally:
        live.kill()


def strange_secret(blank, place):
    """The secret of a well-formed key that only another ledger knows."""
    other = blank.copy(place)
    other.ask("organizations", "create", "else")
    other.ask("users", "create", "eve", "--org", "else")
    return other.ask("keys", "create", "--org", "else", "--user", "eve")["secret"]


def cookie(number=0):
    """A session cookie of `user_1` as NextAuth makes it: v5, v5 secure, v4."""
    vector = json.loads(SESSIONS.read_text())[number]
    return "Cookie", f"{vector['cookie']}={vector['token']}"


def window(moment):
    """The minute a recorded time falls into, in seconds since the epoch."""
    return math.floor(oracle.moment(moment).timestamp()) // MINUTE * MINUTE


def within_a_minute(seconds):
    """Returns when so many seconds are left of the minute, so that no window ends in between."""
    left = MINUTE - time.time() % MINUTE
    if left < seconds:
        time.sleep(left + 0.05)


def eventually(holds, seconds=20):
    """The first true answer; fails if there is none in so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := holds():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")
