"""The numbers of the real incident, and the story of its two backdoor keys."""

import re
from datetime import timedelta

import pytest

import oracle
from ledger import hashes

OWNERS = "arn:aws:iam::123837392027:user"
ATTACKER = f"{OWNERS}/bert-jan"
FIRST = "AKIATFQR7NSC3ZO6PKAZ"
SECOND = "AKIATFQR7NSCQLA2F4OD"
CREATED = {FIRST: "2023-07-10T12:24:29.000000Z", SECOND: "2023-07-10T12:24:50.000000Z"}
OWNER = {FIRST: f"{OWNERS}/stratus-red-team-backdoor-u-user",
         SECOND: f"{OWNERS}/malicious-iam-user"}
REVOKED = "2023-07-10T12:28:24.000000Z"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture(scope="module")
def history(incident):
    return oracle.read(incident)


def test_the_import_reads_2900_events_and_records_each_once(empty, incident):
    summary = empty.take(incident)
    assert summary["events"] == summary["added"] == 2900
    assert summary["known"] == summary["conflicts"] == summary["filesFailed"] == 0
    assert summary["files"] == 55


def test_there_are_2900_request_records(imported):
    records = imported.ask("events", "--type", "request.decided")
    assert len(records) == 2900
    assert len({record["sourceId"] for record in records}) == 2900


def test_38_keys_were_created_and_163_are_known(imported):
    created = imported.ask("events", "--type", "key.created")
    assert len({record["key"] for record in created}) == len(created) == 38
    kinds = {row["id"]: row["kind"] for row in imported.ask("keys", "list")}
    assert [kinds[record["key"]] for record in created].count("permanent") == 2
    assert [kinds[record["key"]] for record in created].count("temporary") == 36
    assert len(kinds) == 163


def test_a_log_of_the_usual_segment_size_takes_the_incident_too(program, incident, tmp_path):
    from ledger import Ledger
    ledger = Ledger(program, tmp_path / "data")
    ledger.text("init")
    ledger.take(incident)
    assert len(ledger.ask("keys", "list")) == 163
    assert ledger.ask("verify")["verdict"] == "ok"


def test_importing_again_changes_no_byte_of_the_log_and_says_why(stratus, incident):
    before = hashes(stratus.log)
    again = stratus.run("import", "cloudtrail", incident, "-o", "json")
    assert again.code == 0
    assert hashes(stratus.log) == before
    assert "2900" in again.err and "already" in again.err, again.err


def test_importing_some_of_the_files_again_changes_no_byte_of_the_log(stratus, incident):
    before = hashes(stratus.log)
    for path in sorted(incident.glob("*.json"))[:3]:
        assert stratus.take(path)["added"] == 0
    assert hashes(stratus.log) == before


def test_every_key_is_as_the_events_say(imported, history):
    now = oracle.moment("2026-01-01T00:00:00Z")
    assert imported.ask("keys", "list") == oracle.keys(history, now)


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_every_key_is_as_the_events_say_at_moments_of_the_incident(imported, history, minute):
    moment = oracle.moment("2023-07-10T11:41:00Z") + timedelta(minutes=minute, seconds=minute)
    expected = oracle.keys(history, moment)
    assert imported.ask("keys", "list", "--as-of", oracle.shown(moment)) == expected


def test_every_user_and_the_organization_have_their_requests_counted(imported, history):
    counted = oracle.usage(history, ["user"])
    for row in imported.ask("users", "list"):
        assert row["requests"] == counted[(row["id"], None)], row["id"]
        assert row["organization"] == "123837392027"
    assert {name for name, _ in counted} <= {row["id"] for row in imported.ask("users", "list")}
    only, = imported.ask("organizations", "list")
    assert (only["id"], only["requests"], only["state"]) == ("123837392027", 2900, "active")


def test_keys_list_has_its_fields_and_their_order(imported):
    fields = ["id", "organization", "user", "name", "kind", "environment", "state", "createdAt",
              "createdBy", "expiresAt", "expiryEstimated", "revokedAt", "revokedBy", "lastUsedAt",
              "requests"]
    for row in imported.ask("keys", "list"):
        assert [name for name in row if name in fields] == fields


@pytest.mark.parametrize("question", [
    ["keys", "list"], ["users", "list"], ["organizations", "list"], ["events"],
    ["usage", "--by", "decision", "--per", "hour"],
    ["diff", "2023-07-10T12:24:00Z", "2023-07-10T12:29:00Z"], ["keys", "show", FIRST]])
def test_times_in_json_are_rfc_3339_utc_with_microseconds(imported, question):
    answer = imported.ask(*question)
    times = [
        value for row in (answer if isinstance(answer, list) else [answer])
        for name, value in row.items()
        if value is not None and (name.endswith("At") or name in ("periodStart", "periodEnd"))]
    assert times
    assert [time for time in times if not TIME.fullmatch(time)] == []


def test_the_backdoor_key_is_active_as_of_1226(imported):
    row = imported.key(FIRST, "--as-of", "2023-07-10T12:26:00Z")
    assert (row["state"], row["createdAt"]) == ("active", CREATED[FIRST])
    assert (row["user"], row["createdBy"]) == (OWNER[FIRST], ATTACKER)
    assert (row["revokedAt"], row["revokedBy"]) == (None, None)


