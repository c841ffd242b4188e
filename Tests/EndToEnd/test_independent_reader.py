"""tools/read_log.py, written from schemas/ alone, reads the same log, and finds what is changed."""

import base64
import hashlib
import json
import shutil
import struct
import subprocess
import sys
from datetime import datetime, timezone

import pytest

import log_format
from conftest import ROOT
from ledger import PATIENCE, SMALL_SEGMENT, Answer
from log_format import SECTOR

READER = ROOT / "tools/read_log.py"
MARK = 16  # bytes
FLAGS, FIRST_SEQUENCE, ROOT_BEFORE, TIME = 10, 40, 56, 88  # offsets in a segment's header
BLOCK_HEADER = 76  # bytes
SEQUENCE, FIRST, LAST, LEAST, GREATEST, SUMMARY, CHECKSUM = 8, 32, 40, 48, 56, 64, 72  # offsets
INDEX, ENTRY = 20, 60  # offset in the footer, and bytes
ENTRY_BEHIND_HEADER = -12  # where a time or a summary is in an entry, seen from a block's header
DIGEST, TRAILER = 32, 16  # bytes


def read(log, *options):
    done = subprocess.run(
        [sys.executable, str(READER), str(log), *options], capture_output=True, timeout=PATIENCE)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def refused(log, said=""):
    """The reader refuses a log in one line that names a place."""
    answer = read(log, "--root-only")
    assert answer.code == 1, f"exit {answer.code}: {answer.err}"
    assert "Traceback" not in answer.err, answer.err
    assert said in answer.lines[-1] and ", offset " in answer.lines[-1], answer.err


def refused_by_both(ledger, path):
    """The reader and the program refuse, and name the file."""
    refused(ledger.log, path.name)
    found = ledger.fails(3, "verify", "-o", "json")
    assert path.name in " ".join(problem["file"] for problem in json.loads(found.out)["problems"])


def content(path):
    return bytearray(path.read_bytes())


def integer(data, offset, form="<q"):
    return struct.unpack_from(form, data, offset)[0]


def flip(path, offset):
    data = content(path)
    data[offset] ^= 1
    path.write_bytes(data)


def zeroed(path, offset, length):
    data = content(path)
    data[offset:offset + length] = bytes(length)
    path.write_bytes(data)


def footer(path):
    """Offset of the footer of a sealed segment."""
    data = content(path)
    return len(data) - TRAILER - integer(data, len(data) - TRAILER)


@pytest.fixture(scope="module")
def grown(imported, sample, tmp_path_factory):
    """Two imports, so that one segment is sealed and the other has resume marks."""
    ledger = imported.copy(tmp_path_factory.mktemp("grown") / "data")
    ledger.take(sample)
    return ledger


@pytest.mark.parametrize("name", ["blank", "small", "grown"])
def test_the_reader_tells_the_same_records_and_the_same_root(name, request):
    ledger = request.getfixturevalue(name)
    answer = read(ledger.log, "--records")
    assert answer.code == 0, answer.err
    told = [json.loads(line) for line in answer.out.splitlines()]
    events = [json.loads(line) for line in ledger.text("events", "-o", "jsonl").splitlines()]
    assert [facts(row) for row in told] == [
        (row["sequence"], row["recordedAt"], row.get("occurredAt", row["recordedAt"]), row["type"])
        for row in events]
    verified = ledger.ask("verify")
    assert answer.err == f"{verified['records']} records, root {verified['root']}\n"
    assert len(told) == verified["records"]


def facts(row):
    """What `events` says of a record, from what the reader says."""
    recorded = row["recorded"]
    happened = row["origin"]["happened"] if "origin" in row else recorded
    body, = row.keys() - {"sequence", "recorded", "origin", "actor"}
    return row["sequence"], shown(recorded), shown(happened), body.replace("_", ".", 1)


def shown(microseconds):
    seconds, rest = divmod(int(microseconds), 1_000_000)
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%S}.{rest:06}Z"


def test_the_fixtures_have_every_form_a_segment_can_have(grown, small):
    assert [integer(content(path), FLAGS, "<H") for path in grown.segments()] == [1, 1, 1, 0]
    for path in (grown.segments()[-1], small.segments()[0]):
        assert any(block.is_followed_by_mark for block in log_format.blocks(path))


