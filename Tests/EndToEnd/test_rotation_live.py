"""Rotation under a running service: two secrets for a while, one limit, credits spent once."""

import pytest

from live import Key, eventually, living, within_a_minute
from oracle import moment
from traffic import azen, zazmic

CREDITS = 100
GRACE = 3
"""Seconds; short enough to wait for its end."""


@pytest.fixture
def live(empty):
    with living(empty) as live:
        live.ledger.text("credits", "grant", "--user", "ada", CREDITS)
        yield live


def rotated(live, key, *options):
    made = live.ledger.ask("keys", "rotate", key.id, *options)
    assert made["state"] == "active" and made["id"] != key.id
    return Key(made["id"], made["secret"])


def key_id(reply):
    return reply["Keyledger-Api-Key-Id"]


def test_both_secrets_work_share_the_limit_and_spend_credits_once(live):
    old = live.key("zazmic")
    within_a_minute(8)
    assert [reply.status for reply in live.send(*[zazmic(old.secret)] * 3)] == [200] * 3
    new = rotated(live, old, "--grace", "1h")
    requests = [zazmic((old, new)[number % 2].secret) for number in range(20)]
    replies = live.burst(requests)
    assert sorted(reply.status for reply in replies) == [200] * 7 + [429] * 13
    for request, reply in zip(requests, replies):
        if reply.status == 200:
            owner = old if request == zazmic(old.secret) else new
            assert key_id(reply) == owner.id and reply["Keyledger-User-Id"] == "ada"
    assert live.balance() == CREDITS - 10


def test_a_keys_own_bucket_goes_over_to_its_successor(live):
    old = live.key("azen", "--limit", "6/1h")
    assert [reply.status for reply in live.send(*[azen(old.secret)] * 2)] == [200] * 2
    new = rotated(live, old, "--grace", "1h")
    newest = rotated(live, new, "--grace", "1h")
    for key in (old, new, newest):
        assert live.send(azen(key.secret)).status == 200
    replies = live.burst([azen(key.secret) for key in (old, new, newest) for _ in range(5)])
    assert sorted(reply.status for reply in replies) == [200] + [429] * 14
    live.kill()
    live.start()
    assert {reply.status for reply in live.send(*(azen(key.secret) for key in (old, newest)))} == {
        429}


def test_the_old_secret_works_until_the_end_of_the_grace_period(live):
    old = live.key("zazmic")
    new = rotated(live, old, "--grace", f"{GRACE}s")
    ask_old, ask_new = (zazmic(key.secret, "GET") for key in (old, new))
    assert [reply.status for reply in live.send(ask_old, ask_new)] == [200, 200]
    refused = eventually(lambda: next(
        (reply for reply in [live.send(ask_old)] if reply.status != 200), None))
    assert (refused.status, refused.text) == (
        401, '{"error":"Unauthorized","message":"Invalid API key"}')
    assert live.send(ask_new).status == 200
    end = moment(live.ledger.ask("keys", "show", old.id)["expiresAt"])
    made, = live.trail("--type", "key.rotated")
    assert (end - moment(made["recordedAt"])).total_seconds() == pytest.approx(GRACE, abs=0.001)
    requests = live.trail("--key", old.id, "--type", "request.decided")
    for row in requests:
        assert (row["reason"] == "allowed") == (moment(row["recordedAt"]) < end), row
        assert row["reason"] in ("allowed", "expired")
    assert requests[-1]["reason"] == "expired"
    live.kill()
    live.start()
    assert [reply.status for reply in live.send(ask_old, ask_new)] == [401, 200]


def test_a_rotation_without_grace_is_seen_by_the_very_next_request(live):
    old = live.key("azen")
    assert live.send(azen(old.secret)).status == 200
    new = rotated(live, old)
    refused, passed = live.send(azen(old.secret), azen(new.secret))
    assert (refused.status, passed.status, key_id(passed)) == (403, 200, new.id)


def test_grace_never_makes_a_key_live_longer_than_its_own_expiry(live):
    old = live.key("zazmic", "--expires", "1h")
    expiry = live.ledger.ask("keys", "show", old.id)["expiresAt"]
    rotated(live, old, "--grace", "2h")
    assert live.ledger.ask("keys", "show", old.id)["expiresAt"] == expiry