def test_the_backdoor_key_is_revoked_as_of_1229(imported):
    row = imported.key(FIRST, "--as-of", "2023-07-10T12:29:00Z")
    assert (row["state"], row["revokedAt"]) == ("revoked", REVOKED)
    assert row["revokedBy"] == ATTACKER


@pytest.mark.parametrize("key", [FIRST, SECOND])
def test_the_diff_tells_who_made_a_backdoor_key_and_who_removed_it(imported, key):
    rows = imported.ask("diff", "2023-07-10T12:24:00Z", "2023-07-10T12:29:00Z")
    story = [row for row in rows if row["entity"] == "key" and row["id"] == key]
    assert {row["actor"] for row in story} == {ATTACKER}
    told = {(row["field"], row["before"], row["after"], row["occurredAt"]) for row in story}
    assert ("state", None, "active", CREATED[key]) in told
    assert ("user", None, OWNER[key], CREATED[key]) in told
    assert ("createdAt", None, CREATED[key], CREATED[key]) in told
    assert ("state", "active", "revoked", REVOKED) in told
    assert len(story) == len(told)


def test_the_diff_names_records_that_can_be_looked_up(imported):
    rows = imported.ask("diff", "2023-07-10T12:24:00Z", "2023-07-10T12:29:00Z")
    records = {record["sequence"]: record for record in imported.ask("events")}
    for row in rows:
        if row["sequence"] is not None:
            assert records[row["sequence"]]["occurredAt"] == row["occurredAt"]


@pytest.mark.parametrize("key", [FIRST, SECOND])
def test_the_story_of_a_key_that_made_no_request_is_told(imported, key):
    story = imported.ask("events", "--key", key)
    told = [(record["type"], record["occurredAt"], record["operation"]) for record in story]
    assert told == [
        ("request.decided", CREATED[key], "iam.amazonaws.com:CreateAccessKey"),
        ("key.created", CREATED[key], None),
        ("request.decided", REVOKED, "iam.amazonaws.com:DeleteAccessKey"),
        ("key.revoked", REVOKED, None)]
    assert {record["actor"] for record in story if record["key"] == key} == {ATTACKER}
    assert imported.key(key)["requests"] == 0


def test_the_story_of_a_user_has_its_own_requests_and_those_that_acted_on_it(imported, history):
    own = [event for event in history if oracle.user(event) == ATTACKER]
    story = imported.ask("events", "--user", ATTACKER, "--type", "request.decided")
    assert {event["eventID"] for event in own} <= {record["sourceId"] for record in story}
    victim = imported.ask("events", "--user", OWNER[FIRST], "--type", "request.decided")
    assert {record["operation"] for record in victim} == {
        "iam.amazonaws.com:CreateAccessKey", "iam.amazonaws.com:DeleteAccessKey"}


def test_every_request_record_says_what_its_event_says(imported, history):
    records = {record["sourceId"]: record
               for record in imported.ask("events", "--type", "request.decided")}
    for event in history:
        record = records[event["eventID"]]
        assert record["occurredAt"] == oracle.shown(oracle.happened(event))
        assert record["organization"] == oracle.organization(event)
        assert record["user"] == oracle.user(event)
        assert record["key"] == oracle.caller(event).get("accessKeyId")
        assert record["operation"] == oracle.operation(event)
        assert record["decision"] == oracle.decision(event)
        assert record["reason"] == oracle.reason(event)
        assert record["clientAddress"] == oracle.given(event["sourceIPAddress"])
        assert record["userAgent"] == oracle.given(event.get("userAgent"))
        assert record["errorCode"] == oracle.given(event.get("errorCode"))
        assert record["source"] == "cloudtrail"


def test_assumed_role_keys_have_their_expiry_and_are_expired_after_it(imported, history):
    made = {oracle.change(event)[0]: oracle.change(event)[2]["expires"] for event in history
            if event["eventName"] == "AssumeRole" and oracle.change(event)}
    assert len(made) == 36
    moment = timedelta(microseconds=1)
    for expires in sorted(set(made.values())):
        before = rows_as_of(imported, expires - moment)
        after = rows_as_of(imported, expires + moment)
        for key in (key for key, time in made.items() if time == expires):
            assert (before[key]["state"], after[key]["state"]) == ("active", "expired")
            assert before[key]["expiresAt"] == oracle.shown(expires)
            assert not before[key]["expiryEstimated"]


def rows_as_of(ledger, moment):
    return {row["id"]: row for row in ledger.ask("keys", "list", "--as-of", oracle.shown(moment))}


def test_temporary_keys_only_observed_expire_36_hours_after_they_were_first_seen(
        imported, history):
    seen = {}
    for event in history:
        key = oracle.caller(event).get("accessKeyId")
        seen[key] = min(seen.get(key, oracle.happened(event)), oracle.happened(event))
    rows = [row for row in imported.ask("keys", "list")
            if row["kind"] == "temporary" and row["createdAt"] is None]
    assert len(rows) == 122
    for row in rows:
        assert row["expiryEstimated"]
        assert row["expiresAt"] == oracle.shown(seen[row["id"]] + timedelta(hours=36))
