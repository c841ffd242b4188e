"""Bad input: one clear line, the right exit code, nothing lost, nothing half recorded."""

import gzip
import json
import shutil

import pytest

import events
from ledger import Ledger, hashes


def one_line(answer, *words):
    """One line of stderr reports an error, and it has these words."""
    assert len([line for line in answer.lines if not line.startswith("note: ")]) == 1, answer
    for word in words:
        assert str(word) in answer.err, answer
    assert "Fatal" not in answer.err and "Backtrac" not in answer.err
    return answer


QUESTIONS = [["keys", "list"], ["users", "list"], ["events"], ["usage"], ["state"], ["verify"],
             ["replay"], ["rebuild"], ["checkpoint"], ["diff", "2024-01-01", "2024-01-02"],
             ["export", "usage"], ["organizations", "create", "acme"]]


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_directory_that_is_no_data_directory_is_refused(program, tmp_path, question):
    (tmp_path / "thing.txt").write_text("hello")
    before = hashes(tmp_path)
    answer = Ledger(program, tmp_path).fails(1, *question)
    one_line(answer, tmp_path, "data directory")
    assert hashes(tmp_path) == before


def test_a_directory_that_does_not_exist_is_refused(program, tmp_path):
    one_line(Ledger(program, tmp_path / "none").fails(5, "keys", "list"), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_file_in_place_of_the_data_directory_is_refused(program, tmp_path):
    (tmp_path / "file").write_text("hello")
    one_line(Ledger(program, tmp_path / "file").fails(1, "keys", "list"), tmp_path / "file")


def test_init_over_a_data_directory_is_refused_and_changes_nothing(empty):
    before = hashes(empty.path)
    one_line(empty.fails(1, "init"), empty.path)
    assert hashes(empty.path) == before


def rejected(ledger, tmp_path, name, content, *words):
    """A file named outright that must not parse."""
    path = tmp_path / name
    path.write_bytes(content)
    before = hashes(ledger.log)
    answer = ledger.fails(1, "import", "cloudtrail", path)
    one_line(answer, path.name, *words)
    assert hashes(ledger.log) == before


NOT_CLOUDTRAIL = {
    "no JSON": b"hello\n", "empty": b"", "another object": b'{"a": 1}\n', "a number": b"42\n",
    "records that are none": b'{"Records": [{"a": 1}]}', "records that are no list":
    b'{"Records": 7}', "binary": bytes(range(256)), "an unfinished document": b'{"Records": [',
    "text after the end": b'{"Records": []} trailing', "no UTF-8": b'{"Records": [{"a": "\xff"}]}',
    "a list of numbers": b"[1, 2, 3]"}


@pytest.mark.parametrize("what", NOT_CLOUDTRAIL)
def test_a_file_named_outright_that_is_not_cloudtrail_is_refused(empty, tmp_path, what):
    rejected(empty, tmp_path, "file.json", NOT_CLOUDTRAIL[what])


def test_a_file_that_cannot_be_read_is_not_called_recorded_already(empty, tmp_path):
    (tmp_path / "file.json").write_text("hello")
    answer = empty.fails(1, "import", "cloudtrail", tmp_path / "file.json")
    assert "already" not in answer.err


def test_an_event_without_time_is_refused_with_its_place(empty, tmp_path):
    bad = {name: value for name, value in events.call(2, "x").items() if name != "eventTime"}
    good = events.call(1, "2024-05-01T10:00:00Z")
    rejected(empty, tmp_path, "file.json", json.dumps({"Records": [good, bad]}).encode(), "2")


def test_an_event_with_a_time_that_is_none_is_refused(empty, tmp_path):
    events.document(tmp_path / "file.json", [events.call(1, "yesterday")])
    one_line(empty.fails(1, "import", "cloudtrail", tmp_path / "file.json"), "record 1", "time")


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.99])
def test_a_truncated_gz_is_refused_with_its_name(empty, incident, tmp_path, kept):
    whole = gzip.compress(sorted(incident.glob("*.json"))[1].read_bytes())
    rejected(empty, tmp_path, "cut.json.gz", whole[:int(len(whole) * kept)], "gzip")


def test_a_gz_with_a_wrong_checksum_is_refused(empty, incident, tmp_path):
    whole = bytearray(gzip.compress(sorted(incident.glob("*.json"))[1].read_bytes()))
    whole[-6] ^= 1
    rejected(empty, tmp_path, "wrong.json.gz", bytes(whole))


def test_a_gz_that_is_none_is_refused(empty, tmp_path):
    rejected(empty, tmp_path, "plain.json.gz", b"not compressed")


