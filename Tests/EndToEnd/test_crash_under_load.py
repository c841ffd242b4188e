"""kill -9 under load, twenty times: every answer that was received is in the log."""

import asyncio
import itertools
import random
from collections import Counter, defaultdict

import pytest

import traffic
from live import living, window

SEED = 20
KILLS = 20
CONNECTIONS = 64
USERS = 8
LIMIT = 10
CREDITS = 400
BUCKET = 40
SHORTEST, LONGEST = 0.05, 0.5
"""Seconds of load before a kill."""

ENDED = (ConnectionError, asyncio.IncompleteReadError)
"""What a connection to a killed service ends with."""


class People:
    """Who sends the traffic: users with a key for each API, and two tokens."""

    def __init__(self, live):
        self.users = [f"user-{number}" for number in range(USERS)]
        for name in self.users:
            live.user(name, CREDITS)
        self.keys = {
            (name, profile): live.key(profile, *options, user=name) for name in self.users
            for profile, options in (("zazmic", ()), ("azen", ("--limit", f"{BUCKET}/1h")))}
        self.gateway, self.admin = live.token("gateway"), live.token("admin", "second")
        self.number = itertools.count()

    def anything(self, chance):
        """(what it is, the request) of something chosen by chance."""
        user, number = chance.choice(self.users), next(self.number)
        kind = chance.choices(
            ["verify", "auth", "nobody", "outcome", "grant", "user"], [40, 30, 8, 12, 6, 4])[0]
        profile = chance.choice(["zazmic", "azen"])
        key = self.keys[user, profile]
        method, path = chance.choice({
            "zazmic": [("POST", "/api/tasks"), ("GET", "/api/tasks"), ("GET", "/api/x")],
            "azen": [("POST", "/api/v1/memory"), ("GET", "/api/v1/memory/7")]}[profile])
        client = f"192.0.2.{chance.randrange(1, 9)}"
        match kind:
            case "verify":
                what = {"user": user, "key": key.id, "client": client}
                request = traffic.verify(self.gateway, profile, key.secret, method, path, client)
            case "auth":
                what = {"user": user, "key": key.id, "executes": path == "/api/tasks"
                        and method == "POST"}
                request = getattr(traffic, profile)(key.secret, method, path)
            case "nobody":
                what = {}
                request = getattr(traffic, profile)(chance.choice([None, "not a key"]), "GET")
            case "outcome":
                what = {"user": user}
                request = traffic.api(self.gateway, "POST", "/v1/outcomes", {
                    "user": user, "task": f"task-{number}", "outcome": "succeeded"})
            case "grant":
                what = {"user": user}
                request = traffic.api(self.admin, "POST", "/v1/credits",
                                      {"user": user, "amount": 1})
            case "user":
                what = {"user": f"new-{number}"}
                request = traffic.api(self.admin, "POST", "/v1/users", {
                    "id": what["user"], "organization": "acme"})
        return kind, what, request


async def load(live, people, chance, seconds):
    """Mixed traffic over all connections until the service is killed: (all sent, all answered)."""
    sent, answered = [], []

    async def one(chance):
        try:
            reader, writer = await traffic.opened(live.port)
        except OSError:
            return
        try:
            while True:
                kind, what, request = people.anything(chance)
                sent.append((kind, what))
                writer.write(request.wire)
                reply = await asyncio.wait_for(traffic.read_reply(reader), traffic.PATIENCE)
                answered.append((kind, what, reply))
        except ENDED:
            return
        finally:
            writer.close()

    async def killer():
        await asyncio.sleep(seconds)
        live.kill()

    many = [one(random.Random(chance.random())) for _ in range(CONNECTIONS)]
    await asyncio.gather(killer(), *many)
    return sent, answered


@pytest.fixture(scope="module")
def history(blank, tmp_path_factory):
    """What was sent and answered over twenty lives of a service, and the trail it left."""
    ledger = blank.copy(tmp_path_factory.mktemp("killed") / "data")
    chance = random.Random(SEED)
    sent, answered = [], []
    with living(ledger) as live:
        people = People(live)
        for _ in range(KILLS):
            more = asyncio.run(load(live, people, chance, chance.uniform(SHORTEST, LONGEST)))
            sent += more[0]
            answered += more[1]
            live.start()
        live.stop()
        yield live, people, sent, answered, live.trail()


def of(kind, answered):
    return [(what, reply) for each, what, reply in answered if each == kind]


def decided(trail):
    return [row for row in trail if row["type"] == "request.decided"]


