"""A flood of unauthenticated requests: answered, counted to the last one, and small on disk."""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections import Counter

import pytest

import traffic
from conftest import ROOT
from live import living, strange_secret
from test_tamper import used
from traffic import azen, zazmic

FLOOD = 32_000
CONNECTIONS = 640
"""Many, because an answer waits for the record its refusal shares with a tenth of a second's."""

SECONDS = 30
"""After which the flood ends, whatever has been sent."""

PAUSE = 0.02
"""Seconds between the requests of somebody with a key."""

NO_KEY = {
    "zazmic": (401, b'{"error":"Unauthorized","message":"No authorization header provided"}'),
    "azen": (401, b'{"status":"unauthorized","message":"no api key","code":401}')}
BAD_KEY = {
    "zazmic": (401, b'{"error":"Unauthorized","message":"Invalid API key"}'),
    "azen": (403, b'{"status":"forbidden","message":"Invalid API key","code":403}')}
UNAUTHENTICATED = ("no_credential", "malformed_credential", "unknown_key")
BYTES_A_REFUSAL = 1
"""The most that a refusal of a flood may take on disk; alone it takes more than a hundred."""


class Flood:
    """All connections at once, and in the middle of it somebody with a key."""

    def __init__(self, live, strange):
        self.live, self.key = live, live.key("zazmic")
        self.kinds = [(profile, secret) for profile in NO_KEY
                      for secret in (None, "wrong", strange)]
        self.wires = [
            getattr(traffic, profile)(
                secret, "GET", "/api/v1/x", ("X-Forwarded-For", f"198.51.100.{number}"),
                ("User-Agent", f"flood/{number}")).wire
            for number in range(25) for profile, secret in self.kinds]
        self.answered, self.wrong, self.polite = Counter(), [], []
        self.is_over = False

    async def pour(self, start, end):
        reader, writer = await traffic.opened(self.live.port)
        turn = itertools.cycle(range(len(self.wires)))
        for number in itertools.islice(turn, start, start + FLOOD // CONNECTIONS):
            profile, secret = self.kinds[number % len(self.kinds)]
            writer.write(self.wires[number])
            reply = await asyncio.wait_for(traffic.read_reply(reader), traffic.PATIENCE)
            self.answered[profile, secret] += 1
            if (reply.status, reply.body) != (BAD_KEY if secret else NO_KEY)[profile]:
                self.wrong.append(reply)
            if time.monotonic() > end:
                break
        writer.close()

    async def ask_politely(self):
        """An authenticated request, again and again until the flood is over."""
        reader, writer = await traffic.opened(self.live.port)
        while not self.is_over:
            writer.write(zazmic(self.key.secret, "GET").wire)
            self.polite.append(
                await asyncio.wait_for(traffic.read_reply(reader), traffic.PATIENCE))
            await asyncio.sleep(PAUSE)
        writer.close()

    async def run(self):
        other = asyncio.create_task(self.ask_politely())
        end = time.monotonic() + SECONDS
        await asyncio.gather(*(self.pour(number, end) for number in range(CONNECTIONS)))
        self.is_over = True
        await other


def stored(ledger):
    """Bytes of the log that are not the zeros written ahead."""
    return sum(used(path) for path in ledger.segments())


def counted_by_the_reader(ledger):
    """(recorded one by one, in the counts of coalesced records), by the independent reader."""
    done = subprocess.run([sys.executable, str(ROOT / "tools/read_log.py"), str(ledger.log)],
                          capture_output=True, check=True)
    one_by_one, coalesced = Counter(), Counter()
    for line in map(json.loads, done.stdout.splitlines()):
        if request := line.get("request_decided"):
            one_by_one[request["reason"].removeprefix("REASON_").lower()] += 1
        for each in line.get("requests_coalesced", {}).get("counts", []):
            coalesced[each["reason"].removeprefix("REASON_").lower()] += int(each["count"])
    return one_by_one, coalesced


@pytest.fixture(scope="module")
def flood(blank, tmp_path_factory):
    place = tmp_path_factory.mktemp("flood")
    ledger = blank.copy(place / "data")
    with living(ledger) as live:
        flood = Flood(live, strange_secret(blank, place / "other"))
        flood.before = stored(ledger)
        asyncio.run(flood.run())
        flood.usage = ledger.ask("usage", "--by", "reason")
        live.stop()
        flood.after = stored(ledger)
        yield flood
        assert live.is_in_order()


def test_every_request_of_the_flood_gets_its_profiles_answer(flood):
    assert flood.wrong == []
    assert sum(flood.answered.values()) >= 30_000
    assert len(flood.answered) == len(flood.kinds)


def test_the_recorded_refusals_are_exactly_those_answered(flood):
    total = sum(flood.answered.values())
    one_by_one, coalesced = counted_by_the_reader(flood.live.ledger)
    assert sum(one_by_one[reason] + coalesced[reason] for reason in UNAUTHENTICATED) == total
    assert one_by_one["allowed"] == len(flood.polite)
    assert set(coalesced) <= set(UNAUTHENTICATED) and coalesced.total() > total // 2
    reasons = {None: "no_credential", "wrong": "malformed_credential"}
    told = Counter()
    for (_, secret), count in flood.answered.items():
        told[reasons.get(secret, "unknown_key")] += count
    assert {reason: one_by_one[reason] + coalesced[reason] for reason in told} == told


def test_usage_counts_the_coalesced_refusals_too(flood):
    told = Counter({row["reason"]: row["count"] for row in flood.usage})
    assert sum(told[reason] for reason in UNAUTHENTICATED) == sum(flood.answered.values())
    assert told["allowed"] == len(flood.polite)


def test_the_log_grows_by_little(flood):
    total = sum(flood.answered.values())
    polite = 200 * len(flood.polite)
    assert flood.after - flood.before - polite < BYTES_A_REFUSAL * total
    rows = flood.live.trail()
    kinds = Counter(row["type"] for row in rows)
    assert kinds["requests.coalesced"] > 0
    assert sum(row["reason"] in UNAUTHENTICATED for row in rows) < total / 5


def test_somebody_with_a_key_is_answered_in_the_middle_of_it(flood):
    assert len(flood.polite) > 10
    for reply in flood.polite:
        assert (reply.status, reply["Keyledger-Api-Key-Id"]) == (200, flood.key.id)


def test_a_verification_that_was_coalesced_has_no_sequence(blank, tmp_path):
    ledger = blank.copy(tmp_path / "data")
    config = tmp_path / "config.json"
    config.write_text('{"unauthenticatedPerSecond": 5}')
    with living(ledger, "--config", config) as live:
        token = live.token("gateway")
        ask = traffic.verify(token, "azen", "wrong", "GET", "/")
        told = [reply.json for reply in live.burst([ask] * 200)]
        live.stop()
        assert {(each["allowed"], each["status"]) for each in told} == {(False, 403)}
        sequences = [each["sequence"] for each in told if each["sequence"] is not None]
        rows = live.trail()
        assert 1 <= len(sequences) == len(set(sequences)) <= 100
        assert all(rows[each]["type"] == "request.decided" for each in sequences)
        assert sum(row["reason"] in UNAUTHENTICATED for row in rows
                   if row["type"] == "request.decided") == len(sequences)
        one_by_one, coalesced = counted_by_the_reader(ledger)
        assert one_by_one.total() + coalesced.total() == len(told)
