"""Help, formats, environment, terminals: how the commands behave whatever they answer."""

import csv
import io
import json
import os
import pty
import re
import statistics
import subprocess
import tempfile
import time

import pytest

from ledger import clean_environment

COLOUR = "\x1b["


def subcommands(text):
    """The names that a help text lists."""
    names, is_listing = [], False
    for line in text.splitlines():
        if "SUBCOMMANDS:" in line:
            is_listing = True
        elif not line.startswith(" "):
            is_listing = is_listing and not line.strip()
        elif is_listing and (found := re.match(r"  (\w[\w-]*)", line)):
            names.append(found.group(1))
    return [name for name in names if name != "See"]


def every_command(program, path=()):
    text = subprocess.run([program, *path, "--help"], capture_output=True, text=True,
                          check=True).stdout
    yield path, text
    for name in subcommands(text):
        yield from every_command(program, (*path, name))


EXPECTED = {
    "init", "import cloudtrail", "organizations list", "organizations create",
    "organizations disable", "organizations enable", "users list", "users create",
    "users disable", "users enable", "keys list", "keys show", "keys create", "keys rename",
    "keys enable", "keys disable", "keys set-expiry", "keys set-limit", "keys set-scopes",
    "keys set-addresses", "keys set-metadata", "keys rotate", "keys revoke", "events", "usage",
    "state", "diff", "verify", "replay", "rebuild", "export usage", "export events", "checkpoint"}


def test_every_command_has_help(program):
    found = {" ".join(path): text for path, text in every_command(program)}
    assert EXPECTED <= set(found)
    for name, text in found.items():
        assert "USAGE:" in text and "--help" in text, name
        assert name == "" or "OVERVIEW:" in text, name


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_are_completions_for_every_shell(program, shell):
    done = subprocess.run([program, "--generate-completion-script", shell], capture_output=True,
                          text=True, check=True)
    assert "set-expiry" in done.stdout and "cloudtrail" in done.stdout


def test_the_version_is_told(program):
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert re.search(r"\d+\.\d+\.\d+", done.stdout)


def test_the_data_directory_is_given_before_or_after_the_command_or_by_the_environment(small):
    expected = small.text("keys", "list", "-o", "json")
    program = str(small.program)
    for command, environment in [
            ([program, "keys", "list", "-o", "json", "--data", str(small.path)], {}),
            ([program, "keys", "list", "-o", "json"], {"KEYLEDGER_DATA": str(small.path)})]:
        done = subprocess.run(command, capture_output=True, text=True, check=True,
                              env=clean_environment(**environment))
        assert done.stdout == expected


LISTS = [["keys", "list"], ["users", "list"], ["organizations", "list"], ["events"],
         ["usage", "--by", "user,decision"], ["diff", "2025-03-04", "2025-03-05"]]


@pytest.mark.parametrize("question", LISTS, ids=" ".join)
def test_json_json_lines_and_csv_say_the_same(small, question):
    rows = small.ask(*question)
    lines = small.text(*question, "-o", "jsonl").splitlines()
    assert isinstance(rows, list) and rows
    assert [json.loads(line) for line in lines] == rows
    assert [list(json.loads(line)) for line in lines] == [list(rows[0])] * len(rows)
    table = list(csv.DictReader(io.StringIO(small.text(*question, "-o", "csv"), newline="")))
    assert [list(row) for row in table] == [list(rows[0])] * len(rows)
    texts = [{name: value for name, value in row.items() if isinstance(value, str)}
             for row in rows]
    assert [{name: row[name] for name in text} for row, text in zip(table, texts)] == texts


@pytest.mark.parametrize("question", LISTS, ids=" ".join)
def test_a_table_names_what_it_lists(small, question):
    rows, table = small.ask(*question), small.text(*question).splitlines()
    assert len([line for line in table if line.strip()]) >= len(rows) + 1
    assert any(re.search(r"\b(id|sequence|user)\b", line) for line in table[:3])


@pytest.mark.parametrize("question", LISTS, ids=" ".join)
def test_the_same_question_has_the_same_order_every_time(small, question):
    assert small.text(*question, "-o", "jsonl") == small.text(*question, "-o", "jsonl")


NAMES = re.compile(r"[a-z][A-Za-z0-9]*")


@pytest.mark.parametrize("question", [*LISTS, ["verify"], ["state"], ["replay"]], ids=" ".join)
def test_json_names_are_lower_camel_case(small, question):
    answer = small.ask(*question)
    for row in answer if isinstance(answer, list) else [answer]:
        assert [name for name in row if not NAMES.fullmatch(name)] == []


@pytest.mark.parametrize("question, fields", [
    (["verify"], "verdict records signedRecords segments root problems"),
    (["replay"], "logSize digest seconds"), (["rebuild"], "logSize digest seconds"),
    (["state"], "asOf organizations users keys limits blocks credits usage digest")])
def test_single_answers_have_their_fields(shipped, question, fields):
    assert set(fields.split()) <= set(shipped.ask(*question))


@pytest.mark.parametrize("question, fields", [
    (["events"], "sequence recordedAt occurredAt type organization user key operation decision "
     "reason actor actorKey clientAddress userAgent errorCode source sourceId"),
    (["diff", "2025-03-04", "2025-03-05"], "entity id field before after sequence occurredAt "
     "actor"), (["usage", "--by", "user"], "user periodStart periodEnd allowed refused count")])
def test_rows_have_their_fields(small, question, fields):
    assert all(set(fields.split()) <= set(row) for row in small.ask(*question))


def on_a_terminal(ledger, *arguments, **environment):
    """What a command writes to stderr when that is a terminal, and what to stdout."""
    master, slave = pty.openpty()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            ledger.command(*arguments), env=clean_environment(TERM="xterm", **environment),
            stdin=subprocess.DEVNULL, stdout=out, stderr=slave)
        os.close(slave)
        said = b"".join(iter(lambda: read_some(master), b""))
        os.close(master)
        assert process.wait() == 0
        out.seek(0)
        return said.decode(), out.read().decode()


def read_some(terminal):
    """The next bytes; none once the other side is closed, which Linux reports as an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_long_work_shows_its_progress_on_a_terminal_only(empty, incident):
    said, out = on_a_terminal(empty, "import", "cloudtrail", incident, "-o", "json")
    assert json.loads(out)["added"] == 2900
    assert "\r" in said.replace("\r\n", "") and "%" in said or "/" in said
    quiet = empty.run("import", "cloudtrail", incident, "-o", "json")
    assert "\r" not in quiet.err and COLOUR not in quiet.err


def test_no_colour_off_a_terminal_or_under_no_color(small):
    for question in (["keys", "list"], ["verify"], ["events"]):
        answer = small.run(*question)
        assert COLOUR not in answer.out + answer.err
        said, out = on_a_terminal(small, *question, NO_COLOR="1")
        assert COLOUR not in re.sub(r"\x1b\[\d*[KJ]", "", said) and COLOUR not in out


def test_notes_never_stand_between_the_data(imported):
    answer = imported.run("events", "--limit", 3, "-o", "json")
    assert len(json.loads(answer.out)) == 3 and answer.err


def test_the_speed_of_keys_list_is_reported(imported, capsys):
    times = []
    for _ in range(5):
        started = time.perf_counter()
        imported.text("keys", "list", "-o", "json")
        times.append(1000 * (time.perf_counter() - started))
    with capsys.disabled():
        print(f"\nkeys list on the incident: median {statistics.median(times):.0f} ms of 5 runs, "
              "process start included")
