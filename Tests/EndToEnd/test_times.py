"""Moments: half-open bounds, log sizes, relative times, what was known then."""

import json
from datetime import datetime, timedelta, timezone

import pytest

import events
import oracle

BACKDOOR = "AKIATFQR7NSC3ZO6PKAZ"


@pytest.fixture(scope="module")
def history(incident):
    return oracle.read(incident)


def test_a_key_is_not_there_as_of_the_moment_it_was_created(imported):
    assert imported.key(BACKDOOR, "--as-of", "2023-07-10T12:24:29Z") is None
    assert imported.key(BACKDOOR, "--as-of", "2023-07-10T12:24:29.000001Z")["state"] == "active"


def test_a_key_is_not_revoked_as_of_the_moment_of_its_revocation(imported):
    assert imported.key(BACKDOOR, "--as-of", "2023-07-10T12:28:24Z")["state"] == "active"
    after = imported.key(BACKDOOR, "--as-of", "2023-07-10T12:28:24.000001Z")
    assert after["state"] == "revoked"


def test_an_offset_and_utc_name_the_same_moment(imported):
    utc = imported.text("keys", "list", "--as-of", "2023-07-10T12:26:00Z")
    assert imported.text("keys", "list", "--as-of", "2023-07-10T14:26:00+02:00") == utc


def test_a_date_is_its_midnight_in_utc(imported):
    assert imported.ask("keys", "list", "--as-of", "2023-07-10") == []
    date = imported.text("keys", "list", "--as-of", "2023-07-11")
    assert date == imported.text("keys", "list", "--as-of", "2023-07-11T00:00:00Z")


def test_a_diff_includes_its_first_moment_and_not_its_last(imported):
    created, after = "2023-07-10T12:24:29Z", "2023-07-10T12:24:29.000001Z"
    assert story(imported, created, after) == {(None, "active")}
    assert story(imported, "2023-07-10T12:24:00Z", created) == set()
    assert story(imported, after, "2023-07-10T12:25:00Z") == set()


def story(ledger, start, end):
    return {(row["before"], row["after"]) for row in ledger.ask("diff", start, end)
            if row["id"] == BACKDOOR and row["field"] == "state"}


@pytest.mark.parametrize("start, end", [
    ("2023-07-10T11:42:00Z", "2023-07-10T12:00:00Z"),
    ("2023-07-10T12:00:00Z", "2023-07-10T12:26:00Z"),
    ("2023-07-10T12:26:00Z", "2023-07-13T00:00:00Z")])
def test_a_diff_leads_from_the_state_at_its_start_to_that_at_its_end(imported, start, end):
    told = {}
    for row in imported.ask("diff", start, end):
        if row["entity"] == "key" and row["field"] in ("state", "user", "createdAt", "expiresAt"):
            first, _ = told.get((row["id"], row["field"]), (row["before"], None))
            told[row["id"], row["field"]] = (first, row["after"])
    before, after = (fields(imported, time) for time in (start, end))
    changed = {name: (before.get(name), value) for name, value in after.items()
               if before.get(name) != value}
    assert told == changed


def fields(ledger, moment):
    return {(row["id"], name): row[name] for row in ledger.ask("keys", "list", "--as-of", moment)
            for name in ("state", "user", "createdAt", "expiresAt") if row[name] is not None}


def test_a_diff_of_two_log_sizes_covers_the_records_between(imported):
    size = imported.ask("verify")["records"]
    sequences = [row["sequence"] for row in imported.ask("diff", 1000, size)]
    assert sequences and all(1000 <= number < size for number in sequences if number is not None)


def test_a_number_is_a_log_size(imported):
    records = imported.ask("events")
    created = next(record["sequence"] for record in records
                   if record["type"] == "key.created" and record["key"] == BACKDOOR)
    assert imported.key(BACKDOOR, "--as-of", created) is None
    assert imported.key(BACKDOOR, "--as-of", created + 1)["createdAt"] is not None
    assert imported.ask("events", "--as-of", created + 1) == records[:created + 1]


def test_nothing_is_known_as_of_log_size_0(imported):
    assert imported.ask("keys", "list", "--as-of", 0) == []
    assert imported.ask("events", "--as-of", 0) == []
    assert imported.ask("state", "--as-of", 0)["asOf"]["logSize"] == 0


def test_as_of_log_size_0_there_is_no_time_or_a_real_one(imported):
    time = imported.ask("state", "--as-of", 0)["asOf"]["time"]
    assert time is None or oracle.shown(oracle.moment(time)) == time


def test_a_log_size_beyond_the_log_is_refused(imported):
    size = imported.ask("verify")["records"]
    assert imported.ask("state", "--as-of", size)["asOf"]["logSize"] == size
    answer = imported.run("state", "--as-of", size + 1)
    assert answer.code != 0 and str(size) in answer.err


