"""tools/read_log.py, written from schemas/ alone, reads the same log and finds what is changed."""

import json
import shutil
import struct
import subprocess
import sys

import pytest

from conftest import ROOT
from ledger import PATIENCE, Answer, Ledger, copied

READER = ROOT / "tools/read_log.py"
SECTOR = 512
BLOCK_HEADER = 76  # bytes
FOOTER_HEAD, INDEX_ENTRY, TRAILER = 20, 60, 16  # bytes


def read(log, *options):
    done = subprocess.run(
        [sys.executable, str(READER), str(log), *options], capture_output=True, timeout=PATIENCE)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def accepted(log):
    answer = read(log, "--root-only")
    assert answer.code == 0, answer.err
    return answer


def refused(log, said=""):
    """The one line with which the reader refuses a log."""
    answer = read(log, "--root-only")
    assert answer.code == 1, f"exit {answer.code}: {answer.err}"
    assert len(answer.lines) == 1 and ", offset " in answer.err, answer.err
    assert said in answer.err
    return answer.err


def blocks(segment):
    """Offset and length of each block of a segment that is not sealed."""
    data, offset = segment.read_bytes(), SECTOR
    while data[offset:offset + 4] in (b"KBLK", b"KRSM"):
        if data[offset:offset + 4] == b"KRSM":
            offset += 16
            continue
        length = BLOCK_HEADER + struct.unpack_from("<I", data, offset + 24)[0] + 1
        yield offset, length
        offset += length
        if data[offset:offset + 4] != b"KBLK":
            offset = -(-offset // 16) * 16


def footer(segment):
    """Offset of the footer of a sealed segment."""
    data = segment.read_bytes()
    return len(data) - TRAILER - struct.unpack_from("<Q", data, len(data) - TRAILER)[0]


def write(path, offset, new):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(new)


def flip(path, offset):
    write(path, offset, bytes([path.read_bytes()[offset] ^ 1]))


@pytest.fixture(scope="module")
def usual(program, incident, tmp_path_factory):
    """The incident in one segment of the usual size."""
    ledger = Ledger(program, tmp_path_factory.mktemp("usual") / "data")
    ledger.text("init")
    ledger.take(incident)
    return ledger


@pytest.fixture(scope="module")
def grown(imported, sample, tmp_path_factory):
    """Two imports, so that one segment is sealed and the other has resume marks."""
    ledger = imported.copy(tmp_path_factory.mktemp("grown") / "data")
    ledger.take(sample)
    return ledger


@pytest.mark.parametrize("name", ["blank", "small", "imported", "usual", "grown"])
def test_the_reader_tells_the_same_records_and_the_same_root(name, request):
    ledger = request.getfixturevalue(name)
    answer = read(ledger.log, "--records")
    assert answer.code == 0, answer.err
    told = [json.loads(line) for line in answer.out.splitlines()]
    events = [json.loads(line) for line in ledger.text("events", "-o", "jsonl").splitlines()]
    assert [common(row) for row in told] == [common(row) for row in events]
    verified = ledger.ask("verify")
    assert answer.err == f"{verified['records']} records, root {verified['root']}\n"
    assert len(told) == verified["records"]


def common(row):
    happened = row.get("occurredAt", row["recordedAt"])
    return row["sequence"], row["recordedAt"], happened, row["type"]


def test_the_fixtures_have_every_form_a_segment_can_have(usual, grown, small):
    flags = [struct.unpack_from("<H", path.read_bytes(), 10)[0] for path in grown.segments()]
    assert flags[0] == 1 and flags[-1] == 0
    for segment in (usual.segments()[0], grown.segments()[-1], small.segments()[0]):
        assert b"KRSM" in segment.read_bytes()


def test_a_record_is_told_with_the_names_of_the_schema(imported):
    rows = map(json.loads, read(imported.log).out.splitlines())
    created = next(row for row in rows if row["type"] == "key.created")
    assert created["event"]["origin"]["source"] == "HISTORY_SOURCE_CLOUDTRAIL"
    assert created["event"]["key_created"]["kind"].startswith("KEY_KIND_")


HEADER_PLACES = {
    "magic": 0, "version": 8, "flags": 10, "reserved": 12, "log id": 16, "salt": 32,
    "first sequence": 40, "capacity": 48, "root before": 56, "recorded time": 88, "zeros": 300,
    "checksum": 508}
BLOCK_PLACES = {
    "magic": 0, "version": 4, "codec": 6, "flags": 7, "sequence": 8, "records": 16,
    "raw length": 20, "stored length": 24, "payload checksum": 28, "first time": 32,
    "last time": 40, "least time": 48, "greatest time": 56, "summary": 64, "checksum": 72, "payload": 76}


@pytest.mark.parametrize("place", HEADER_PLACES)
def test_a_flipped_byte_in_a_segment_header_is_found(place, shipped):
    flip(shipped.segments()[0], HEADER_PLACES[place])
    refused(shipped.log, shipped.segments()[0].name)


@pytest.mark.parametrize("place", BLOCK_PLACES)
def test_a_flipped_byte_in_a_block_is_found(place, shipped):
    segment = shipped.segments()[0]
    offset, _ = list(blocks(segment))[2]
    flip(segment, offset + BLOCK_PLACES[place])
    refused(shipped.log, segment.name)


@pytest.mark.parametrize("place", BLOCK_PLACES)
def test_a_flipped_byte_in_the_last_block_is_not_taken_for_a_torn_tail(place, shipped):
    (shipped.log / "checkpoint").unlink()
    segment = shipped.segments()[0]
    offset, _ = list(blocks(segment))[-1]
    flip(segment, offset + BLOCK_PLACES[place])
    refused(shipped.log, segment.name)


def test_a_flipped_end_mark_is_found(shipped):
    segment = shipped.segments()[0]
    offset, length = next(blocks(segment))
    flip(segment, offset + length - 1)
    refused(shipped.log, segment.name)


@pytest.mark.parametrize("back", [1, 4, 8, 16], ids=["sum", "more of it", "sequence", "magic"])
def test_a_flipped_byte_in_a_resume_mark_is_found(back, shipped):
    segment = shipped.segments()[0]
    mark = segment.read_bytes().index(b"KRSM")
    flip(segment, mark + 16 - back)
    refused(shipped.log, segment.name)


@pytest.mark.parametrize("distance", [0, 1000, 10_000])
def test_a_byte_behind_a_clean_stop_is_found(distance, shipped):
    segment = shipped.segments()[0]
    offset, length = list(blocks(segment))[-1]
    flip(segment, offset + length + distance)
    refused(shipped.log, "behind a clean stop")


def test_the_last_byte_of_the_zeros_is_looked_at(usual, tmp_path):
    ledger = usual.copy(tmp_path / "data")
    segment = ledger.segments()[0]
    flip(segment, segment.stat().st_size - 1)
    refused(ledger.log, segment.name)


FOOTER_PLACES = {
    "magic": 0, "version": 4, "reserved": 6, "number of blocks": 8, "length before": 12,
    "length after": 16, "index": FOOTER_HEAD + 3, "summary": FOOTER_HEAD + INDEX_ENTRY - 1,
    "range before": FOOTER_HEAD + INDEX_ENTRY, "range after": FOOTER_HEAD + INDEX_ENTRY + 40,
    "digest": -TRAILER - 1, "trailer's length": -TRAILER, "trailer's magic": -1}


@pytest.mark.parametrize("place", FOOTER_PLACES)
def test_a_flipped_byte_in_a_footer_is_found(place, stratus):
    segment = stratus.segments()[0]
    at = FOOTER_PLACES[place]
    flip(segment, segment.stat().st_size + at if at < 0 else footer(segment) + at)
    refused(stratus.log, segment.name)


@pytest.mark.parametrize("place", ["header", "payload", "end mark"])
def test_a_flipped_byte_in_a_sealed_block_is_found(place, stratus):
    segment = stratus.segments()[0]
    at = {"header": SECTOR + 64, "payload": 20_000, "end mark": footer(segment) - 1}
    flip(segment, at[place])
    refused(stratus.log, segment.name)


def test_a_flipped_byte_in_a_spare_is_found(stratus):
    flip(stratus.log / "spare", 5000)
    refused(stratus.log, "spare, offset 5000")


@pytest.mark.parametrize("line", [1, 2], ids=["size", "root"])
def test_a_checkpoint_of_another_log_is_found(line, shipped):
    path = shipped.log / "checkpoint"
    flip(path, len(b"".join(path.read_bytes().splitlines(True)[:line])))
    refused(shipped.log, "checkpoint")


def test_records_missing_at_the_end_are_found_by_the_checkpoint(shipped):
    segment = shipped.segments()[0]
    offset, length = list(blocks(segment))[-1]
    write(segment, offset, bytes(length))
    refused(shipped.log, "checkpoint")


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_a_missing_segment_is_found(which, stratus):
    stratus.segments()[which].unlink()
    refused(stratus.log)


def test_a_segment_of_another_log_is_found(stratus, usual, tmp_path):
    shutil.copy(usual.segments()[0], stratus.segments()[0])
    refused(stratus.log)


def torn(ledger, sector=1):
    """Leaves the log as a crash does: the last block has a sector that was not written. Returns
    the segment, the block's offset, and how many records are whole."""
    segment = ledger.segments()[-1]
    offset, length = max(blocks(segment), key=lambda block: block[1])
    assert length > 4 * SECTOR
    whole, = struct.unpack_from("<Q", segment.read_bytes(), offset + 8)
    write(segment, offset + length, bytes(segment.stat().st_size - offset - length))
    write(segment, (offset // SECTOR + sector) * SECTOR, bytes(SECTOR))
    return segment, offset, whole


@pytest.mark.parametrize("sector", [1, 2])
def test_a_torn_tail_is_told_and_is_no_error(sector, shipped):
    (shipped.log / "checkpoint").unlink()
    segment, offset, whole = torn(shipped, sector)
    answer = accepted(shipped.log)
    assert answer.lines[0].startswith(f"torn tail: {segment.name}, offset {offset}: ")
    assert answer.lines[1].startswith(f"{whole} records, root ")


def test_a_torn_tail_below_the_checkpoint_is_loss(shipped):
    torn(shipped)
    refused(shipped.log, "checkpoint")


def test_a_bad_block_with_a_later_one_behind_it_is_not_torn(shipped):
    segment = shipped.segments()[0]
    offset, length = max(blocks(segment), key=lambda block: block[1])
    write(segment, (offset // SECTOR + 1) * SECTOR, bytes(SECTOR))
    (shipped.log / "checkpoint").unlink()
    refused(shipped.log, segment.name)


def test_an_empty_segment_that_was_being_begun_holds_nothing(shipped):
    whole = accepted(shipped.log).err
    records = int(whole.split()[0])
    begun = shipped.log / f"{records:020}.klog"
    begun.write_bytes(bytes(65536))
    assert accepted(shipped.log).err == whole
    begun.rename(shipped.log / f"{records + 1:020}.klog")
    refused(shipped.log, f"{records + 1:020}.klog")


def test_a_copy_of_the_log_alone_is_enough(imported, tmp_path):
    assert accepted(copied(imported.log, tmp_path / "log")).err == accepted(imported.log).err
