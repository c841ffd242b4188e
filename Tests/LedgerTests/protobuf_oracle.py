#!/usr/bin/env python3
"""The official protobuf library as the judge of the codec written by hand.

  check   SCHEMA RECORDS            every record parses without unknown fields and serializes to
                                    its own bytes
  make    SCHEMA SEED COUNT PLAIN DISGUISED
                                    random events of every type; DISGUISED holds the same with
                                    unknown fields, fields out of order and lists not packed
  compare SCHEMA PLAIN RECORDS      both hold the same messages

A file of records holds each with its length in front, four bytes, little-endian. Exit status:
0 equal, 1 different (told on standard output), 3 a module is missing.
"""

import os
import random
import struct
import sys
import tempfile

try:
    from google.protobuf import message as protobuf_message
    from google.protobuf import unknown_fields
    from google.protobuf.descriptor import FieldDescriptor as Field
    from grpc_tools import protoc
except ImportError as error:
    print(f"missing module: {error.name}")
    sys.exit(3)

VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5
# Lengths the schema's prose fixes: keyed hashes of 16 bytes, HMAC-SHA256 of 32.
BYTE_COUNTS = {
    "tag": 16, "idempotency": 16, "request_hash": 16, "session": 16, "task": 16, "hash": 32,
}
MAX_REPORTED = 10


