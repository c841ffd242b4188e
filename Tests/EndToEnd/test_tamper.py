"""Whatever is changed in a log, `verify` exits 3 and names the file and the place."""

import json
import random
import shutil
from dataclasses import replace

import pytest

import log_format
from ledger import Ledger, hashes, side_by_side

SEED = 3
FLIPS_OF_A_REGION = 30


@pytest.fixture(scope="module")
def pair(imported, tmp_path_factory):
    """Two copies of the log alone, so that two verifications run at a time."""
    place = tmp_path_factory.mktemp("pair")
    copies = []
    for name in ("a", "b"):
        (place / name).mkdir()
        shutil.copytree(imported.log, place / name / "log")
        copies.append(Ledger(imported.program, place / name))
    return copies


def regions(log):
    """Where a bit can be flipped: (file name, first byte, byte after the last)."""
    segments = sorted(log.glob("*.klog"))
    found = {}
    for path, kind in [(segments[0], "first sealed"), (segments[-1], "active")]:
        size = path.stat().st_size
        found[f"the header of the {kind} segment"] = (path.name, 0, log_format.SECTOR)
        end = size - log_format.SECTOR if kind == "first sealed" else used(path)
        found[f"the blocks of the {kind} segment"] = (path.name, log_format.SECTOR, end)
        found[f"what follows the blocks of the {kind} segment"] = (path.name, end, size)
        found[f"the last bytes of the {kind} segment"] = (path.name, size - 16, size)
    found["the spare segment"] = ("spare", 0, (log / "spare").stat().st_size)
    found["the checkpoint"] = ("checkpoint", 0, (log / "checkpoint").stat().st_size)
    found["the public key"] = ("log.vkey", 0, (log / "log.vkey").stat().st_size)
    return found


def used(path):
    """Bytes of a segment up to the last that is not zero."""
    return len(path.read_bytes().rstrip(b"\0"))


REGIONS = [
    *(f"{part} of the {kind} segment" for kind in ("first sealed", "active")
      for part in ("the header", "the blocks", "what follows the blocks", "the last bytes")),
    "the spare segment", "the checkpoint", "the public key"]


def test_there_are_sealed_segments_and_an_active_one(imported):
    assert len(imported.segments()) > 2
    assert set(regions(imported.log)) == set(REGIONS)
    assert {path.stat().st_size for path in imported.segments()[-1:]} == {65536}


@pytest.mark.parametrize("where", REGIONS)
def test_one_flipped_bit_is_found_and_its_file_named(pair, where):
    name, start, end = regions(pair[0].log)[where]
    chance = random.Random(f"{SEED} {where}")
    places = [(chance.randrange(start, end), 1 << chance.randrange(8))
              for _ in range(FLIPS_OF_A_REGION)]
    places += [(start, 1), (end - 1, 128)]

    def verified(half):
        ledger = pair[half]
        return [flipped(ledger, name, *place) for place in places[half::2]]

    for answers in side_by_side(verified, range(2)):
        for (place, bit), answer in answers:
            assert answer.code == 3, f"{name} byte {place} bit {bit}: {answer}"
            problems = json.loads(answer.out)["problems"]
            assert [problem for problem in problems if named(problem, name, place)], (
                f"{name} byte {place} bit {bit}: {problems}")


def named(problem, name, place):
    """The problem is in this file, and not in a sector after the byte that was changed."""
    offset = problem["offset"]
    return (problem["file"].endswith(name) and problem["problem"]
            and (offset is None or 0 <= offset - offset % log_format.SECTOR <= place))


def flipped(ledger, name, place, bit):
    """The answer of `verify` while one bit is another."""
    path = ledger.log / name
    flip(path, place, bit)
    answer = ledger.run("verify", "-o", "json")
    flip(path, place, bit)
    return (place, bit), answer


def flip(path, place, bit):
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ bit]))


def test_after_every_bit_was_put_back_the_log_is_as_it_was(pair):
    for ledger in pair:
        assert ledger.ask("verify")["verdict"] == "ok"


def test_a_flipped_bit_is_found_in_a_whole_data_directory_too(stratus):
    before = hashes(stratus.log)
    for path in stratus.segments()[:1] + stratus.segments()[-1:]:
        flip(path, 3000, 16)
        found = stratus.fails(3, "verify", "-o", "json")
        assert path.name in found.out
        flip(path, 3000, 16)
    assert hashes(stratus.log) == before