def test_as_of_a_log_size_keys_expire_by_the_greatest_recorded_time(empty, tmp_path):
    soon = datetime.now(timezone.utc) + timedelta(days=1)
    empty.take(events.document(tmp_path / "a.json", [
        events.call(1, "2024-05-01T10:00:00Z", key="ASIAEXAMPLE000000001"),
        events.call(2, soon.strftime("%Y-%m-%dT%H:%M:%SZ"), key="ASIAEXAMPLE000000002")]))
    size = empty.ask("verify")["records"]
    states = {row["id"]: row["state"] for row in empty.ask("keys", "list", "--as-of", size)}
    assert states == {"ASIAEXAMPLE000000001": "expired", "ASIAEXAMPLE000000002": "active"}
    asked = empty.ask("state", "--as-of", size)["asOf"]
    last = max(record["recordedAt"] for record in empty.ask("events"))
    assert asked["time"] == last


def test_a_log_size_with_a_time_means_as_it_was_known_then(empty, tmp_path):
    key = "AKIAEXAMPLE0000000NEW"
    empty.take(events.document(tmp_path / "late.json", [
        events.call(3, "2024-05-01T12:00:00Z", key=key)]))
    then = empty.ask("verify")["records"]
    empty.take(events.document(tmp_path / "early.json", [
        events.creation(1, "2024-05-01T10:00:00Z", key),
        events.call(2, "2024-05-01T11:00:00Z", key=key)]))
    moment = ["--as-of", "2024-05-01T11:30:00Z"]
    assert empty.key(key, *moment)["requests"] == 1
    assert empty.key(key, *moment, "--log-size", then) is None
    later = ["--as-of", "2024-05-02", "--log-size", then]
    assert empty.key(key, *later)["createdAt"] is None
    assert empty.key(key, *later)["requests"] == 1
    assert empty.key(key)["createdBy"] == f"{events.USERS}/ada"
    assert empty.key(key)["requests"] == 2


def test_as_it_was_known_then_stays_the_same_whatever_arrives_later(stratus, sample):
    size = stratus.ask("verify")["records"]
    questions = [["keys", "list", "--as-of", "2023-07-10T12:20:00Z", "--log-size", 2000],
                 ["usage", "--by", "user", "--until", "2023-07-10T12:20:00Z", "--log-size", size],
                 ["diff", "2023-07-10T12:24:00Z", "2023-07-10T12:29:00Z", "--log-size", size]]
    before = [stratus.ask(*question) for question in questions]
    stratus.take(sample)
    assert [stratus.ask(*question) for question in questions] == before


def test_relative_times_count_back_from_now(empty, tmp_path):
    now = datetime.now(timezone.utc)
    for number, hours in enumerate((1, 30, 100)):
        time = (now - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        empty.take(events.document(tmp_path / f"{number}.json", [
            events.call(number, time, key=f"AKIAEXAMPLE00000{hours:05}")]))
    assert len(empty.ask("keys", "list")) == 3
    assert len(empty.ask("keys", "list", "--as-of", "24h")) == 2
    assert len(empty.ask("keys", "list", "--as-of", "3d")) == 1
    assert len(empty.ask("keys", "list", "--as-of", "3000m")) == 1
    requests = ["events", "--type", "request.decided"]
    assert len(empty.ask(*requests, "--since", "24h")) == 1
    assert len(empty.ask(*requests, "--until", "24h")) == 2
    assert len(empty.ask(*requests, "--since", "48h", "--until", "24h")) == 1
    assert sum(row["count"] for row in empty.ask("usage", "--since", "48h")) == 2


def test_the_state_says_the_log_size_and_the_time_it_is_of(imported):
    size = imported.ask("verify")["records"]
    asked = imported.ask("state", "--as-of", "2023-07-10T12:26:00Z")["asOf"]
    assert (asked["logSize"], asked["time"]) == (size, "2023-07-10T12:26:00.000000Z")
    before = datetime.now(timezone.utc)
    now = oracle.moment(imported.ask("state")["asOf"]["time"])
    assert before - timedelta(seconds=1) <= now <= datetime.now(timezone.utc)


def test_keys_list_without_as_of_says_that_it_is_as_of_now(imported):
    answer = imported.run("keys", "list")
    assert "now" in answer.err or "now" in answer.out.splitlines()[0], "the output says which"


def test_the_state_has_all_its_parts(imported):
    state = imported.ask("state", "--as-of", "2023-07-10T12:26:00Z")
    assert {"asOf", "organizations", "users", "keys", "limits", "blocks", "credits", "usage",
            "digest"} <= set(state)
    listed = imported.ask("keys", "list", "--as-of", "2023-07-10T12:26:00Z")
    assert [key["id"] for key in state["keys"]] == [key["id"] for key in listed]
    assert json.dumps(state["keys"][0]["state"]) == '"active"'