def test_the_load_was_one(history):
    _, _, sent, answered, _ = history
    assert len(answered) > 20 * KILLS and len(sent) > len(answered)
    assert {reply.status for _, _, reply in answered} == {200, 201, 401, 403, 429}
    for kind in ("verify", "auth", "nobody", "outcome", "grant", "user"):
        assert of(kind, answered), kind


def test_the_log_verifies_and_folds_to_the_same_state(history):
    live, _, _, _, trail = history
    assert live.is_in_order()
    assert [row["sequence"] for row in trail] == list(range(len(trail)))
    times = [row["recordedAt"] for row in trail]
    assert times == sorted(times)


def test_every_answered_verification_is_the_record_of_its_sequence(history):
    _, _, _, answered, trail = history
    seen = set()
    for what, reply in of("verify", answered):
        told = reply.json
        row = trail[told["sequence"]]
        assert (row["type"], row["key"], row["user"]) == (
            "request.decided", what["key"], what["user"])
        if told["allowed"]:
            assert (told["apiKeyId"], told["userId"]) == (what["key"], what["user"])
        assert (row["decision"] == "allowed") == told["allowed"]
        assert row["reason"] == told["reason"] and row["clientAddress"] == what["client"]
        seen.add(told["sequence"])
    assert len(seen) == len(of("verify", answered)), "two answers name one record"


def test_every_answered_forward_authentication_is_recorded_in_its_window(history):
    _, _, _, answered, trail = history
    recorded = Counter((row["key"], row["decision"]) for row in decided(trail))
    in_window = Counter(
        (row["key"], window(row["recordedAt"])) for row in decided(trail)
        if row["operation"] == "tasks.execute" and row["decision"] == "allowed")
    told, told_in_window = Counter(), Counter()
    for what, reply in of("verify", answered):
        told[what["key"], "allowed" if reply.json["allowed"] else "refused"] += 1
    for what, reply in of("auth", answered):
        told[what["key"], "allowed" if reply.status == 200 else "refused"] += 1
        if reply.status == 200:
            assert reply["Keyledger-Api-Key-Id"] == what["key"]
            assert reply["Keyledger-User-Id"] == what["user"]
        if reply.status == 200 and what["executes"]:
            told_in_window[what["key"], int(reply["X-RateLimit-Reset"]) - 60] += 1
    assert all(recorded[each] >= count for each, count in told.items()), told - recorded
    assert all(in_window[each] >= count for each, count in told_in_window.items())


def test_nothing_is_recorded_that_was_not_sent(history):
    live, _, sent, _, trail = history
    asked = Counter(what.get("key") for kind, what in sent if kind in ("verify", "auth"))
    recorded = Counter(row["key"] for row in decided(trail))
    for key, count in recorded.items():
        if key is not None:
            assert count <= asked[key]
    nobody = sum(kind == "nobody" for kind, _ in sent)
    refused = sum(row["count"] for row in live.ledger.ask("usage", "--by", "reason")
                  if row["reason"] in ("no_credential", "malformed_credential", "unknown_key"))
    assert len(of("nobody", history[3])) <= refused <= nobody


def test_no_limit_was_exceeded_in_any_window(history):
    _, _, _, _, trail = history
    executions, buckets = Counter(), Counter()
    for row in decided(trail):
        if row["decision"] == "allowed" and row["operation"] == "tasks.execute":
            executions[row["user"], window(row["recordedAt"])] += 1
        elif row["decision"] == "allowed" and row["operation"] in ("memory.create", "other"):
            buckets[row["key"]] += 1
    assert max(executions.values()) == LIMIT
    of_azen = {key.id for (_, profile), key in history[1].keys.items() if profile == "azen"}
    assert max(buckets[key] for key in of_azen) == BUCKET


def test_every_answered_change_is_recorded_and_credits_are_spent_once(history):
    live, people, sent, answered, trail = history
    rows = defaultdict(list)
    for row in trail:
        rows[row["type"]].append(row)
    for what, reply in of("outcome", answered):
        row = trail[reply.json["sequence"]]
        assert (row["type"], row["user"]) == ("task.reported", what["user"])
    users = {row["user"] for row in rows["user.registered"]}
    assert {what["user"] for what, _ in of("user", answered)} <= users
    for user in people.users:
        grants = sum(row["user"] == user for row in rows["credits.granted"]) - 1
        told = sum(what["user"] == user for what, _ in of("grant", answered))
        asked = sum(kind == "grant" and what["user"] == user for kind, what in sent)
        assert told <= grants <= asked
        spent = sum(row["user"] == user and row["operation"] == "tasks.execute"
                    and row["decision"] == "allowed" for row in decided(trail))
        assert live.balance(user) == CREDITS + grants - spent
