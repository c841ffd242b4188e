"""The life of keys, users and organizations made by the command line."""

import json
import re
import sqlite3
from datetime import datetime, timedelta, timezone

import pytest

import log_format
import oracle

OPERATOR = re.compile(r"operator:\d+")


@pytest.fixture
def acme(empty):
    """A ledger with one organization and one user."""
    empty.ask("organizations", "create", "acme")
    empty.ask("users", "create", "ada", "--org", "acme")
    return empty


def create(ledger, *options):
    return ledger.ask("keys", "create", "--org", "acme", "--user", "ada", *options)


@pytest.fixture
def key(acme):
    """The id of a new key."""
    return create(acme, "--name", "build")["id"]


def test_a_new_key_has_its_fields(acme):
    before = datetime.now(timezone.utc)
    made = create(acme, "--name", "build", "--environment", "staging", "--expires", "90d")
    row = acme.key(made["id"])
    assert row == acme.key(made["id"]) | {
        "id": made["id"], "organization": "acme", "user": "ada", "name": "build",
        "kind": "permanent", "environment": "staging", "state": "active", "revokedAt": None,
        "revokedBy": None, "lastUsedAt": None, "requests": 0, "expiryEstimated": False}
    assert OPERATOR.fullmatch(row["createdBy"])
    assert abs(oracle.moment(row["createdAt"]) - before) < timedelta(seconds=30)
    life = oracle.moment(row["expiresAt"]) - oracle.moment(row["createdAt"])
    assert abs(life - timedelta(days=90)) < timedelta(seconds=30)


def test_a_secret_begins_with_product_and_environment_and_is_never_the_same(acme):
    secrets = [create(acme, "--product", "shop", "--environment", "test")["secret"]
               for _ in range(3)]
    assert all(secret.startswith("shop_test_") for secret in secrets)
    assert len(set(secrets)) == 3


def everything(ledger):
    """Every byte under the data directory, blocks decompressed and SQLite read."""
    found = [path.read_bytes() for path in ledger.path.rglob("*") if path.is_file()]
    found += log_format.records(ledger.log)
    connection = sqlite3.connect(ledger.path / "state" / "projection.sqlite")
    found.append("\n".join(connection.iterdump()).encode())
    connection.close()
    return b"\n".join(found)


def test_the_secret_is_never_under_the_data_directory_nor_in_any_answer(acme):
    made = create(acme, "--name", "first")
    rotated = acme.ask("keys", "rotate", made["id"])
    stored = everything(acme)
    answers = "".join(acme.text(*question, "-o", "json") for question in (
        ["keys", "list"], ["keys", "show", made["id"]], ["events"], ["state"]))
    assert made["id"].encode() in stored
    for secret in (made["secret"], rotated["secret"]):
        body = secret.split("_")[-1]
        assert len(body) > 20
        for part in (secret, body, body[:12], body[:-6]):
            assert part.encode() not in stored and part not in answers


def test_the_admin_token_is_shown_once_and_stored_nowhere(program, tmp_path):
    from ledger import Ledger
    ledger = Ledger(program, tmp_path / "data")
    token = ledger.ask("init")["adminToken"]
    assert len(token) > 30
    assert token.encode() not in everything(ledger)
    assert token not in ledger.text("events", "-o", "json")


CHANGES = [
    (["rename", "{}", "other"], "key.renamed", {"name": "other"}),
    (["rename", "{}"], "key.renamed", {"name": None}),
    (["disable", "{}"], "key.disabled", {"state": "disabled"}),
    (["set-expiry", "{}", "2030-01-01"], "key.expiry_set",
     {"expiresAt": "2030-01-01T00:00:00.000000Z", "state": "active"}),
    (["set-expiry", "{}", "2020-01-01"], "key.expiry_set", {"state": "expired"}),
    (["set-limit", "{}", "10/1s"], "key.rate_limit_set", {"limit": "10/1s"}),
    (["set-scopes", "{}", "tasks.read", "memory.create"], "key.scopes_set",
     {"scopes": ["memory.create", "tasks.read"]}),
    (["set-addresses", "{}", "192.0.2.0/24", "2001:db8::/32"], "key.addresses_set",
     {"addresses": ["192.0.2.0/24", "2001:db8::/32"]}),
    (["set-metadata", "{}", "team=core", "tier=1"], "key.metadata_set",
     {"metadata": {"team": "core", "tier": "1"}}),
    (["revoke", "{}"], "key.revoked", {"state": "revoked"})]


