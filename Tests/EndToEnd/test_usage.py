"""Usage of the real incident counts every request once, whatever it is counted by."""

from itertools import combinations

import pytest

import oracle

NAMES = {"org": "organization"}


@pytest.fixture(scope="module")
def history(incident):
    return oracle.read(incident)


def test_2738_requests_were_allowed_and_162_refused(imported):
    rows = imported.ask("usage", "--by", "decision")
    assert {row["decision"]: row["count"] for row in rows} == {"allowed": 2738, "refused": 162}
    assert {row["decision"]: (row["allowed"], row["refused"]) for row in rows} == {
        "allowed": (2738, 0), "refused": (0, 162)}


def test_refusals_carry_their_reason(imported):
    rows = imported.ask("usage", "--by", "decision,reason")
    assert {(row["decision"], row["reason"]): row["count"] for row in rows} == {
        ("allowed", "allowed"): 2738, ("refused", "forbidden"): 60,
        ("refused", "rate_limited"): 102}


SINGLE = [(name,) for name in oracle.DIMENSIONS]
PAIRS = list(combinations(["user", "key", "operation", "reason"], 2))


@pytest.mark.parametrize("by", [*SINGLE, *PAIRS, tuple(oracle.DIMENSIONS)], ids=",".join)
def test_usage_is_what_the_events_add_up_to(imported, history, by):
    rows = imported.ask("usage", "--by", ",".join(by))
    counted = {
        (*(row[NAMES.get(name, name)] for name in by), row["periodStart"]): row["count"]
        for row in rows}
    assert len(counted) == len(rows)
    assert counted == dict(oracle.usage(history, by))
    assert all(row["count"] == row["allowed"] + row["refused"] for row in rows)


@pytest.mark.parametrize("per", ["hour", "day", "month"])
def test_usage_per_period_is_what_the_events_add_up_to(imported, history, per):
    rows = imported.ask("usage", "--by", "user,decision", "--per", per)
    counted = {(row["user"], row["decision"], row["periodStart"]): row["count"] for row in rows}
    period = {"hour": oracle.hour, "day": oracle.day, "month": oracle.month}[per]
    assert counted == dict(oracle.usage(history, ["user", "decision"], period))


def test_a_time_zone_changes_labels_only(imported):
    utc = imported.ask("usage", "--by", "decision", "--per", "hour")
    berlin = imported.ask(
        "usage", "--by", "decision", "--per", "hour", "--time-zone", "Europe/Berlin")
    assert [row["count"] for row in berlin] == [row["count"] for row in utc]
    assert berlin[0]["periodStart"] == "2023-07-10T13:00:00.000000+02:00"
    assert [oracle.moment(row["periodStart"]) for row in berlin] == [
        oracle.moment(row["periodStart"]) for row in utc]


def test_since_is_included_and_until_is_not(imported, history):
    edge = "2023-07-10T12:24:29Z"
    at = sum(event["eventTime"] == edge for event in history)
    before = sum(event["eventTime"] < edge for event in history)
    assert at > 0
    assert total(imported, "--until", edge) == before
    assert total(imported, "--since", edge) == 2900 - before
    assert total(imported, "--since", edge, "--until", "2023-07-10T12:24:29.000001Z") == at
    assert total(imported, "--since", "2023-07-10T12:24:29.000001Z") == 2900 - before - at


def total(ledger, *options):
    return sum(row["count"] for row in ledger.ask("usage", "--by", "decision", *options))


@pytest.mark.parametrize("option, dimension, value", [
    ("--user", "user", "arn:aws:iam::123837392027:user/benjamin"),
    ("--key", "key", "AKIATFQR7NSC8Q4X20BJ"), ("--org", "org", "123837392027"),
    ("--operation", "operation", "sts.amazonaws.com:GetCallerIdentity")])
def test_a_filter_counts_only_what_it_names(imported, history, option, dimension, value):
    assert total(imported, option, value) == oracle.usage(history, [dimension])[(value, None)]


def test_usage_counts_the_same_as_the_events_it_is_folded_from(imported):
    records = imported.ask("events", "--type", "request.decided", "--decision", "refused",
                           "--reason", "rate_limited")
    assert len(records) == 102
    assert {record["decision"] for record in records} == {"refused"}