def test_a_problem_says_the_file_the_offset_the_sequence_and_the_reason(stratus):
    path = stratus.segments()[0]
    flip(path, path.stat().st_size // 2, 1)
    report = json.loads(stratus.fails(3, "verify", "-o", "json").out)
    assert report["verdict"] == "tampered"
    problem = report["problems"][0]
    assert {"file", "offset", "sequence", "problem"} <= set(problem)
    assert isinstance(problem["offset"], int) and isinstance(problem["sequence"], int)
    assert 0 <= problem["sequence"] < 3600


def test_a_flipped_bit_is_refused_by_a_writer_who_changes_nothing(stratus, sample):
    flip(stratus.segments()[-1], 3000, 1)
    before = hashes(stratus.log)
    answer = stratus.fails(3, "import", "cloudtrail", sample)
    assert stratus.segments()[-1].name in answer.err
    assert hashes(stratus.log) == before


def problems(ledger, *codes):
    answer = ledger.run("verify", "-o", "json")
    assert answer.code in codes, answer
    return json.loads(answer.out)["problems"]


def problem_files(ledger, *codes):
    return " ".join(problem["file"] for problem in problems(ledger, *codes))


def first_sequence(path):
    """The sequence that a segment begins with, which is its name."""
    return int(path.stem)


def is_named(problems, sequence):
    """One of the problems says that records are missing from this sequence on."""
    return [problem for problem in problems if problem["sequence"] == sequence
            and "missing" in problem["problem"]]


@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_removed_segment_is_found(stratus, which):
    path = stratus.segments()[which]
    path.unlink()
    assert is_named(problems(stratus, 3), first_sequence(path))


@pytest.mark.parametrize("which", [0, -1])
@pytest.mark.parametrize("length", [0, 100, 4096, 20000])
def test_a_truncated_segment_is_found(stratus, which, length):
    path = stratus.segments()[which]
    with path.open("r+b") as file:
        file.truncate(length)
    assert problem_files(stratus, 3) != ""


@pytest.mark.parametrize("part", [0, 0.01, 0.3, 0.99])
def test_an_active_segment_overwritten_with_zeros_to_its_end_is_found(stratus, part):
    path = stratus.segments()[-1]
    size, kept = path.stat().st_size, int(used(path) * part)
    with path.open("r+b") as file:
        file.seek(kept)
        file.write(bytes(size - kept))
    found = problems(stratus, 3)
    assert [problem for problem in found if problem["sequence"] >= first_sequence(path)]


def test_bytes_after_the_end_of_a_segment_are_found(stratus):
    for path in (stratus.segments()[0], stratus.segments()[-1]):
        size = path.stat().st_size
        with path.open("ab") as file:
            file.write(b"x")
        assert path.name in problem_files(stratus, 3)
        with path.open("r+b") as file:
            file.truncate(size)
    assert stratus.ask("verify")["verdict"] == "ok"


def test_two_swapped_segments_are_found(stratus):
    first, second = stratus.segments()[:2]
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)
    assert problem_files(stratus, 3) != ""


@pytest.fixture
def earlier(blank, incident, tmp_path):
    """A log after some files, its copy, and the same log after all of them."""
    ledger = blank.copy(tmp_path / "whole")
    ledger.take(*sorted(incident.glob("*.json"))[:20])
    copy = ledger.copy(tmp_path / "copy")
    ledger.take(incident)
    return ledger, copy


def test_an_older_copy_of_the_log_with_the_newer_checkpoint_is_found(earlier):
    now, then = earlier
    shutil.copy(now.log / "checkpoint", then.log / "checkpoint")
    shutil.rmtree(then.path / "state")
    assert problem_files(then, 3) != ""


def test_an_older_copy_of_the_log_with_the_newer_state_is_found(earlier):
    now, then = earlier
    shutil.rmtree(now.log)
    shutil.copytree(then.log, now.log)
    answer = now.run("verify", "-o", "json")
    assert answer.code == 3, answer


def test_the_newer_log_with_the_older_checkpoint_says_how_much_is_signed(earlier):
    now, then = earlier
    shutil.copy(then.log / "checkpoint", now.log / "checkpoint")
    report = json.loads(now.run("verify", "-o", "json").out)
    assert report["signedRecords"] < report["records"]


def test_the_checkpoint_of_another_log_is_found(stratus, shipped):
    shutil.copy(shipped.log / "checkpoint", stratus.log / "checkpoint")
    assert "checkpoint" in problem_files(stratus, 3)


def test_the_checkpoint_and_public_key_of_another_log_are_found(stratus, shipped):
    for name in ("checkpoint", "log.vkey"):
        shutil.copy(shipped.log / name, stratus.log / name)
    assert problem_files(stratus, 3) != ""


@pytest.mark.parametrize("name", ["checkpoint", "log.vkey"])
def test_a_missing_checkpoint_or_public_key_is_not_ok(stratus, name):
    (stratus.log / name).unlink()
    assert stratus.run("verify").code in (1, 3, 7)


def test_a_segment_of_another_log_is_found(stratus, shipped):
    path = stratus.segments()[0]
    shutil.copy(shipped.segments()[0], path)
    assert problem_files(stratus, 3) != ""


SEQUENCE = 3400
"""Of a record in the active segment."""


def flip_last_bit(record):
    return record[:-1] + bytes([record[-1] ^ 1])


def swap(block):
    return replace(block, records=(block.records[1], block.records[0], *block.records[2:]))


FORGERIES = {
    "nothing": lambda block: block,
    "one bit of a record": lambda block: log_format.changed(block, SEQUENCE, flip_last_bit),
    "a record twice as long": lambda block: log_format.changed(
        block, SEQUENCE, lambda old: 2 * old),
    "an empty record": lambda block: log_format.changed(block, SEQUENCE, lambda old: b""),
    "the order of two records": lambda block: swap(block) if len(block.records) > 9 else block,
    "the recorded time of a block": lambda block: replace(
        block, fields=(*block.fields[:9], block.fields[9] - 1, *block.fields[10:])),
    "the summary of a block": lambda block: replace(
        block, fields=(*block.fields[:13], block.fields[13] ^ 1)),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forgery_with_every_checksum_right_is_found(stratus, what):
    log_format.rewrite(stratus.segments()[-1], FORGERIES[what])
    assert stratus.run("verify").code == (0 if what == "nothing" else 3)
