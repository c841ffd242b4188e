"""A copy of log/ alone is readable and names nobody; log/ and state/ have nothing personal."""

import json
import shutil
import sqlite3

import pytest

import log_format
import oracle
from ledger import Ledger, hashes


@pytest.fixture(scope="module")
def auditor(imported, tmp_path_factory):
    """What an auditor gets: log/ and nothing else."""
    place = tmp_path_factory.mktemp("auditor") / "copy"
    place.mkdir()
    shutil.copytree(imported.log, place / "log")
    return Ledger(imported.program, place)


@pytest.fixture(scope="module")
def personal(incident):
    """Names, addresses and user agents of the incident."""
    history = oracle.read(incident)
    users = {oracle.user(event) for event in history}
    addresses = {oracle.given(event["sourceIPAddress"]) for event in history}
    agents = {oracle.given(event.get("userAgent")) for event in history}
    names = {"bert-jan", "benjamin", "malicious-iam-user", "stratus-red-team-backdoor-u-user"}
    return sorted(text for text in users | addresses | agents | names if text)


def in_clear(stored, personal, besides=()):
    return [text for text in personal if text not in besides
            and (text.encode() in stored or text.encode("utf-16-le") in stored)]


def operations(ledger):
    """Service names such as s3.amazonaws.com are both operations and callers."""
    return {record["operation"].split(":")[0]
            for record in ledger.ask("events", "--type", "operation.defined")}


def test_nothing_personal_is_in_clear_in_the_log(imported, personal):
    stored = b"\n".join(log_format.records(imported.log))
    assert b"AKIATFQR7NSC3ZO6PKAZ" in stored
    assert in_clear(stored, personal, operations(imported)) == []
    raw = b"\n".join(path.read_bytes().replace(bytes(64), b"") for path in imported.log.iterdir())
    assert in_clear(raw, personal, operations(imported)) == []


def test_nothing_personal_is_in_clear_in_the_state(imported, personal):
    connection = sqlite3.connect(imported.path / "state" / "projection.sqlite")
    dump = "\n".join(connection.iterdump()).encode()
    connection.close()
    raw = b"\n".join(path.read_bytes() for path in (imported.path / "state").rglob("*")
                     if path.is_file())
    assert b"AKIATFQR7NSC3ZO6PKAZ" in dump and b"AKIATFQR7NSC3ZO6PKAZ" in raw
    assert in_clear(dump + raw, personal, operations(imported)) == []


def test_session_tokens_and_request_parameters_are_nowhere(imported, incident):
    tokens = [event["responseElements"]["credentials"]["sessionToken"]
              for event in oracle.read(incident) if oracle.change(event)
              and (event["responseElements"] or {}).get("credentials")]
    assert len(tokens) == 36
    stored = b"\n".join([*log_format.records(imported.log), *(
        path.read_bytes() for path in imported.path.rglob("*") if path.is_file())])
    assert [token for token in tokens if token[:40].encode() in stored] == []
    assert b"roleSessionName" not in stored and b"sessionToken" not in stored


def test_the_test_for_clear_text_can_fail(incident, personal):
    stored = b"\n".join(path.read_bytes() for path in incident.glob("*.json"))
    assert len(in_clear(stored, personal)) > 20


def test_a_copy_of_the_log_alone_answers_with_user_17_in_place_of_names(auditor, imported):
    rows, known = auditor.ask("keys", "list"), imported.ask("keys", "list")
    assert [row["id"] for row in rows] == [row["id"] for row in known]
    users = {row["user"] for row in rows}
    assert all(user.split(":")[0] == "user" and user.split(":")[1].isdigit() for user in users)
    names = {(row["user"], other["user"]) for row, other in zip(rows, known)}
    assert len(names) == len(users) == len({name for _, name in names})
    for row, other in zip(rows, known):
        kept = set(row) - {"user", "createdBy", "revokedBy"}
        assert {name: row[name] for name in kept} == {name: other[name] for name in kept}


def test_a_copy_of_the_log_alone_has_no_addresses_and_no_user_agents(auditor, personal, imported):
    for question in (["events"], ["users", "list"], ["state"], ["usage", "--by", "user"],
                     ["diff", "2023-07-10T12:24:00Z", "2023-07-10T12:29:00Z"]):
        said = auditor.text(*question, "-o", "json")
        assert in_clear(said.encode(), personal, operations(imported)) == [], question
    clients = {record["clientAddress"] for record in
               auditor.ask("events", "--type", "request.decided")}
    assert clients and all(client is None or client.startswith("client:") for client in clients)


def test_a_copy_of_the_log_alone_verifies_replays_and_has_the_same_digest(auditor, imported):
    report = auditor.ask("verify")
    assert (report["verdict"], report["records"]) == ("ok", imported.ask("verify")["records"])
    digest = imported.ask("state")["digest"]
    assert auditor.ask("replay")["digest"] == digest
    assert auditor.ask("state")["digest"] == digest
    assert auditor.text("checkpoint") == imported.text("checkpoint")


def test_a_user_of_a_copy_is_found_by_the_name_it_prints(auditor):
    user = auditor.key("AKIATFQR7NSC8Q4X20BJ")["user"]
    rows = auditor.ask("keys", "list", "--user", user)
    assert {row["user"] for row in rows} == {user} and len(rows) > 1
    assert auditor.ask("events", "--user", user, "--limit", 3)


def test_reading_a_copy_of_the_log_leaves_it_as_it_is(auditor):
    before = hashes(auditor.path)
    for question in (["keys", "list"], ["verify"], ["replay"], ["events"], ["export", "usage"]):
        auditor.text(*question)
    assert hashes(auditor.path) == before


def test_the_log_directory_itself_is_taken_for_a_copy(auditor):
    bare = Ledger(auditor.program, auditor.log)
    assert bare.ask("keys", "list") == auditor.ask("keys", "list")


def test_an_export_of_the_auditors_copy_is_checked_there(auditor, tmp_path):
    path = tmp_path / "usage.csv"
    path.write_bytes(auditor.text("export", "usage").encode())
    assert auditor.run("export", "usage", "--check", path).code == 0


def test_usage_by_what_is_no_secret_is_the_same_on_a_copy_of_the_log(auditor, imported):
    question = ["export", "usage", "--by", "org,key,operation,decision,reason"]
    assert auditor.text(*question) == imported.text(*question)


def test_a_whole_copy_elsewhere_answers_the_same(imported, tmp_path):
    copy = imported.copy(tmp_path / "elsewhere")
    assert json.loads(copy.text("keys", "list", "-o", "json")) == imported.ask("keys", "list")
    assert copy.ask("verify")["verdict"] == "ok"