def test_a_record_is_told_with_the_names_of_the_schema(imported):
    rows = map(json.loads, read(imported.log).out.splitlines())
    created = next(row for row in rows if "key_created" in row)
    assert created["origin"]["source"] == "HISTORY_SOURCE_CLOUDTRAIL"
    assert created["key_created"]["kind"].startswith("KEY_KIND_")


PLACES = {
    "a segment's version": lambda path: 8,
    "the zeros of a segment's header": lambda path: 300,
    "a block's header": lambda path: log_format.blocks(path)[0].offset + SEQUENCE,
    "a block's payload": lambda path: log_format.blocks(path)[0].offset + BLOCK_HEADER,
    "a block's end mark": lambda path: log_format.blocks(path)[1].offset - 1,
    "the last block's header": lambda path: log_format.blocks(path)[-1].offset,
    "a resume mark": lambda path: content(path).index(b"KRSM") + MARK - 1,
    "what follows a clean stop": lambda path: content(path).rindex(b"KBLK") + 5000,
    "the last byte": lambda path: path.stat().st_size - 1,
}
SEALED_PLACES = {
    "a sealed block": lambda path: 20_000,
    "a sealed block's end mark": lambda path: footer(path) - 1,
    "the index": lambda path: footer(path) + INDEX + ENTRY - 1,
    "the tree after": lambda path: path.stat().st_size - TRAILER - DIGEST - 1,
    "the footer's digest": lambda path: path.stat().st_size - TRAILER - 1,
    "the trailer": lambda path: path.stat().st_size - 1,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_flipped_bit_is_found(place, grown, tmp_path):
    ledger = grown.copy(tmp_path / "data")
    path = ledger.segments()[-1]
    flip(path, PLACES[place](path))
    refused(ledger.log, path.name)


@pytest.mark.parametrize("place", SEALED_PLACES)
def test_a_flipped_bit_in_a_sealed_segment_is_found(place, stratus):
    path = stratus.segments()[0]
    flip(path, SEALED_PLACES[place](path))
    refused(stratus.log, path.name)


@pytest.mark.parametrize("line", [1, 2], ids=["size", "root"])
def test_a_checkpoint_of_another_log_is_found(line, shipped):
    path = shipped.log / "checkpoint"
    flip(path, len(b"".join(path.read_bytes().splitlines(True)[:line])))
    refused(shipped.log, "checkpoint")


def test_records_missing_at_the_end_are_found_by_the_checkpoint(shipped):
    path = shipped.segments()[0]
    last = log_format.blocks(path)[-1].offset
    zeroed(path, last, path.stat().st_size - last)
    refused(shipped.log, "checkpoint")


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_a_missing_segment_is_found(which, stratus):
    stratus.segments()[which].unlink()
    refused(stratus.log)


def test_a_segment_of_another_log_is_found(stratus, shipped):
    shutil.copy(shipped.segments()[0], stratus.segments()[0])
    refused(stratus.log)


def tear(ledger):
    """Leaves the log as a crash does: the largest block is the last one, and its second sector was
    not written. Returns the segment and the block."""
    path = ledger.segments()[-1]
    blocks = log_format.blocks(path)
    torn = max(blocks, key=lambda block: block.fields[7])
    assert torn.fields[7] > 4 * SECTOR
    end = torn.offset + BLOCK_HEADER + torn.fields[7] + 1
    zeroed(path, end, path.stat().st_size - end)
    zeroed(path, (torn.offset // SECTOR + 1) * SECTOR, SECTOR)
    return path, torn


def test_a_torn_tail_is_told_and_is_no_error(shipped):
    path, torn = tear(shipped)
    refused(shipped.log, "checkpoint")
    (shipped.log / "checkpoint").unlink()
    answer = read(shipped.log, "--root-only")
    assert answer.code == 0, answer.err
    assert answer.lines[0].startswith(f"torn tail: {path.name}, offset {torn.offset}")
    assert answer.lines[1].startswith(f"{torn.first} records, root ")


def test_a_bad_block_with_another_behind_it_is_not_torn(shipped):
    (shipped.log / "checkpoint").unlink()
    path = shipped.segments()[0]
    bad = max(log_format.blocks(path)[:-1], key=lambda block: block.fields[7])
    zeroed(path, (bad.offset // SECTOR + 1) * SECTOR, SECTOR)
    refused(shipped.log, path.name)


def test_a_segment_that_was_being_begun_holds_nothing(shipped):
    whole = read(shipped.log, "--root-only")
    begun = shipped.log / f"{int(whole.err.split()[0]):020}.klog"
    begun.write_bytes(bytes(SMALL_SEGMENT))
    assert read(shipped.log, "--root-only") == whole


def test_a_segment_that_was_begun_before_a_crash_is_gone_on_with(shipped, incident):
    """It has a header and no block, and what comes first is recorded at another time than meant."""
    size, root = shipped.ask("verify")["records"], shipped.ask("verify")["root"]
    header = content(shipped.segments()[-1])[:SECTOR]
    struct.pack_into("<Q", header, FIRST_SEQUENCE, size)
    header[ROOT_BEFORE:TIME] = base64.b64decode(root)
    begun = shipped.log / f"{size:020}.klog"
    begun.write_bytes(signed(header) + bytes(SMALL_SEGMENT - SECTOR))
    assert shipped.ask("verify")["records"] == size
    shipped.take(incident)
    assert begun in shipped.segments()
    assert shipped.ask("verify")["verdict"] == "ok"
    assert read(shipped.log, "--root-only").code == 0


def signed(header):
    """A segment's header with the checksum it must have."""
    header[-4:] = struct.pack("<I", log_format.crc32c(header[:-4]))
    return header


def forge_header(path, offset, byte):
    data = content(path)
    data[offset] ^= byte
    path.write_bytes(signed(data[:SECTOR]) + data[SECTOR:])


def forge_block(path, changes):
    """Changes numbers in the header of the largest block, and whatever states or covers them."""
    data, blocks = content(path), log_format.blocks(path)
    which = max(range(len(blocks)), key=lambda place: (place > 0, len(blocks[place].records)))
    header = blocks[which].offset
    for field, change in changes.items():
        number = struct.pack("<q", change(integer(data, header + field)))
        data[header + field:header + field + 8] = number
        if data[FLAGS]:
            entry = footer(path) + INDEX + which * ENTRY + field + ENTRY_BEHIND_HEADER
            data[entry:entry + 8] = number
    salted = data[log_format.SALT] + data[header:header + CHECKSUM]
    struct.pack_into("<I", data, header + CHECKSUM, log_format.crc32c(salted))
    if data[FLAGS]:
        end = len(data) - TRAILER - DIGEST
        data[end:end + DIGEST] = hashlib.sha256(data[footer(path):end]).digest()
    path.write_bytes(data)


FORGERIES = {
    "a summary of 0": {SUMMARY: lambda old: 0},
    "a summary with a bit more": {SUMMARY: lambda old: old | 1},
    "a least time in 1970": {LEAST: lambda old: 0},
    "a greatest time in 1970": {LEAST: lambda old: 0, GREATEST: lambda old: 0},
    "an earlier first record": {FIRST: lambda old: old - 1},
    "a later first record": {FIRST: lambda old: old + 1},
    "an earlier last record": {LAST: lambda old: old - 1},
    "a later last record": {LAST: lambda old: old + 1},
    "earlier records": {FIRST: lambda old: old - 1, LAST: lambda old: old - 1},
    "later records": {FIRST: lambda old: old + 1, LAST: lambda old: old + 1},
}


@pytest.mark.parametrize("what", FORGERIES)
@pytest.mark.parametrize("which", [1, -1], ids=["sealed", "active"])
def test_a_forged_block_header_is_found_by_both(which, what, stratus):
    path = stratus.segments()[which]
    forge_block(path, FORGERIES[what])
    refused_by_both(stratus, path)


@pytest.mark.parametrize("offset", [12, 96, 507, 48, TIME], ids=[
    "reserved", "first of the zeros", "last of the zeros", "capacity", "time"])
@pytest.mark.parametrize("which", [1, -1], ids=["sealed", "active"])
def test_a_forged_segment_header_is_found_by_both(which, offset, stratus):
    path = stratus.segments()[which]
    forge_header(path, offset, 1)
    refused_by_both(stratus, path)
