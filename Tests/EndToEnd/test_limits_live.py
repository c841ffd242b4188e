"""A limit of 10 means 10: a thousand requests at once, and across a kill -9."""

import pytest

from live import MINUTE, eventually, living, window, within_a_minute
from oracle import moment
from traffic import azen, zazmic

CROWD = 1000
LIMIT = 10
"""zazmic: tasks.execute by one user in one minute."""

CREDITS = 5000
BUCKET = 60
LIMITED = ('{"error":"Rate limit exceeded","message":"You have exceeded the rate limit of '
           '10 requests per minute"}')
LIMITED_KEY = ('{"status":"rate_limited","message":"Rate limit exceeded for this API key",'
               '"code":429}')


@pytest.fixture
def live(empty):
    with living(empty) as live:
        live.ledger.text("credits", "grant", "--user", "ada", CREDITS)
        yield live


def counted(replies):
    """How many were passed and how many limited; there must be no other answer."""
    passed = [reply for reply in replies if reply.status == 200]
    limited = [reply for reply in replies if reply.status == 429]
    other = [reply for reply in replies if reply.status not in (200, 429)]
    assert not other, other[:3]
    return passed, limited


def decided(live, user="ada"):
    """(minute, reason) of every recorded request of a user."""
    rows = live.trail("--type", "request.decided", "--user", user)
    return [(window(row["recordedAt"]), row["reason"]) for row in rows]


def allowed_in(live, minute):
    return decided(live).count((minute, "allowed"))


def test_of_a_thousand_simultaneous_requests_of_one_user_exactly_ten_pass(live):
    keys = [live.key("zazmic") for _ in range(2)]
    requests = [zazmic(keys[number % 2].secret) for number in range(CROWD)]
    within_a_minute(10)
    passed, limited = counted(live.burst(requests))
    assert (len(passed), len(limited)) == (LIMIT, CROWD - LIMIT)
    assert sorted(int(reply["X-RateLimit-Remaining"]) for reply in passed) == list(range(LIMIT))
    assert {reply["X-RateLimit-Remaining"] for reply in limited} == {"0"}
    for reply in passed + limited:
        assert reply["X-RateLimit-Limit"] == str(LIMIT)
    reset, = {int(reply["X-RateLimit-Reset"]) for reply in passed + limited}
    assert reset % MINUTE == 0
    for reply in limited:
        assert 1 <= int(reply["Retry-After"]) <= MINUTE and reply.text == LIMITED
    minute = reset - MINUTE
    assert sorted(decided(live)) == sorted(
        [(minute, "allowed")] * LIMIT + [(minute, "rate_limited")] * (CROWD - LIMIT))
    assert live.balance() == CREDITS - LIMIT
    live.stop()
    assert live.is_in_order()


def test_a_limit_holds_across_a_kill_inside_the_window(live):
    key = live.key("zazmic")
    within_a_minute(15)
    first, _ = counted(live.send(*[zazmic(key.secret)] * 6))
    assert [int(reply["X-RateLimit-Remaining"]) for reply in first] == [9, 8, 7, 6, 5, 4]
    live.kill()
    live.start()
    second, limited = counted(live.burst([zazmic(key.secret)] * CROWD))
    assert len(limited) == CROWD - 4
    assert sorted(int(reply["X-RateLimit-Remaining"]) for reply in second) == [0, 1, 2, 3]
    reset, = {int(reply["X-RateLimit-Reset"]) for reply in first + second}
    live.kill()
    live.start()
    assert counted(live.send(*[zazmic(key.secret)] * 3))[0] == []
    assert allowed_in(live, reset - MINUTE) == LIMIT
    assert live.balance() == CREDITS - LIMIT
    live.stop()
    assert live.is_in_order()


def test_of_a_thousand_simultaneous_requests_of_one_key_exactly_the_bucket_passes(live):
    key, other = (live.key("azen", "--limit", f"{BUCKET}/1h") for _ in range(2))
    passed, limited = counted(live.burst([azen(key.secret)] * CROWD))
    assert (len(passed), len(limited)) == (BUCKET, CROWD - BUCKET)
    for reply in limited:
        assert int(reply["Retry-After"]) >= 1 and reply.text == LIMITED_KEY
    live.kill()
    live.start()
    passed, limited = counted(live.burst([azen(key.secret)] * CROWD))
    assert (len(passed), len(limited)) == (0, CROWD)
    assert live.send(azen(other.secret)).status == 200, "the bucket is each key's own"
    reasons = [row["reason"] for row in live.trail("--key", key.id, "--type", "request.decided")]
    assert (reasons.count("allowed"), len(reasons)) == (BUCKET, 2 * CROWD)
    live.stop()
    assert live.is_in_order()


def test_a_bucket_refills_after_its_interval_and_not_before(live):
    key = live.key("azen", "--limit", "3/2s")
    replies = []

    def nine_passed():
        replies.extend(live.send(*[azen(key.secret)] * 4))
        return sum(reply.status == 200 for reply in replies) >= 9

    eventually(nine_passed)
    live.stop()
    rows = live.trail("--key", key.id, "--type", "request.decided")
    assert len(rows) == len(replies)
    times = [recorded(row) for row in rows if row["reason"] == "allowed"]
    for begin in range(len(times)):
        end = times[begin] + 2
        assert sum(times[begin] <= time < end for time in times) <= 6
    assert max(times) - min(times) >= 4, "nine passes of three take two refills"


def recorded(row):
    return moment(row["recordedAt"]).timestamp()


def test_credits_are_never_overdrawn_and_a_refusal_for_want_of_them_uses_up_no_limit(live):
    live.user("poor", 3)
    key = live.key("zazmic", user="poor")
    within_a_minute(10)
    replies = live.burst([zazmic(key.secret)] * 300)
    assert sorted(reply.status for reply in replies) == [200] * 3 + [403] * 297
    broke = [reply for reply in replies if reply.status == 403]
    assert {reply["X-RateLimit-Remaining"] for reply in broke} == {"7"}
    assert live.balance("poor") == 0
    live.ledger.text("credits", "grant", "--user", "poor", 1)
    last, none = live.send(*[zazmic(key.secret)] * 2)
    assert (last.status, last["X-RateLimit-Remaining"], none.status) == (200, "6", 403)
    assert live.balance("poor") == 0
