"""Filters of `keys list` and `events` on the real incident."""

from datetime import timedelta

import pytest

import oracle

MOMENT = "2023-07-10T12:26:00Z"


@pytest.fixture(scope="module")
def rows(imported):
    """All keys as of 12:26."""
    return imported.ask("keys", "list", "--as-of", MOMENT)


@pytest.fixture(scope="module")
def history(incident):
    return oracle.read(incident)


def listed(ledger, *options):
    return [row["id"] for row in ledger.ask("keys", "list", "--as-of", MOMENT, *options)]


def ids(rows):
    return [row["id"] for row in rows]


@pytest.mark.parametrize("state", ["active", "disabled", "expired", "revoked"])
def test_state_keeps_the_keys_in_it(imported, rows, state):
    assert listed(imported, "--state", state) == ids(
        row for row in rows if row["state"] == state)


@pytest.mark.parametrize("kind, count", [("permanent", 5), ("temporary", None)])
def test_kind_keeps_the_keys_of_it(imported, rows, kind, count):
    found = listed(imported, "--kind", kind)
    assert found == ids(row for row in rows if row["kind"] == kind)
    assert count in (None, len(found))


def test_user_and_organization_keep_their_keys(imported, rows):
    user = "arn:aws:iam::123837392027:user/benjamin"
    assert listed(imported, "--user", user) == ids(row for row in rows if row["user"] == user)
    assert listed(imported, "--org", "123837392027") == ids(rows)


def test_filters_are_combined(imported, rows):
    user = "arn:aws:iam::123837392027:user/bert-jan"
    expected = ids(row for row in rows if row["user"] == user and row["kind"] == "permanent"
                   and row["state"] == "active")
    options = ["--user", user, "--kind", "permanent", "--state", "active"]
    assert listed(imported, *options) == expected == ["AKIATFQR7NSC8Q4X20BJ"]


def test_older_than_counts_from_when_a_key_was_first_seen(imported, history):
    seen = {}
    for event in sorted(history, key=oracle.order):
        changed = oracle.change(event)
        for key in (oracle.caller(event).get("accessKeyId"), changed and changed[0]):
            seen.setdefault(key, oracle.happened(event))
    bound = oracle.moment(MOMENT) - timedelta(minutes=20)
    old = {key for key, time in seen.items() if key and time < bound}
    edge = {key for key, time in seen.items() if time == bound}
    found = set(listed(imported, "--older-than", "20m"))
    assert old and found - edge == old


def test_unused_since_keeps_keys_without_an_allowed_request_for_so_long(imported, rows):
    bound = oracle.shown(oracle.moment(MOMENT) - timedelta(minutes=20))
    found = set(listed(imported, "--unused-since", "20m"))
    assert found >= set(ids(row for row in rows if row["lastUsedAt"] and
                            row["lastUsedAt"] < bound))
    assert not found & set(ids(row for row in rows if row["lastUsedAt"] and
                               row["lastUsedAt"] > bound))


def test_expiring_within_keeps_active_keys_that_are_expired_then(imported, rows):
    bound = oracle.shown(oracle.moment(MOMENT) + timedelta(hours=1))
    expected = ids(row for row in rows if row["state"] == "active" and row["expiresAt"]
                   and row["expiresAt"] < bound)
    assert expected and listed(imported, "--expiring-within", "1h") == expected
    assert set(listed(imported, "--expiring-within", "7d")) == set(ids(
        row for row in rows if row["state"] == "active" and row["expiresAt"]))


def test_a_filter_that_keeps_nothing_answers_an_empty_list(imported):
    assert imported.ask("keys", "list", "--state", "disabled") == []
    assert imported.text("keys", "list", "--state", "disabled", "-o", "jsonl") == ""


@pytest.mark.parametrize("option, field, value", [
    ("--operation", "operation", "iam.amazonaws.com:CreateAccessKey"),
    ("--decision", "decision", "refused"), ("--reason", "reason", "forbidden"),
    ("--client", "clientAddress", "192.168.10.20"), ("--type", "type", "key.created")])
def test_events_are_filtered(imported, option, field, value):
    every = imported.ask("events")
    found = imported.ask("events", option, value)
    assert found and found == [record for record in every if record[field] == value]


def test_events_stand_in_the_order_of_the_log_without_gaps(imported):
    sequences = [record["sequence"] for record in imported.ask("events")]
    assert sequences == list(range(imported.ask("verify")["records"]))


def test_events_since_and_until_are_half_open(imported):
    start, end = "2023-07-10T12:24:29Z", "2023-07-10T12:28:24Z"
    found = imported.ask("events", "--since", start, "--until", end)
    expected = [record for record in imported.ask("events")
                if oracle.shown(oracle.moment(start)) <= record["occurredAt"]
                < oracle.shown(oracle.moment(end))]
    assert found == expected and len(found) > 100


def test_a_cut_answer_says_so(imported):
    cut = imported.run("events", "--limit", 5, "-o", "jsonl")
    assert len(cut.out.splitlines()) == 5 and "5" in cut.err and "more" in cut.err
    size = imported.ask("verify")["records"]
    assert imported.run("events", "--limit", size, "-o", "jsonl").err == ""