BROKEN = ['{"broken":', "{}", '"text"', "nonsense", '{"eventTime": "2024-05-01T10:00:00Z"}']


def places():
    """A broken line, and its place among good ones."""
    unnamed = pytest.mark.xfail(strict=True, reason="a broken first line is named by byte only")
    for broken in BROKEN:
        for position in (1, 2, 4, 6):
            marks = unnamed if (broken, position) == ('{"broken":', 1) else ()
            yield pytest.param(broken, position, marks=marks)


@pytest.mark.parametrize("broken, position", places())
def test_a_bad_line_is_named_and_nothing_of_its_file_is_recorded(
        empty, tmp_path, broken, position):
    good = [json.dumps(events.call(number, "2024-05-01T10:00:00Z")) for number in range(5)]
    lines = [*good[:position - 1], broken, *good[position - 1:]]
    path = events.written(tmp_path / "bad.jsonl", "\n".join(lines) + "\n")
    before = hashes(empty.log)
    answer = one_line(empty.fails(1, "import", "cloudtrail", path), "bad.jsonl")
    assert f"line {position}:" in answer.err or position == 1 and "begins with" in answer.err
    assert hashes(empty.log) == before


def test_a_bad_line_late_in_a_long_compressed_file_is_named(empty, incident, tmp_path):
    records = [event for path in sorted(incident.glob("*.json"))
               for event in json.loads(path.read_text())["Records"]]
    lines = [json.dumps(event) for event in records]
    lines.insert(2345, "{")
    path = events.written(tmp_path / "long.jsonl.gz", "\n".join(lines))
    before = hashes(empty.log)
    one_line(empty.fails(1, "import", "cloudtrail", path), "long.jsonl.gz", "line 2346:")
    assert hashes(empty.log) == before


