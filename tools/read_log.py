#!/usr/bin/env python3
"""Reads and checks a keyledger log that nobody writes to, knowing only the files in schemas/.

Prints the records as JSON lines, and their number and the tree's root on stderr. Where the log
breaks a rule, says so and where, and ends with 1. Signatures are left to tools for signed notes.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import tempfile
from pathlib import Path

import lz4.block
from google.protobuf import descriptor_pb2, json_format, message, message_factory
from grpc_tools import protoc

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
SECTOR, BLOCK_LIMIT, HEAD = 512, 526_437, 76  # bytes; the last is a block's header
SEALED, STOP, END_MARK = 1, 1, b"\xa5"
SEGMENT, BLOCK = struct.Struct("<8sHHI16s8sQQ32sq412x"), struct.Struct("<4sHBBQIII4sqqqqQ")
FOOTER, ENTRY, TRAILER = map(struct.Struct, ("<4sHHIII", "<QQIqqqqQ", "<Q8s"))
CRC_TABLE = range(256)
for _ in range(8):  # bits of a byte; the constant is Castagnoli's polynomial, reflected
    CRC_TABLE = [crc >> 1 ^ 0x82F63B78 * (crc & 1) for crc in CRC_TABLE]


def require(holds, path, offset, rule):
    if not holds:
        sys.exit(f"read_log: {path.name}, offset {offset}: expected {rule}")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[crc & 0xFF ^ byte] ^ crc >> 8
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def is_header(data, at, salt):
    checksum = data[at + BLOCK.size:at + HEAD]
    return data.startswith(b"KBLK", at) and crc32c(salt + data[at:at + BLOCK.size]) == checksum


class Log:
    """One pass over a log. What follows from the records is made anew, and compared."""
    def __init__(self, directory):
        self.directory, self.note = Path(directory), Path(directory) / "checkpoint"
        self.id, self.recorded, self.signed = None, -2**63, (0, b"")
        self.size, self.peaks = 0, []  # of the tree: records, and roots of its perfect subtrees
        with tempfile.NamedTemporaryFile() as schema:
            protoc.main(["", f"-I{SCHEMAS}", f"-o{schema.name}", "event.proto"])
            files = descriptor_pb2.FileDescriptorSet.FromString(schema.read())
        self.Event = message_factory.GetMessages(files.file)["keyledger.v1.Event"]

    def events(self):
        """(sequence, event) of every record."""
        if self.note.exists():
            note = re.match(rb".+\n(\d+)\n([\w+/]{43}=)\n\n", self.note.read_bytes())
            require(note, self.note, 0, "origin, size and root")
            self.signed = int(note[1]), base64.b64decode(note[2])
        paths = [path for path in sorted(self.directory.glob("[0-9]" * 20 + ".klog"))
                 if path.read_bytes().strip(b"\0")]  # Others were being begun, and hold nothing.
        require(paths, self.directory, 0, "a segment")
        for path in paths:
            yield from self.segment(path, path is paths[-1])
        require(self.signed[0] <= self.size, self.note, 0, f"no more than {self.size} records")

    def segment(self, path, is_last):
        data, before = path.read_bytes().ljust(SECTOR, b"\0"), self.tree_range()
        _, _, flags, _, log, salt, _, capacity, _, time = SEGMENT.unpack_from(data)
        self.id, sealed = self.id or log, flags & SEALED
        header = SEGMENT.pack(b"KLEDGSEG", 1, sealed, 0, self.id, salt, self.size, capacity,
                              self.root(), time)
        require(data[:SECTOR] == header + crc32c(header), path, 0, "the header that must be here")
        require(capacity >= 65_536 and capacity % SECTOR == 0 and (sealed or capacity == len(data)),
                path, 48, "a capacity, which is the size of the file")
        offset, end, index, stopped = SECTOR, len(data.rstrip(b"\0")), b"", 0
        while offset < end and not (sealed and data.startswith(b"KFTR", offset)):
            require(not stopped, path, offset, "a resume mark, or zeros behind a clean stop")
            fields = BLOCK.unpack(data[offset:offset + BLOCK.size].ljust(BLOCK.size, b"\0"))
            stop = offset + HEAD + fields[7] + len(END_MARK)
            payload = data[offset + HEAD:stop]
            if not is_header(data, offset, salt) or crc32c(salt + payload) != fields[8]:
                stop = stop if is_header(data, offset, salt) else max(end, offset + HEAD)
                cuts = [offset, *range(offset - offset % SECTOR + SECTOR, stop, SECTOR), stop]
                zero = any(not any(data[one:two]) for one, two in zip(cuts, cuts[1:]))
                require(zero and is_last and not sealed and end <= stop <= offset + BLOCK_LIMIT
                        and not any(is_header(data, at, salt) for at in range(offset + 1, end)),
                        path, offset, "a block, or zeros to the end")
                print(f"torn tail: {path.name}, offset {offset}, left out", file=sys.stderr)
                return
            require(index or not self.size or time == fields[9], path, 88, f"the time {fields[9]}")
            index += ENTRY.pack(self.size, offset, fields[5], *fields[9:])
            yield from self.block(path, offset, fields, payload)
            offset, stopped = stop, fields[3] & STOP
            mark = struct.pack("<4sQ", b"KRSM", self.size)
            mark = bytes(-offset % 16) + mark + crc32c(salt + mark)
            if stopped and data.startswith(mark, offset):
                offset, stopped = offset + len(mark), 0
        if sealed:
            after, count = self.tree_range(), len(index) // ENTRY.size
            footer = FOOTER.pack(b"KFTR", 1, 0, count, len(before), len(after)) + index
            footer += before + after + sha256(footer, before, after)
            trailer = TRAILER.pack(len(footer), b"KLEDGEND")
            require(data[offset:] == footer + trailer, path, offset, "the footer of these blocks")

    def block(self, path, offset, fields, payload):
        """(sequence, event) of each record of a block, once its header is what they make it."""
        _, _, codec, flags, _, count, length, stored, crc, *_ = fields
        require(payload.endswith(END_MARK) and 0 < count <= 8_192 and length <= 524_288
                and stored <= 526_360, path, offset, "an end mark, and counts within the limits")
        first, events, summary, at = self.size, [], 0, 0
        try:
            raw = lz4.block.decompress(payload[:-1], length) if codec else payload[:-1]
            while at < len(raw):
                begin, at = at + 2, at + 2 + int.from_bytes(raw[at:at + 2], "little")
                events.append(event := self.Event.FromString(raw[begin:at]))
                summary |= 1 << event.DESCRIPTOR.fields_by_name[event.WhichOneof("body")].number
                self.append(raw[begin:at])
            times = [self.recorded] + [event.recorded for event in events]
            happened = [e.origin.happened if e.HasField("origin") else e.recorded for e in events]
            header = (b"KBLK", 1, bool(codec), flags & STOP, first, len(events), at, stored, crc,
                      times[1], times[-1], min(happened), max(happened), summary)
        except (lz4.block.LZ4BlockError, message.DecodeError, LookupError) as problem:
            require(False, path, offset, f"records, not: {problem}")
        require(fields == header and at == len(raw), path, offset, f"{header}, not {fields}")
        require(times == sorted(times), path, offset + 32, "recorded times that do not decrease")
        self.recorded = times[-1]
        return enumerate(events, first)

    def append(self, record):
        node, size = sha256(b"\0", record), self.size
        while size & 1:
            node, size = sha256(b"\1", self.peaks.pop(), node), size >> 1
        self.peaks.append(node)
        self.size += 1
        if self.size == self.signed[0]:
            require(self.root() == self.signed[1], self.note, 0, "the root of as many records")

    def root(self):
        root = self.peaks[-1] if self.peaks else sha256()
        for peak in self.peaks[-2::-1]:
            root = sha256(b"\1", peak, root)
        return root

    def tree_range(self):
        return struct.pack("<QQ", 0, self.size) + b"".join(self.peaks)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", metavar="LOG_DIR", help="the log/ of a data directory, or a copy")
    parser.add_argument("--root-only", action="store_true", help="check all, list nothing")
    parser.add_argument("--records", action="store_true", help="list the records (the default)")
    asked = parser.parse_args()
    log = Log(asked.log)
    for sequence, event in log.events():
        if not asked.root_only:
            told = json_format.MessageToDict(event, preserving_proto_field_name=True)
            print(json.dumps({"sequence": sequence} | told))
    print(f"{log.size} records, root {base64.b64encode(log.root()).decode()}", file=sys.stderr)
