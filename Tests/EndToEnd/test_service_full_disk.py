"""A full disk under a running service: 503 and no decision, then everything is there again."""

import os

import pytest

from live import eventually, living
from service import ServiceEnded
from test_full_disk import DISK, filled
from traffic import api, azen, verify, zazmic

UNAVAILABLE = {
    "zazmic": '{"error":"Service Unavailable","message":"The request could not be recorded"}',
    "azen": '{"status":"unavailable","message":"The request could not be recorded","code":503}'}
MOST = 20_000
"""Requests that fill two segments of 64 KiB many times over."""


@pytest.fixture
def place(tmpfs):
    return tmpfs(DISK)


@pytest.fixture
def live(blank, place):
    ledger = blank.copy(place / "data", is_sparse=False)
    with living(ledger) as live:
        yield live


def requests_of(live):
    return zazmic(live.key("zazmic").secret, "GET"), azen(
        live.key("azen", "--limit", "1000000/1h").secret)


@pytest.mark.parametrize("left", [0, 16_384])
def test_a_full_disk_is_503_without_a_decision_and_nothing_is_lost(live, place, left):
    ask_zazmic, ask_azen = requests_of(live)
    admin = live.token("admin", "second")
    secret = live.key("zazmic").secret
    assert [reply.status for reply in live.send(ask_zazmic, ask_azen)] == [200, 200]
    before = live.trail()
    filler = filled(place, left)

    passed = 2
    while passed < MOST:
        replies = live.send(*[ask_zazmic, ask_azen] * 50)
        passed += sum(reply.status == 200 for reply in replies)
        if any(reply.status != 200 for reply in replies):
            break
    assert passed < MOST, "the disk never was full"
    assert {reply.status for reply in replies} <= {200, 503}
    first = [reply.status for reply in replies].index(503)
    assert {reply.status for reply in replies[first:]} == {503}, "once stopped, stopped for good"

    for profile, request in (("zazmic", ask_zazmic), ("azen", ask_azen)):
        reply = live.send(request)
        assert (reply.status, reply.text) == (503, UNAVAILABLE[profile])
        assert reply["Content-Type"].startswith("application/json")
        assert not reply["Keyledger-User-Id"]
    refused = live.send(zazmic(None), azen("wrong"))
    assert [reply.status for reply in refused] == [503, 503], "a refusal is a decision too"
    change = live.send(api(admin, "POST", "/v1/users", {"id": "eve", "organization": "acme"}))
    assert (change.status, change.json["error"]) == (503, "unavailable")
    told = live.send(verify(admin, "zazmic", secret, "GET", "/api/tasks"))
    assert told.status == 503 or (told.json["allowed"], told.json["status"]) == (False, 503)
    ready, health = live.send(api(admin, "GET", "/readyz"), api(admin, "GET", "/healthz"))
    assert ready.status == 503 and ready.json["problem"] and health.status == 200

    full = live.trail()
    assert full[:len(before)] == before
    assert sum(row["decision"] == "allowed" for row in full) == passed
    assert live.ledger.ask("verify")["verdict"] == "ok"
    filler.unlink()
    os.kill(live.service.pid, 15)
    eventually(lambda: not live.service.is_running)
    live.start()
    assert live.send(api(admin, "GET", "/readyz")).status == 200
    assert [reply.status for reply in live.send(ask_zazmic, ask_azen)] == [200, 200]
    live.stop()
    assert live.trail()[:len(full)] == full
    assert sum(row["decision"] == "allowed" for row in live.trail()) == passed + 2
    assert live.is_in_order()


def test_a_service_killed_on_a_full_disk_has_lost_nothing_that_it_answered(live, place):
    ask_zazmic, _ = requests_of(live)
    filler = filled(place, 0)
    passed = 0
    while passed < MOST:
        replies = live.send(*[ask_zazmic] * 100)
        passed += sum(reply.status == 200 for reply in replies)
        if any(reply.status == 503 for reply in replies):
            break
    assert passed < MOST, "the disk never was full"
    live.kill()
    filler.unlink()
    live.start()
    assert live.send(ask_zazmic).status == 200
    live.stop()
    recorded = sum(row["decision"] == "allowed" for row in live.trail())
    unanswered = sum(reply.status == 503 for reply in replies)
    assert passed + 1 <= recorded <= passed + 1 + unanswered
    assert live.is_in_order()


def test_a_service_started_on_a_full_disk_works_or_says_why_not(live, place):
    live.stop()
    filler = filled(place, 0)
    try:
        live.start()
        assert live.send(zazmic(None, "GET")).status in (401, 503)
        live.kill()
    except ServiceEnded as ended:
        assert ended.code == 1 and "space" in ended.err
    filler.unlink()
    live.start()
    assert live.send(zazmic(None, "GET")).status == 401
    live.stop()
    assert live.is_in_order()
