#!/usr/bin/env python3
"""Reads and checks a keyledger log, knowing only schemas/log-format.md and schemas/event.proto.

Prints the records as JSON lines, then their number and the tree's root on stderr. Ends with 1, and
one line that names file and offset, where the log breaks a rule. It is for a log that nobody
writes to, or a copy. The signature of the checkpoint is left to the tools for signed notes.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import tempfile
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from pathlib import Path

import lz4.block
from google.protobuf import descriptor_pb2, json_format, message, message_factory
from grpc_tools import protoc

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
SECTOR = 512  # bytes; also the length of a segment's header
RECORDS_LIMIT, RAW_LIMIT, STORED_LIMIT = 8_192, 524_288, 526_360
SEALED, STOP = 1, 1  # flags of a segment and of a block
END_MARK = b"\xa5"
SEGMENT, FOOTER = struct.Struct("<8sHHI16s8sQQ32sq412sI"), struct.Struct("<4sHHIII")
BLOCK, ENTRY = struct.Struct("<4sHBBQIIIIqqqqQI"), struct.Struct("<QQIqqqqQ")
MARK, TRAILER = struct.Struct("<4sQI"), struct.Struct("<Q8s")
BLOCK_LIMIT = BLOCK.size + STORED_LIMIT + len(END_MARK)
Segment = namedtuple("Segment", "magic version flags zero log salt first capacity root time zeros crc")
Block = namedtuple("Block", "magic version codec flags sequence count raw stored payload_crc "
                            "first last least greatest summary crc")
CRC_TABLE = range(256)
for _ in range(8):  # bits of a byte; the constant is Castagnoli's polynomial, reflected
    CRC_TABLE = [crc >> 1 ^ 0x82F63B78 * (crc & 1) for crc in CRC_TABLE]


class Damage(Exception):
    """What is wrong, and where."""


def require(holds, path, offset, rule):
    if not holds:
        raise Damage(f"{path.name}, offset {offset}: expected {rule}")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[crc & 0xFF ^ byte] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def event_class():
    with tempfile.NamedTemporaryFile() as compiled:
        if protoc.main(["", f"-I{SCHEMAS}", f"-o{compiled.name}", "event.proto"]):
            sys.exit("read_log: schemas/event.proto does not compile")
        schema = descriptor_pb2.FileDescriptorSet.FromString(Path(compiled.name).read_bytes())
    return message_factory.GetMessages(schema.file)["keyledger.v1.Event"]


class Log:
    """One pass over a log: every record is checked, then told."""

    def __init__(self, directory):
        self.directory, self.Event, self.id, self.torn = Path(directory), event_class(), None, None
        self.size, self.peaks = 0, []  # of the tree: records, and roots of its perfect subtrees
        self.recorded = -2**63  # µs: the last record's time

    def events(self):
        """(sequence, event) of every record."""
        paths = sorted(path for path in self.directory.iterdir()
                       if re.fullmatch(r"\d{20}\.klog", path.name))
        if len(paths) > 1 and not paths[-1].read_bytes().strip(b"\0"):
            paths.pop()  # It was being begun, and holds nothing.
        require(paths, self.directory, 0, "a segment")
        place, signed, root, found = self.directory / "checkpoint", 0, None, self.root()
        if place.exists():
            signed, root = checkpoint(place)
        for path in paths:
            for sequence, event in self.segment(path, path is paths[-1]):
                found = self.root() if self.size == signed else found
                yield sequence, event
        require(signed <= self.size, place, 0, f"no more than the {self.size} records here: {signed}")
        require(root in (None, found), place, 0, f"the root of the first {signed} records")

    def segment(self, path, is_last):
        data, before = path.read_bytes(), self.range()
        header = self.segment_header(path, data)
        if header.flags & SEALED:
            length, magic = TRAILER.unpack(data[-TRAILER.size:])
            end = len(data) - TRAILER.size - length
            require(magic == b"KLEDGEND" and end >= SECTOR, path, len(data) - 16, "a trailer")
            data, footer = data[:end], data[end:]
        else:
            end, footer = len(data.rstrip(b"\0")), None
            require(len(data) == header.capacity, path, 48, f"the file's size, {len(data)}")
        offset, index, stopped = SECTOR, [], False
        while offset < end:
            require(not stopped, path, offset, "only zeros behind a clean stop")
            try:
                block, records = self.block(path, data, offset, header.salt)
            except Damage:
                if footer is None and is_last and self.is_torn(data, offset, end, header.salt):
                    self.torn = f"{path.name}, offset {offset}: {end - offset} bytes left out"
                    return
                raise
            require(index or not header.first or header.time == block.first, path, 88,
                    f"the time of the first record, {block.first}")
            index.append(ENTRY.pack(block.sequence, offset, block.count, *block[9:14]))
            yield from self.contents(path, offset, block, records)
            offset += BLOCK.size + block.stored + len(END_MARK)
            if stopped := block.flags & STOP:
                start = offset + -offset % MARK.align if False else offset + -offset % 16
                mark = struct.pack("<4sQ", b"KRSM", self.size)
                mark += struct.pack("<I", crc32c(header.salt + mark))
                if data[offset:start + MARK.size] == bytes(start - offset) + mark:
                    offset, stopped = start + MARK.size, False
        if footer is not None:
            after = self.range()
            expected = FOOTER.pack(b"KFTR", 1, 0, len(index), len(before), len(after))
            expected += b"".join(index) + before + after
            expected += sha256(expected)
            expected += TRAILER.pack(len(expected), b"KLEDGEND")
            require(footer == expected, path, end, "the footer of these blocks")
