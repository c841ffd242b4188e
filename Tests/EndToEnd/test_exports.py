"""Exports: the same bytes every time, checked line by line, safe to open in a spreadsheet."""

import csv
import io
import json
import random
from collections import Counter

import pytest

import events

FORMULA = "=+-@\t\r\0"
EXPORTS = [["usage"], ["usage", "--by", "user,key,decision,reason", "--per", "hour"], ["events"]]
FORMATS = ["csv", "jsonl"]


def export(ledger, what, kind="csv", *options):
    return ledger.text("export", *what, "-o", kind, *options)


def saved(path, text):
    path.write_bytes(text.encode())
    return path


def parsed(text):
    """The rows of a CSV export, read by somebody else's strict reader."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("what", EXPORTS, ids=" ".join)
def test_an_export_repeated_is_byte_identical(imported, what, kind):
    assert export(imported, what, kind) == export(imported, what, kind)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("what", EXPORTS, ids=" ".join)
def test_an_export_checks_and_stays_the_same_after_later_imports(
        stratus, sample, tmp_path, what, kind):
    first = export(stratus, what, kind)
    path = saved(tmp_path / "export", first)
    stratus.run("export", *what, "-o", kind, "--check", path)
    stratus.take(sample)
    assert stratus.run("export", *what, "-o", kind, "--check", path).code == 0
    size = json.loads(export(stratus, ["usage"], "jsonl").splitlines()[0])["logSize"]
    then = log_size(first, kind)
    assert then < size
    assert export(stratus, what, kind, "--log-size", then) == first
    assert export(stratus, what, kind) != first


def log_size(text, kind):
    row = parsed(text)[0] if kind == "csv" else json.loads(text.splitlines()[0])
    return int(row["logSize"])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("what", EXPORTS[1:], ids=" ".join)
def test_one_changed_digit_is_found_and_its_line_named(imported, tmp_path, what, kind):
    lines = export(imported, what, kind).splitlines(keepends=True)
    chance = random.Random(7)
    start = 1 if kind == "csv" else 0
    anywhere = chance.sample(range(start, len(lines)), 3)
    log_size = [(start, -1), (len(lines) - 1, -1)]
    for number, digit in [*log_size, *((number, None) for number in anywhere)]:
        line = lines[number]
        places = [place for place, letter in enumerate(line) if letter.isdigit()]
        place = chance.choice(places) if digit is None else places[digit]
        changed = line[:place] + str((int(line[place]) + 1) % 10) + line[place + 1:]
        text = "".join([*lines[:number], changed, *lines[number + 1:]])
        path = saved(tmp_path / "changed", text)
        found = imported.fails(10, "export", *what, "-o", kind, "--check", path)
        assert f"line {number + 1}:" in found.out + found.err, (changed, found)


@pytest.mark.parametrize("damage, line", [
    (lambda lines: lines[:4] + lines[5:], 5), (lambda lines: lines[:-1], 268),
    (lambda lines: lines + lines[-1:], 269), (lambda lines: lines[:2] + [lines[3], lines[2]]
                                              + lines[4:], 3), (lambda lines: lines[:1], 2)],
    ids=["a line removed", "the last line removed", "a line twice", "two lines swapped",
         "all lines removed"])
def test_lines_removed_repeated_or_swapped_are_found(imported, tmp_path, damage, line):
    lines = export(imported, ["usage"]).splitlines(keepends=True)
    assert len(lines) == 268
    path = saved(tmp_path / "changed", "".join(damage(lines)))
    found = imported.fails(10, "export", "usage", "--check", path)
    assert f"line {line}" in found.out + found.err, found


def test_the_check_of_a_file_that_is_not_there_is_an_error(imported, tmp_path):
    answer = imported.fails(1, "export", "usage", "--check", tmp_path / "nothing.csv")
    assert "nothing.csv" in answer.err


def test_the_last_column_is_the_log_size(imported):
    size = imported.ask("verify")["records"]
    for what in EXPORTS:
        rows = parsed(export(imported, what))
        assert list(rows[0])[-1] == "logSize"
        assert {row["logSize"] for row in rows} == {str(size)}
        last = [list(json.loads(line).items())[-1]
                for line in export(imported, what, "jsonl").splitlines()]
        assert set(last) == {("logSize", size)}


def test_a_csv_export_says_what_the_json_says(imported):
    said = [{name: "" if value is None else str(value) for name, value in row.items()}
            for row in map(json.loads, export(imported, ["events"], "jsonl").splitlines())]
    read = [{name: value.removeprefix("'") if value[:2] and value[1:2] in FORMULA else value
             for name, value in row.items()} for row in parsed(export(imported, ["events"]))]
    assert read == said and len(read) == imported.ask("verify")["records"]


def test_csv_lines_end_with_carriage_return_and_line_feed(imported):
    text = export(imported, ["usage"])
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n") == len(parsed(text)) + 1


HOSTILE = ["=cmd()", "+1+1", "-2", "@SUM(A1)", "\tx", "\rx", "\0x", 'a "quoted", agent',
           "two\nlines", "two\r\nlines", "'already", "ends with \r", "plain/1.0", "ünïcode ✓",
           " ="]


@pytest.fixture
def hostile(empty, tmp_path):
    """One event for each user agent that could do harm in a spreadsheet."""
    empty.take(events.document(tmp_path / "hostile.json", [
        events.call(number, f"2024-05-01T10:00:{number:02}Z", userAgent=agent)
        for number, agent in enumerate(HOSTILE)]))
    return empty


def test_text_that_a_spreadsheet_would_run_is_quoted_in_csv(hostile):
    rows = parsed(export(hostile, ["events", "--type", "request.decided"]))
    expected = ["'" + agent if agent[0] in FORMULA else agent for agent in HOSTILE]
    assert [row["userAgent"] for row in rows] == expected


def test_text_in_json_is_as_it_was_given(hostile):
    lines = export(hostile, ["events", "--type", "request.decided"], "jsonl").splitlines()
    assert [json.loads(line)["userAgent"] for line in lines] == HOSTILE


def test_no_field_of_a_hostile_export_begins_a_formula(hostile):
    text = export(hostile, ["events"])
    for row in csv.reader(io.StringIO(text, newline=""), strict=True):
        assert [field for field in row if field and field[0] in FORMULA] == []


def test_a_hostile_operation_is_quoted_in_usage_too(empty, tmp_path):
    empty.take(events.document(tmp_path / "a.json", [
        events.call(1, "2024-05-01T10:00:00Z", eventSource="=HYPERLINK(1)")]))
    rows = parsed(export(empty, ["usage", "--by", "operation"]))
    assert [row["operation"] for row in rows] == ["'=HYPERLINK(1):GetCallerIdentity"]


def test_correction_lines_lead_from_an_old_usage_export_to_the_present_one(
        empty, incident, tmp_path):
    files = sorted(incident.glob("*.json"))
    empty.take(*files[10:])
    options = ["usage", "--by", "user,operation,decision", "--per", "hour"]
    old = saved(tmp_path / "old.csv", export(empty, options))
    empty.take(*files[:10])
    text = empty.text("export", *options, "--changes-since", old)
    size = empty.ask("verify")["records"]
    assert {row["logSize"] for row in parsed(text)} == {str(size)}
    assert counted(old.read_bytes().decode()) + counted(text) == counted(export(empty, options))
    assert len(parsed(text)) < len(parsed(export(empty, options)))


def counted(text):
    names = ("user", "operation", "decision", "periodStart")
    return Counter({tuple(row[name] for name in names): int(row["count"]) for row in parsed(text)})


def test_correction_lines_are_checked_against_a_period_that_was_billed(
        empty, incident, tmp_path):
    files = sorted(incident.glob("*.json"))
    empty.take(*files[10:])
    options = ["usage", "--by", "user,operation,decision", "--until", "2023-07-10T12:10:00Z"]
    old = saved(tmp_path / "old.csv", export(empty, options))
    empty.take(*files[:10])
    text = empty.text("export", *options, "--changes-since", old)
    assert counted(old.read_bytes().decode()) + counted(text) == counted(export(empty, options))


def test_nothing_arrived_means_no_correction_lines(imported, tmp_path):
    for kind in FORMATS:
        old = saved(tmp_path / kind, export(imported, ["usage"], kind))
        text = imported.text("export", "usage", "-o", kind, "--changes-since", old)
        assert len(text.splitlines()) == (1 if kind == "csv" else 0)


def test_changes_to_the_trail_are_the_records_that_came_after(stratus, sample, tmp_path):
    old = saved(tmp_path / "old.jsonl", export(stratus, ["events"], "jsonl"))
    size = stratus.ask("verify")["records"]
    stratus.take(sample)
    lines = stratus.text("export", "events", "-o", "jsonl", "--changes-since", old).splitlines()
    expected = [row["sequence"] for row in stratus.ask("events") if row["sequence"] >= size]
    assert [json.loads(line)["sequence"] for line in lines] == expected


def test_an_empty_log_exports_and_checks(empty, tmp_path):
    for kind in FORMATS:
        path = saved(tmp_path / kind, export(empty, ["usage"], kind))
        assert empty.run("export", "usage", "-o", kind, "--check", path).code == 0
