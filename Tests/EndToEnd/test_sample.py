"""The sample shipped with the project tells its own small story; nothing else is needed."""

import gzip
import json
import subprocess
import sys

import pytest

import oracle
from ledger import hashes

BACKDOOR = "AKIA111EXAMPLEBACKUP"
USERS = "arn:aws:iam::111122223333:user"


@pytest.fixture(scope="module")
def history(sample):
    found = []
    for path in sorted(sample.iterdir()):
        content = path.read_bytes()
        if path.name.endswith(".json.gz"):
            found += json.loads(gzip.decompress(content))["Records"]
        elif path.suffix == ".json":
            found += json.loads(content)["Records"]
        elif path.suffix == ".jsonl":
            found += map(json.loads, content.decode().splitlines())
    return [{"eventTime": event.get("@timestamp")} | event for event in found]


def test_the_sample_is_imported_whole(empty, sample, history):
    summary = empty.take(sample)
    assert (summary["files"], summary["added"]) == (3, len(history))


def test_every_key_of_the_sample_is_as_its_events_say(small, history):
    now = oracle.moment("2026-01-01T00:00:00Z")
    assert small.ask("keys", "list") == oracle.keys(history, now)


def test_usage_of_the_sample_adds_up(small, history):
    rows = small.ask("usage", "--by", "user,operation,reason")
    counted = {(row["user"], row["operation"], row["reason"], None): row["count"] for row in rows}
    assert counted == dict(oracle.usage(history, ["user", "operation", "reason"]))


@pytest.mark.parametrize("time, state", [
    ("12:05:30", None), ("12:05:31", "active"), ("12:26:06", "disabled"), ("12:31:21", "revoked")])
def test_the_backdoor_of_the_sample_is_made_disabled_and_revoked(small, time, state):
    row = small.key(BACKDOOR, "--as-of", f"2025-03-04T{time}Z")
    assert (row and row["state"]) == state
    assert row is None or (row["user"], row["createdBy"]) == (
        f"{USERS}/svc-backup", f"{USERS}/maria")


def test_the_sample_is_what_its_script_writes(sample, tmp_path):
    (tmp_path / "make-sample.py").write_bytes((sample / "make-sample.py").read_bytes())
    subprocess.run([sys.executable, tmp_path / "make-sample.py"], check=True)
    assert hashes(tmp_path) == hashes(sample)


def test_importing_the_sample_again_changes_no_byte_of_the_log(shipped, sample):
    before = hashes(shipped.log)
    assert shipped.take(sample)["added"] == 0
    assert hashes(shipped.log) == before