def test_the_other_files_are_recorded_when_one_is_bad(empty, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    events.document(folder / "a.json", [events.call(1, "2024-05-01T10:00:00Z")])
    (folder / "b.json").write_text('{"Records": [' + json.dumps(
        events.call(2, "2024-05-01T10:00:00Z")) + ", oops]}")
    events.lines(folder / "c.jsonl", [events.call(3, "2024-05-01T10:00:00Z")])
    (folder / "d.json.gz").write_bytes(b"\x1f\x8b\x08\x00")
    (folder / "notes.txt").write_text("passed over")
    answer = empty.fails(1, "import", "cloudtrail", folder, "-o", "json")
    summary = json.loads(answer.out)
    assert (summary["files"], summary["filesFailed"], summary["added"]) == (2, 2, 2)
    assert "b.json" in answer.err and "d.json.gz" in answer.err
    ids = [row["sourceId"][-1] for row in empty.ask("events", "--type", "request.decided")]
    assert ids == ["1", "3"]


def test_other_files_and_digest_files_in_a_directory_are_passed_over_with_a_count(empty, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    events.document(folder / "a.json", [events.call(1, "2024-05-01T10:00:00Z")])
    digest = {"awsAccountId": events.ACCOUNT, "digestStartTime": "2024-05-01T09:00:00Z",
              "digestEndTime": "2024-05-01T10:00:00Z", "digestS3Bucket": "b",
              "digestS3Object": "o", "logFiles": []}
    name = f"{events.ACCOUNT}_CloudTrail-Digest_eu-west-1_trail_eu-west-1_20240501T100000Z.json.gz"
    events.written(folder / name, json.dumps(digest))
    (folder / "README.md").write_text("hello")
    summary = empty.take(folder)
    assert (summary["files"], summary["filesPassedOver"], summary["filesFailed"]) == (1, 2, 0)


def test_a_path_that_is_not_there_is_reported_and_the_others_recorded(empty, tmp_path):
    path = events.document(tmp_path / "a.json", [events.call(1, "2024-05-01T10:00:00Z")])
    answer = empty.fails(1, "import", "cloudtrail", tmp_path / "nothing", path, "-o", "json")
    assert "nothing" in answer.err and json.loads(answer.out)["added"] == 1


def test_the_same_event_id_with_other_content_is_reported_and_the_first_kept(empty, tmp_path):
    first = events.call(1, "2024-05-01T10:00:00Z")
    other = events.call(1, "2024-05-01T10:00:00Z", sourceIPAddress="203.0.113.9")
    empty.take(events.document(tmp_path / "a.json", [first]))
    before = hashes(empty.log)
    events.document(tmp_path / "b.json", [other])
    answer = empty.run("import", "cloudtrail", tmp_path / "b.json", "-o", "json")
    assert json.loads(answer.out)["conflicts"] == 1
    one_line(answer, first["eventID"], "first")
    assert hashes(empty.log) == before
    record, = empty.ask("events", "--type", "request.decided")
    assert record["clientAddress"] == first["sourceIPAddress"]


def test_the_same_event_id_with_other_content_in_one_file_is_reported(empty, tmp_path):
    path = events.lines(tmp_path / "a.jsonl", [
        events.call(1, "2024-05-01T10:00:00Z"), events.call(1, "2024-05-01T10:00:01Z")])
    answer = empty.run("import", "cloudtrail", path, "-o", "json")
    summary = json.loads(answer.out)
    assert (summary["added"], summary["conflicts"]) == (1, 1)
    record, = empty.ask("events", "--type", "request.decided")
    assert record["occurredAt"] == "2024-05-01T10:00:00.000000Z"


TIMES = ["yesterday", "2023-07-10T24:24:29Z", "2023-02-30", "2023-07-10T12:00", "10/07/2023", "-5",
         "2023-07-10T12:00:00", "1.5", "", "24x", "2023-13-01", "2023-07-10T12:00:61Z"]


@pytest.mark.parametrize("time", TIMES)
def test_a_time_that_is_none_is_a_usage_error(small, time):
    for question in (["keys", "list", f"--as-of={time}"], ["usage", f"--since={time}"],
                     ["diff", "--", time, "2023-07-10"]):
        answer = small.fails(2, *question)
        assert answer.out == "" and answer.lines


WRONG = [["frobnicate"], ["keys", "frobnicate"], ["keys", "list", "--nope"],
         ["keys", "list", "--state", "odd"], ["usage", "--by", "mood"], ["usage", "--per", "week"],
         ["usage", "--time-zone", "Mars/Olympus"], ["keys", "list", "--older-than", "soon"],
         ["events", "--type", "no.such"], ["keys", "list", "-o", "xml"], ["keys", "show"],
         ["diff", "2023-07-10"], ["import", "cloudtrail"], ["events", "--limit", "-1"],
         ["diff", "100", "2023-07-10"], ["keys", "list", "--as-of", "10", "--log-size", "5"]]


@pytest.mark.parametrize("wrong", WRONG, ids=" ".join)
def test_wrong_usage_exits_2_and_says_what_is_wrong(small, wrong):
    answer = small.fails(2, *wrong)
    assert answer.out == "" and answer.lines


def test_no_data_directory_at_all_is_a_usage_error(program, tmp_path):
    ledger = Ledger(program, tmp_path)
    ledger.command = lambda *arguments: [str(program), *arguments]
    one_line(ledger.fails(2, "keys", "list"), "--data")


UNKNOWN = [["keys", "show", "nope"], ["events", "--key", "nope"], ["events", "--user", "nope"],
           ["usage", "--key", "nope"], ["keys", "list", "--org", "nope"],
           ["keys", "list", "--user", "nope"], ["events", "--operation", "no:pe"],
           ["keys", "revoke", "nope"], ["organizations", "disable", "nope"],
           ["users", "disable", "nope"]]


@pytest.mark.parametrize("unknown", UNKNOWN, ids=" ".join)
def test_what_is_not_there_exits_5_and_is_named(shipped, unknown):
    before = hashes(shipped.log)
    one_line(shipped.fails(5, *unknown), unknown[-1])
    assert hashes(shipped.log) == before


@pytest.mark.parametrize("name", [
    "log.vkey",
    "checkpoint"])
def test_rubbish_in_a_small_file_of_the_log_does_not_crash_a_reader(shipped, name):
    (shipped.log / name).write_bytes(b"\xff\xfe rubbish \0")
    for question in (["keys", "list"], ["verify"], ["organizations", "create", "acme"]):
        answer = shipped.run(*question)
        assert 0 <= answer.code <= 10 and "Backtrac" not in answer.err, answer
    assert shipped.run("verify").code == 3


def test_a_data_directory_without_its_signing_key_is_read_and_not_written(shipped):
    (shipped.path / "secret" / "signing.key").unlink()
    assert len(shipped.ask("keys", "list")) > 0
    before = hashes(shipped.log)
    assert "signing.key" in shipped.run("organizations", "create", "acme").err
    assert hashes(shipped.log) == before


def test_an_empty_state_directory_that_is_a_file_does_not_stop_readers(shipped):
    shutil.rmtree(shipped.path / "state")
    (shipped.path / "state").write_text("x")
    answer = shipped.run("keys", "list")
    assert answer.code in (0, 1) and "Backtrac" not in answer.err
