#!/usr/bin/env python3
"""Reads and checks a keyledger log, knowing only schemas/log-format.md and schemas/event.proto.

Prints the records as JSON lines, and the number of records and the tree's root on stderr. Ends
with 1, and one line that names file and offset, where the log breaks a rule. It is for a log that
nobody writes to, or a copy. Signatures of the checkpoint are not checked: any tool for signed
notes does that.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import signal
import struct
import sys
import tempfile
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from pathlib import Path

import lz4.block
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from grpc_tools import protoc

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
SECTOR = 512  # bytes; also the length of a segment's header
RECORDS_LIMIT, RAW_LIMIT, STORED_LIMIT = 8_192, 524_288, 526_360
SEALED, STOP = 1, 1  # flags of a segment and of a block
END_MARK = b"\xa5"

SEGMENT = struct.Struct("<8sHHI16s8sQQ32sq412sI")
Segment = namedtuple("Segment", "magic version flags zero log salt first capacity root recorded "
                                "zeros crc")
BLOCK = struct.Struct("<4sHBBQIIIIqqqqQI")
Block = namedtuple("Block", "magic version codec flags sequence records raw stored payload_crc "
                            "first last least greatest summary crc")
MARK = struct.Struct("<4sQI")
FOOTER = struct.Struct("<4sHHIII")
ENTRY = struct.Struct("<QQIqqqqQ")
TRAILER = struct.Struct("<Q8s")
BLOCK_LIMIT = BLOCK.size + STORED_LIMIT + len(END_MARK)


class Damage(Exception):
    """What is wrong, and at which offset of which file."""

    def __init__(self, path, offset, problem):
        super().__init__(f"{path.name}, offset {offset}: {problem}")


CRC_TABLE = range(256)
for _ in range(8):  # bits of a byte; the constant is Castagnoli's polynomial, reflected
    CRC_TABLE = [crc >> 1 ^ 0x82F63B78 * (crc & 1) for crc in CRC_TABLE]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[crc & 0xFF ^ byte] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def event_class():
    """The message `Event`, from the schema."""
    with tempfile.TemporaryDirectory() as place:
        compiled = Path(place) / "event.binpb"
        if protoc.main(["protoc", f"-I{SCHEMAS}", f"--descriptor_set_out={compiled}",
                        "event.proto"]):
            sys.exit("read_log: schemas/event.proto does not compile")
        files = descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("keyledger.v1.Event"))


class Tree:
    """RFC 6962; `peaks` are the roots of the perfect subtrees, largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, record):
        node, size = sha256(b"\0", record), self.size
        while size & 1:
            node, size = sha256(b"\1", self.peaks.pop(), node), size >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256()
        *left, root = self.peaks
        for peak in reversed(left):
            root = sha256(b"\1", peak, root)
        return root

    def compact_range(self):
        return struct.pack("<QQ", 0, self.size) + b"".join(self.peaks)