@pytest.mark.parametrize("change, event, expected", CHANGES,
                         ids=[" ".join(change[0]) for change in CHANGES])
def test_a_change_is_in_the_state_and_in_the_trail_with_its_actor(
        acme, key, change, event, expected):
    size = acme.ask("verify")["records"]
    acme.ask("keys", *(word.format(key) for word in change))
    shown = acme.ask("keys", "show", key)
    told = {name: sorted(shown[name]) if isinstance(shown[name], list) else shown[name]
            for name in expected}
    assert told == expected
    record, = acme.ask("events", "--type", event)
    assert (record["key"], record["organization"], record["user"]) == (key, "acme", "ada")
    assert OPERATOR.fullmatch(record["actor"]) and record["source"] is None
    assert record["recordedAt"] == record["occurredAt"]
    assert record["sequence"] >= size
    assert record in acme.ask("events", "--key", key)
    assert acme.ask("keys", "show", key, "--as-of", size)["state"] == "active"


def test_a_change_is_told_by_diff(acme, key):
    size = acme.ask("verify")["records"]
    acme.ask("keys", "rename", key, "other")
    acme.ask("keys", "disable", key)
    rows = acme.ask("diff", size, acme.ask("verify")["records"])
    told = {(row["field"], row["before"], row["after"]) for row in rows if row["id"] == key}
    assert told == {("name", "build", "other"), ("state", "active", "disabled")}
    assert all(OPERATOR.fullmatch(row["actor"]) for row in rows if row["id"] == key)


def test_a_disabled_key_is_enabled_again(acme, key):
    acme.ask("keys", "disable", key)
    acme.ask("keys", "enable", key)
    assert acme.key(key)["state"] == "active"
    types = [record["type"] for record in acme.ask("events", "--key", key)]
    assert types == ["key.created", "key.disabled", "key.enabled"]


def test_limits_scopes_addresses_and_metadata_are_taken_back(acme):
    key = create(acme, "--limit", "60/60s", "--scope", "a.b", "--address", "192.0.2.1")["id"]
    shown = acme.ask("keys", "show", key)
    assert (shown["limit"], shown["scopes"], shown["addresses"]) == (
        "60/60s", ["a.b"], ["192.0.2.1"])
    for change in (["set-limit", key, "default"], ["set-scopes", key], ["set-addresses", key],
                   ["set-metadata", key], ["set-expiry", key, "never"]):
        acme.ask("keys", *change)
    shown = acme.ask("keys", "show", key)
    assert (shown["limit"], shown["scopes"], shown["addresses"], shown["metadata"],
            shown["expiresAt"]) == (None, [], [], {}, None)


def test_a_rotated_key_has_a_successor_of_its_lineage(acme, key):
    rotated = acme.ask("keys", "rotate", key, "--grace", "1h")
    old, new = (acme.ask("keys", "show", each) for each in (key, rotated["id"]))
    assert old["rotatedTo"] == new["id"] and old["lineage"] == new["lineage"] == key
    assert new["state"] == old["state"] == "active"
    assert (new["user"], new["organization"], new["name"]) == ("ada", "acme", "build")
    left = oracle.moment(old["expiresAt"]) - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert [r["type"] for r in acme.ask("events", "--key", key)] == ["key.created", "key.rotated"]


def test_a_key_rotated_without_grace_stops_working_at_once(acme, key):
    acme.ask("keys", "rotate", key)
    assert acme.key(key)["state"] in ("expired", "revoked")


REFUSED_WHEN_REVOKED = [["enable"], ["disable"], ["rename", "x"], ["set-limit", "1/1s"],
                        ["set-expiry", "never"], ["set-scopes", "a.b"],
                        ["set-addresses", "192.0.2.1"], ["set-metadata", "a=b"], ["rotate"]]


