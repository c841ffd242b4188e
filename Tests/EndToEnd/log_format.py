"""A reader and a forger of segments, after schemas/log-format.md."""

import struct
from dataclasses import dataclass, replace

import lz4.block

SECTOR = 512
MARK = struct.Struct("<4sQI")
BLOCK = struct.Struct("<4sHBBQIIIIqqqqQ")
CHECKSUM = struct.Struct("<I")
VERSION = struct.Struct("<H")
VERSION_AT = 8
SALT = slice(32, 40)
HEADER_CHECKSUM_AT = SECTOR - CHECKSUM.size
END = b"\xa5"
TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(content):
    value = 0xFFFFFFFF
    for byte in content:
        value = value >> 8 ^ TABLE[value & 0xFF ^ byte]
    return value ^ 0xFFFFFFFF


@dataclass(frozen=True)
class Block:
    """A block's place, the fields of its header, and its records."""

    offset: int
    fields: tuple
    records: tuple
    is_followed_by_mark: bool

    @property
    def first(self):
        return self.fields[4]


def blocks(path):
    """The blocks of a segment."""
    content, found, offset = path.read_bytes(), [], SECTOR
    while content[offset:offset + 4] == b"KBLK":
        fields = BLOCK.unpack_from(content, offset)
        start = offset + BLOCK.size + CHECKSUM.size
        stored = content[start:start + fields[7]]
        raw = lz4.block.decompress(stored, uncompressed_size=fields[6]) if fields[2] else stored
        end = start + len(stored) + len(END)
        mark = end + -end % 16
        is_marked = content[mark:mark + 4] == b"KRSM"
        found.append(Block(offset, fields, tuple(split(raw)), is_marked))
        offset = mark + MARK.size if is_marked else end
    return found


def split(raw):
    """Records, each behind its length in two bytes."""
    place = 0
    while place < len(raw):
        length, = VERSION.unpack_from(raw, place)
        yield raw[place + 2:place + 2 + length]
        place += 2 + length


def records(log):
    """All records of a log directory in their order."""
    return [record for path in sorted(log.glob("*.klog")) for block in blocks(path)
            for record in block.records]


def rewrite(path, change):
    """Writes a segment that is not sealed anew: its blocks changed, every checksum right."""
    old = path.read_bytes()
    salt, out = old[SALT], bytearray(old[:SECTOR])
    for block in map(change, blocks(path)):
        out += encoded(block, salt)
        if block.is_followed_by_mark:
            out += bytes(-len(out) % 16)
            mark = struct.pack("<4sQ", b"KRSM", block.first + len(block.records))
            out += mark + CHECKSUM.pack(crc32c(salt + mark))
    path.write_bytes(out + bytes(len(old) - len(out)))


def encoded(block, salt):
    raw = b"".join(VERSION.pack(len(record)) + record for record in block.records)
    stored = lz4.block.compress(raw, store_size=False)
    magic, version, _, flags, first, *_, began, ended, least, most, summary = block.fields
    payload = CHECKSUM.unpack(CHECKSUM.pack(crc32c(salt + stored + END)))
    header = BLOCK.pack(magic, version, 1, flags, first, len(block.records), len(raw),
                        len(stored), *payload, began, ended, least, most, summary)
    return header + CHECKSUM.pack(crc32c(salt + header)) + stored + END


def changed(block, sequence, edit):
    """The block with one record edited, if it holds that record."""
    place = sequence - block.first
    if not 0 <= place < len(block.records):
        return block
    kept = list(block.records)
    kept[place] = edit(kept[place])
    return replace(block, records=tuple(kept))


def make_newer(path):
    """Raises the format version of a segment's header, with the right checksum."""
    content = bytearray(path.read_bytes())
    version, = VERSION.unpack_from(content, VERSION_AT)
    VERSION.pack_into(content, VERSION_AT, version + 1)
    CHECKSUM.pack_into(content, HEADER_CHECKSUM_AT, crc32c(content[:HEADER_CHECKSUM_AT]))
    path.write_bytes(content)