def load(schema):
    """The module that protoc makes of the schema."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["protoc", f"-I{os.path.dirname(schema)}", f"--python_out={folder}", schema]
        if protoc.main(arguments) != 0:
            sys.exit(f"protoc refuses {schema}")
        sys.path.insert(0, folder)
        sys.dont_write_bytecode = True
        import event_pb2

        return event_pb2


def read_records(path):
    with open(path, "rb") as file:
        data = file.read()
    records, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        records.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return records


def write_records(path, records):
    with open(path, "wb") as file:
        for record in records:
            file.write(struct.pack("<I", len(record)) + record)


def has_unknown(message):
    if len(unknown_fields.UnknownFieldSet(message)) > 0:
        return True
    for field, value in message.ListFields():
        if field.type == Field.TYPE_MESSAGE:
            for element in value if field.is_repeated else [value]:
                if has_unknown(element):
                    return True
    return False


def check(schema, path):
    event_type = load(schema).Event
    problems = []
    records = read_records(path)
    for at, record in enumerate(records):
        event = event_type()
        try:
            event.ParseFromString(record)
        except protobuf_message.DecodeError as error:
            problems.append(f"record {at} does not parse ({error}): {record.hex()}")
            continue
        again = event.SerializeToString(deterministic=True)
        if event.WhichOneof("body") is None:
            problems.append(f"record {at} holds no event: {record.hex()}")
        elif has_unknown(event):
            problems.append(f"record {at} holds unknown fields: {record.hex()}")
        elif again != record:
            problems.append(f"record {at} is {record.hex()}, protobuf writes {again.hex()}")
    return report(problems, len(records))


def compare(schema, plain_path, path):
    event_type = load(schema).Event
    plain, records = read_records(plain_path), read_records(path)
    problems = []
    if len(plain) != len(records):
        problems.append(f"{len(plain)} records became {len(records)}")
    for at, (before, after) in enumerate(zip(plain, records)):
        expected, got = event_type.FromString(before), event_type.FromString(after)
        if expected != got:
            problems.append(f"record {at} was {expected}, became {got}")
    return report(problems, len(records))


def report(problems, count):
    for problem in problems[:MAX_REPORTED]:
        print(problem)
    print(f"{count} records, {len(problems)} different")
    return 1 if problems else 0


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self, field):
        choose = self.random.choice
        if field.type == Field.TYPE_BOOL:
            return choose([False, True])
        if field.type == Field.TYPE_ENUM:
            return choose([value.number for value in field.enum_type.values])
        if field.type == Field.TYPE_UINT32:
            return choose([0, 1, 127, 128, 1 << 21, 2**32 - 1, self.random.getrandbits(32)])
        if field.type in (Field.TYPE_UINT64, Field.TYPE_FIXED64):
            return choose([0, 1, 128, 2**63, 2**64 - 1, self.random.getrandbits(64)])
        if field.type == Field.TYPE_INT64:
            return choose([0, 1, -1, 2**63 - 1, -(2**63), self.random.getrandbits(62)])
        if field.type == Field.TYPE_STRING:
            return choose(["", "a", "ключ 🔑", "\0", "x" * 300, "e\u0301"])
        if field.type == Field.TYPE_BYTES:
            count = BYTE_COUNTS.get(field.name, self.random.randrange(200))
            return self.random.randbytes(count)
        sys.exit(f"{field.full_name} has a type this script does not make")

    def fill(self, message):
        for field in message.DESCRIPTOR.fields:
            if field.containing_oneof is not None and field.containing_oneof.name == "body":
                continue
            if self.random.random() < 0.4:
                continue
            if field.is_repeated:
                for _ in range(self.random.randrange(6)):
                    values = getattr(message, field.name)
                    if field.type == Field.TYPE_MESSAGE:
                        self.fill(values.add())
                    else:
                        values.append(self.scalar(field))
            elif field.type == Field.TYPE_MESSAGE:
                inner = getattr(message, field.name)
                inner.SetInParent()
                self.fill(inner)
            else:
                setattr(message, field.name, self.scalar(field))

    def unknown(self):
        """A field of a number the schema does not use, of any wire type but groups."""
        number = self.random.choice([100, 1_000, 18_999, 2**29 - 1])
        kind = self.random.choice([VARINT, FIXED64, DELIMITED, FIXED32])
        tag = varint(number << 3 | kind)
        if kind == VARINT:
            return tag + varint(self.random.getrandbits(self.random.choice([7, 35, 64])))
        if kind == FIXED64:
            return tag + self.random.randbytes(8)
        if kind == FIXED32:
            return tag + self.random.randbytes(4)
        content = self.random.randbytes(self.random.randrange(150))
        return tag + varint(len(content)) + content

    def disguise(self, message):
        """The bytes of the message as an unkind writer might give them."""
        fields = []
        for field, value in message.ListFields():
            chunks = []
            for element in value if field.is_repeated else [value]:
                chunks.append(self.field(message, field, element))
            if is_packable(field) and self.random.random() < 0.5:
                packed = b"".join(varint(element) for element in value)
                chunks = [varint(field.number << 3 | DELIMITED) + varint(len(packed)) + packed]
            fields.append(chunks)
        fields += [[self.unknown()] for _ in range(self.random.randrange(3))]
        result = []
        while fields:
            # Elements of one list keep their order; everything else is mixed.
            chunks = self.random.choice(fields)
            result.append(chunks.pop(0))
            fields = [left for left in fields if left]
        return b"".join(result)

    def field(self, message, field, value):
        if field.type == Field.TYPE_MESSAGE:
            content = self.disguise(value)
            return varint(field.number << 3 | DELIMITED) + varint(len(content)) + content
        if field.is_repeated and is_packable(field):
            return varint(field.number << 3 | VARINT) + varint(value)
        single = type(message)()
        if field.is_repeated:
            getattr(single, field.name).append(value)
        else:
            setattr(single, field.name, value)
        return single.SerializeToString()


def is_packable(field):
    return field.is_repeated and field.type in (Field.TYPE_UINT32, Field.TYPE_UINT64)


def varint(value):
    result = bytearray()
    while value >= 0x80:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def make(schema, seed, count, plain_path, disguised_path):
    event_type = load(schema).Event
    maker = Maker(int(seed))
    plain, disguised = [], []
    for body in event_type.DESCRIPTOR.oneofs_by_name["body"].fields:
        for _ in range(int(count)):
            event = event_type()
            maker.fill(event)
            inner = getattr(event, body.name)
            inner.SetInParent()
            maker.fill(inner)
            bytes_ = event.SerializeToString(deterministic=True)
            for form in (bytes_, maker.disguise(event)):
                if event_type.FromString(form).WhichOneof("body") != body.name:
                    sys.exit(f"{form.hex()} is not a {body.name}")
                plain.append(bytes_)
                disguised.append(form)
    write_records(plain_path, plain)
    write_records(disguised_path, disguised)
    return 0


if __name__ == "__main__":
    commands = {"check": check, "make": make, "compare": compare}
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
