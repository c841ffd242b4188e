"""A full disk: nothing lost, the spare segment used up first, the rest once there is space."""

import os
import shutil

import pytest

from ledger import SMALL_SEGMENT, Ledger
from test_order import answers
from test_tamper import used

DISK = 4096
"""KiB; what a data directory with small segments and the whole incident in it needs, and more."""

ROOM = 8192
"""Bytes left free for the vault, whose new keys must be durable before the block that uses them."""


def filled(place, left):
    """Fills a file system but for so many bytes."""
    with (place / "filler").open("wb") as filler:
        free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
        filler.write(bytes(max(0, free - left)))
    return place / "filler"


def events_of(ledger):
    return ledger.text("events", "-o", "jsonl").splitlines()


@pytest.fixture
def undisturbed(imported):
    return answers(imported)


@pytest.mark.parametrize("left", [0, ROOM, SMALL_SEGMENT, 2 * SMALL_SEGMENT])
def test_a_disk_that_fills_during_an_import_loses_nothing(
        blank, incident, undisturbed, tmpfs, left):
    place = tmpfs(DISK)
    ledger = blank.copy(place / "data", is_sparse=False)
    first = sorted(incident.glob("*.json"))
    ledger.take(*first[:3])
    before = events_of(ledger)
    filler = filled(place, left)

    full = ledger.run("import", "cloudtrail", incident)
    assert full.code == 1, full
    assert "No space left" in full.err or "disk is full" in full.err, full
    assert len([line for line in full.lines if line.startswith("keyledger:")]) == 1
    assert ledger.ask("verify")["verdict"] == "ok"
    kept = events_of(ledger)
    assert kept[:len(before)] == before

    filler.unlink()
    ledger.take(incident)
    assert events_of(ledger)[:len(kept)] == kept
    told = answers(ledger)
    for question, answer in undisturbed.items():
        assert told[question] == answer, question
    assert ledger.ask("verify")["verdict"] == "ok"


@pytest.mark.parametrize("left", [0, ROOM])
def test_the_spare_segment_is_used_up_before_a_full_disk_stops_the_writer(
        blank, incident, tmpfs, left):
    place = tmpfs(DISK)
    ledger = blank.copy(place / "data", is_sparse=False)
    size = ledger.segments()[0].stat().st_size
    assert (ledger.log / "spare").stat().st_size == size
    filled(place, left)
    ledger.fails(1, "import", "cloudtrail", incident)
    assert not (ledger.log / "spare").exists()
    assert len(ledger.segments()) == 2
    assert ledger.ask("verify")["verdict"] == "ok"
    assert used(ledger.segments()[-1]) > 0.9 * size


@pytest.mark.parametrize("is_new", [False, True],
                         ids=["state as it was", "state empty"])
def test_no_room_for_projection_and_snapshots_does_not_stop_the_writer(
        blank, incident, undisturbed, tmpfs, tmp_path, is_new):
    ledger = blank.copy(tmp_path / "data")
    state = ledger.path / "state"
    state.rename(tmp_path / "state")
    place = tmpfs(128, state)
    if not is_new:
        shutil.copytree(tmp_path / "state", place, dirs_exist_ok=True)
    filled(place, 4096)
    assert ledger.take(incident)["added"] == 2900
    assert answers(ledger) == undisturbed
    assert ledger.ask("verify")["verdict"] == "ok"


def test_readers_answer_on_a_full_disk(blank, sample, tmpfs):
    place = tmpfs(DISK)
    ledger = blank.copy(place / "data", is_sparse=False)
    ledger.take(sample)
    filled(place, 0)
    for question in (["keys", "list"], ["events"], ["usage"], ["state"], ["verify"], ["replay"],
                     ["keys", "list", "--as-of", "2025-03-04T12:10:00Z"]):
        assert ledger.ask(*question) is not None
    whole = ledger.text("export", "usage")
    assert whole == ledger.text("export", "usage")


def test_init_on_a_full_disk_says_so(program, tmpfs):
    place = tmpfs(DISK)
    filled(place, 8192)
    answer = Ledger(program, place / "data").fails(1, "init", "--segment-size", SMALL_SEGMENT)
    assert "space" in answer.err.lower() and len(answer.lines) == 1