class Log:
    """One pass over a log: every record is checked, then told."""

    def __init__(self, directory):
        self.directory, self.Event, self.tree = Path(directory), event_class(), Tree()
        self.log, self.recorded, self.torn = None, -2**63, None
        self.checkpoint = self.read_checkpoint()

    def read_checkpoint(self):
        """(path, size, root, offset of the root), if there is one."""
        path = self.directory / "checkpoint"
        if not path.exists():
            return None
        note = re.fullmatch(rb"[^\n]+\n(0|[1-9]\d*)\n([A-Za-z0-9+/]{43}=)\n\n"
                            rb"(?:\xe2\x80\x94 \S+ [A-Za-z0-9+/]+=*\n)+", path.read_bytes())
        if not note:
            raise Damage(path, 0, "this is no signed checkpoint")
        return path, int(note[1]), base64.b64decode(note[2]), note.start(2)

    def records(self):
        """(sequence, event) of the whole log."""
        self.check_root()
        paths = sorted(path for path in self.directory.iterdir()
                       if re.fullmatch(r"\d{20}\.klog", path.name))
        for path in self.directory.iterdir():
            if re.fullmatch(r"spare(\.\d+)?", path.name):
                check_spare(path)
        if not paths:
            raise Damage(self.directory, 0, "no segment")
        begun = paths.pop() if len(paths) > 1 and not any_byte(paths[-1].read_bytes()) else None
        for path in paths:
            yield from self.segment(path, path.read_bytes(), path is paths[-1])
        if begun and int(begun.stem) != self.tree.size:
            raise Damage(begun, 0, f"an empty segment, where {self.tree.size} must follow")
        if self.checkpoint and self.checkpoint[1] > self.tree.size:
            path, size, *_ = self.checkpoint
            raise Damage(path, 0, f"{size} records are signed, {self.tree.size} are here")

    def segment(self, path, data, is_last):
        header = self.segment_header(path, data)
        sealed = header.flags & SEALED
        if not sealed and len(data) != header.capacity:
            raise Damage(path, 48, f"capacity {header.capacity}, but {len(data)} bytes")
        before = self.tree.compact_range()
        end = footer_offset(path, data) if sealed else len(data.rstrip(b"\0"))
        blocks = data[:end] if sealed else data
        offset, index, stopped = SECTOR, [], False
        while offset < end:
            if stopped:
                raise Damage(path, offset, "bytes behind a clean stop, and no resume mark")
            try:
                block, records = self.block(path, blocks, offset, header.salt)
            except Damage as damage:
                if sealed or not is_last:
                    raise
                self.judge_tail(path, data, offset, end, header.salt, damage)
                break
            if not index and header.first and header.recorded != block.first:
                raise Damage(path, 88, "not the recorded time of the first record")
            index.append(ENTRY.pack(block.sequence, offset, block.records, block.first,
                                    block.last, block.least, block.greatest, block.summary))
            yield from self.take(path, offset, records, block)
            offset += BLOCK.size + block.stored + len(END_MARK)
            if block.flags & STOP:
                resumed = self.resume(blocks, offset, header.salt)
                offset, stopped = resumed or offset, not resumed
        if sealed:
            self.check_footer(path, data, end, index, before)

    def segment_header(self, path, data):
        if len(data) < SECTOR:
            raise Damage(path, 0, f"{len(data)} bytes hold no segment header")
        header = Segment(*SEGMENT.unpack(data[:SECTOR]))
        self.log = self.log or header.log
        for offset, holds, rule in (
            (0, header.magic == b"KLEDGSEG", "the magic of a segment is not here"),
            (508, header.crc == crc32c(data[:508]), "the header has another checksum"),
            (8, header.version == 1, f"format version {header.version}; this program reads 1"),
            (10, header.flags in (0, SEALED), "an unknown flag"),
            (12, header.zero == 0, "not zero"),
            (16, header.log == self.log, "a segment of another log"),
            (40, header.first == int(path.stem) == self.tree.size,
             f"first sequence {header.first}, expected {self.tree.size} as in the name"),
            (48, header.capacity % SECTOR == 0 and header.capacity >= 65_536, "a bad capacity"),
            (56, header.root == self.tree.root(), "not the root of the records before"),
            (96, not any_byte(header.zeros), "not zero"),
        ):
            if not holds:
                raise Damage(path, offset, rule)
        return header

    def is_allowed(self, block):
        return (block.version == 1 and block.codec in (0, 1) and block.flags in (0, STOP)
                and 1 <= block.records <= RECORDS_LIMIT and block.raw <= RAW_LIMIT
                and block.stored <= STORED_LIMIT and (block.codec or block.stored == block.raw)
                and block.first <= block.last and block.least <= block.greatest
                and block.sequence == self.tree.size)

    def block(self, path, data, offset, salt):
        """(header, records) of a good block."""
        block = block_header(data, offset, salt)
        if not block:
            raise Damage(path, offset, "no good header of a block")
        if not self.is_allowed(block):
            raise Damage(path, offset, f"a field that is not allowed: {block}; "
                                       f"sequence {self.tree.size} was expected")
        begin = offset + BLOCK.size
        end = begin + block.stored
        if data[end:end + 1] != END_MARK:
            raise Damage(path, end, "no end mark of a block")
        if block.payload_crc != crc32c(salt + data[begin:end + 1]):
            raise Damage(path, begin, "the payload has another checksum")
        return block, unpacked(path, begin, data[begin:end], block)

    def take(self, path, offset, records, block):
        """(sequence, event) of each record of a good block, once its times are those stated."""
        events = []
        for record in records:
            try:
                events.append(self.Event.FromString(record))
            except DecodeError:
                raise Damage(path, offset, f"record {self.tree.size} is no Event") from None
            if not events[-1].WhichOneof("body"):
                raise Damage(path, offset, f"record {self.tree.size} has no body that is known")
            self.tree.append(record)
            self.check_root()
        times = [event.recorded for event in events]
        happened = [event.origin.happened if event.HasField("origin") else event.recorded
                    for event in events]
        for field, stated, found in (
            (32, block.first, times[0]), (40, block.last, times[-1]),
            (48, block.least, min(happened)), (56, block.greatest, max(happened)),
        ):
            if stated != found:
                raise Damage(path, offset + field, f"time {stated}, but the records say {found}")
        if sorted([self.recorded, *times]) != [self.recorded, *times]:
            raise Damage(path, offset, "recorded times go back")
        self.recorded = times[-1]
        yield from enumerate(events, block.sequence)

    def check_root(self):
        if self.checkpoint and self.checkpoint[1] == self.tree.size:
            path, size, root, offset = self.checkpoint
            if root != self.tree.root():
                raise Damage(path, offset, f"not the root of the first {size} records")

    def resume(self, data, offset, salt):
        """The offset behind the resume mark, or None without one."""
        begin = -(-offset // 16) * 16
        mark = data[begin:begin + MARK.size]
        body = struct.pack("<4sQ", b"KRSM", self.tree.size)
        good = mark == body + struct.pack("<I", crc32c(salt + body))
        return begin + MARK.size if good and not any_byte(data[offset:begin]) else None

    def judge_tail(self, path, data, offset, end, salt, damage):
        """A torn tail is told; everything else that is not a good block is damage."""
        later = offset
        while (later := data.find(b"KBLK", later + 1)) >= 0:
            other = block_header(data, later, salt)
            if other and other.sequence >= self.tree.size:
                raise damage
        extent = max(end - offset, BLOCK.size)
        if block := block_header(data, offset, salt):
            extent = BLOCK.size + block.stored + len(END_MARK)
            if not self.is_allowed(block) or offset + extent < end:
                raise damage
        if (extent > BLOCK_LIMIT or offset + extent > len(data)
                or not has_zero_sector(data, offset, offset + extent)):
            raise damage
        self.torn = f"{path.name}, offset {offset}: a torn block, {end - offset} bytes left out"

    def check_footer(self, path, data, offset, index, before):
        after = self.tree.compact_range()
        head = FOOTER.pack(b"KFTR", 1, 0, len(index), len(before), len(after))
        footer = head + b"".join(index) + before + after
        footer += sha256(footer)
        footer += TRAILER.pack(len(footer), b"KLEDGEND")
        if data[offset:] != footer:
            same = os.path.commonprefix([data[offset:], footer])
            raise Damage(path, offset + len(same), "the footer is not that of the blocks")


def footer_offset(path, data):
    end = len(data) - TRAILER.size
    length, magic = TRAILER.unpack(data[-TRAILER.size:])
    if magic != b"KLEDGEND" or length > end - SECTOR:
        raise Damage(path, max(end, 0), "no trailer of a sealed segment")
    return end - length


def check_spare(path):
    data = path.read_bytes()
    header, crc = data[:SECTOR - 4], data[SECTOR - 4:SECTOR]
    prepared = any_byte(header) and crc == struct.pack("<I", crc32c(header))
    rest = data[SECTOR if prepared else 0:].lstrip(b"\0")
    if rest:
        raise Damage(path, len(data) - len(rest), "a byte that is not zero in a spare")


def any_byte(data):
    return data.count(0) != len(data)


def has_zero_sector(data, begin, end):
    """Whether some sector of the file, clipped to the extent, is all zero."""
    cuts = [begin, *range((begin // SECTOR + 1) * SECTOR, end, SECTOR), end]
    return not all(any_byte(data[one:other]) for one, other in zip(cuts, cuts[1:]))


def block_header(data, offset, salt):
    """None unless it has the magic and a right checksum."""
    raw = data[offset:offset + BLOCK.size]
    if len(raw) < BLOCK.size or not raw.startswith(b"KBLK"):
        return None
    block = Block(*BLOCK.unpack(raw))
    return block if block.crc == crc32c(salt + raw[:-4]) else None


def unpacked(path, offset, payload, block):
    """The records of a payload, exactly as many as the header states."""
    try:
        raw = lz4.block.decompress(payload, block.raw) if block.codec else payload
    except lz4.block.LZ4BlockError:
        raise Damage(path, offset, "the payload is no LZ4 block") from None
    records, at = [], 0
    while at + 2 <= len(raw):
        begin = at + 2
        at = begin + int.from_bytes(raw[at:begin], "little")
        records.append(raw[begin:at])
    if not at == len(raw) == block.raw or len(records) != block.records:
        raise Damage(path, offset, f"the payload is not {block.records} records")
    return records


def shown(microseconds):
    time = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=microseconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def line(sequence, event):
    told = {"sequence": sequence, "recordedAt": shown(event.recorded)}
    if event.HasField("origin"):
        told["occurredAt"] = shown(event.origin.happened)
    told["type"] = event.WhichOneof("body").replace("_", ".", 1)
    told["event"] = MessageToDict(event, preserving_proto_field_name=True,
                                  always_print_fields_with_no_presence=True)
    return json.dumps(told, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", metavar="LOG_DIR", help="the log/ of a data directory, or a copy")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--root-only", action="store_true", help="check all, list nothing")
    what.add_argument("--records", action="store_true", help="list the records (the default)")
    asked = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        log = Log(asked.log)
        for sequence, event in log.records():
            if not asked.root_only:
                print(line(sequence, event))
    except (Damage, OSError) as problem:
        sys.stdout.flush()
        print(f"read_log: {problem}", file=sys.stderr)
        return 1
    if log.torn:
        print(f"torn tail: {log.torn}", file=sys.stderr)
    root = base64.b64encode(log.tree.root()).decode()
    print(f"{log.tree.size} records, root {root}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