def test_a_revoked_key_cannot_be_changed_and_the_reason_is_said(acme, key):
    acme.ask("keys", "revoke", key)
    size = acme.ask("verify")["records"]
    for verb, *rest in REFUSED_WHEN_REVOKED:
        answer = acme.fails(1, "keys", verb, key, *rest)
        assert "revoked" in answer.err and len(answer.lines) == 1, (verb, answer)
    assert acme.key(key)["state"] == "revoked"
    assert acme.ask("verify")["records"] == size


def test_a_change_that_changes_nothing_is_not_recorded(acme, key):
    acme.ask("keys", "disable", key)
    size = acme.ask("verify")["records"]
    answer = acme.run("keys", "disable", key)
    assert answer.code == 0 and answer.lines
    assert acme.ask("verify")["records"] == size


def test_a_temporary_key_of_imported_history_can_be_revoked(acme, tmp_path):
    import events
    acme.take(events.document(tmp_path / "a.json", [events.call(1, "2024-05-01T10:00:00Z")]))
    acme.ask("keys", "revoke", "AKIAEXAMPLE000000001")
    row = acme.key("AKIAEXAMPLE000000001")
    assert row["state"] == "revoked" and OPERATOR.fullmatch(row["revokedBy"])


WRONG = [["set-limit", "{}", "lots"], ["set-addresses", "{}", "home"],
         ["set-metadata", "{}", "no-value"], ["set-expiry", "{}", "someday"],
         ["set-addresses", "{}", "192.0.2.0/33"], ["set-limit", "{}", "0/60s"],
         ["rotate", "{}", "--grace", "later"], ["rename", "{}", "n" * 70000]]


@pytest.mark.parametrize("wrong", WRONG, ids=[" ".join(wrong)[:40] for wrong in WRONG])
def test_a_value_that_is_none_is_refused_and_nothing_recorded(acme, key, wrong):
    size = acme.ask("verify")["records"]
    answer = acme.run("keys", *(word.format(key) for word in wrong))
    assert answer.code in (1, 2) and answer.lines and answer.out == ""
    assert "Backtrac" not in answer.err
    assert acme.ask("verify")["records"] == size


def test_a_key_of_an_unknown_organization_or_user_is_refused(acme):
    for options in (["--org", "nope", "--user", "ada"], ["--org", "acme", "--user", "nope"]):
        answer = acme.fails(5, "keys", "create", *options)
        assert "nope" in answer.err and answer.out == ""


@pytest.mark.parametrize("kind, name", [("organizations", "acme"), ("users", "ada")])
def test_organizations_and_users_are_disabled_and_enabled_with_their_actor(acme, kind, name):
    for verb, state in (("disable", "disabled"), ("enable", "active")):
        acme.ask(kind, verb, name)
        assert {row["id"]: row["state"] for row in acme.ask(kind, "list")} == {name: state}
        record, = acme.ask("events", "--type", f"{kind[:-1]}.{verb}d")
        assert OPERATOR.fullmatch(record["actor"])


@pytest.mark.parametrize("arguments", [
    ["organizations", "create", "acme"], ["users", "create", "ada", "--org", "acme"]])
def test_what_exists_already_is_not_made_again(acme, arguments):
    size = acme.ask("verify")["records"]
    answer = acme.fails(1, *arguments)
    assert "exists already" in answer.err and acme.ask("verify")["records"] == size


def test_the_log_of_many_small_commands_verifies_and_replays(acme):
    keys = [create(acme)["id"] for _ in range(4)]
    for number, key in enumerate(keys):
        acme.ask("keys", ["rename", "disable", "revoke", "rotate"][number], key)
    assert acme.ask("verify")["verdict"] == "ok"
    assert acme.ask("replay")["digest"] == acme.ask("state")["digest"]
    assert acme.ask("rebuild")["digest"] == acme.ask("state")["digest"]
    started = [json.dumps(record) for record in acme.ask("events", "--type", "log.started")]
    assert len(started) == len(acme.ask("events", "--type", "log.stopped"))
