"""kill -9 in the middle of an import: it opens again, resumes, and ends with the same output."""

import random
import shutil
import signal
import time

import pytest

import oracle
from ledger import SMALL_SEGMENT, Ledger, side_by_side
from test_order import answers

SEED = 9
KILLS = 50
KILLS_OF_A_LEDGER = 3


@pytest.fixture(scope="module")
def undisturbed(imported):
    return answers(imported)


@pytest.fixture(scope="module")
def duration(blank, incident, tmp_path_factory):
    """Seconds an import takes here from its start to its end."""
    ledger = blank.copy(tmp_path_factory.mktemp("timed") / "data")
    started = time.monotonic()
    ledger.take(incident)
    return time.monotonic() - started


def killed(process, seconds):
    """Kills a process so long after its start; whether it was still there to be killed."""
    time.sleep(seconds)
    process.kill()
    _, said = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode == -signal.SIGKILL


def records(ledger):
    answer = ledger.ask("verify")
    assert answer["verdict"] == "ok" and answer["problems"] == []
    return answer["records"]


def test_an_import_killed_at_random_moments_ends_with_the_same_output(
        blank, incident, undisturbed, duration, tmp_path):
    def disturbed(number):
        chance = random.Random(f"{SEED} {number}")
        ledger = blank.copy(tmp_path / f"{number}")
        kills, size = 0, 0
        for _ in range(KILLS_OF_A_LEDGER):
            process = ledger.start("import", "cloudtrail", incident)
            kills += killed(process, chance.uniform(0, duration))
            was, size = size, records(ledger)
            assert size >= was, "records were lost"
        ledger.take(incident)
        assert records(ledger) >= size
        for question, answer in answers(ledger).items():
            assert undisturbed[question] == answer, f"ledger {number}: {question}"
        shutil.rmtree(ledger.path)
        return kills

    number = kills = 0
    while kills < KILLS:
        kills += sum(side_by_side(disturbed, (number, number + 1)))
        number += 2


def test_after_a_kill_every_request_is_recorded_once_and_none_is_made_up(
        blank, incident, duration, tmp_path):
    history = {event["eventID"] for event in oracle.read(incident)}
    for number, part in enumerate((0.4, 0.6, 0.8)):
        ledger = blank.copy(tmp_path / f"{number}")
        killed(ledger.start("import", "cloudtrail", incident), part * duration)
        ids = [row["sourceId"] for row in ledger.ask("events", "--type", "request.decided")]
        assert len(ids) == len(set(ids)) and set(ids) <= history
        summary = ledger.take(incident)
        assert (summary["added"], summary["known"]) == (2900 - len(ids), len(ids))


@pytest.mark.parametrize("behind", [1, 300])
def test_a_published_size_that_lags_behind_the_log_does_not_stop_the_next_writer(
        killed_once, incident, undisturbed, behind):
    """A kill between a block's fdatasync and the publishing of its size leaves it so."""
    path = killed_once.path / "state" / "durable"
    size = killed_once.ask("verify")["records"]
    path.write_bytes((size - behind).to_bytes(8, "little"))
    assert killed_once.ask("verify")["records"] == size
    killed_once.take(incident)
    assert answers(killed_once) == undisturbed


@pytest.fixture
def killed_once(blank, incident, duration, tmp_path):
    """A ledger whose import was killed after more than 300 records."""
    for number in range(20):
        ledger = blank.copy(tmp_path / f"{number}")
        if killed(ledger.start("import", "cloudtrail", incident), 0.5 * duration):
            if ledger.ask("verify")["records"] > 400:
                return ledger
    pytest.fail("no import could be killed half way")


def test_an_init_killed_at_random_moments_leaves_a_ledger_or_says_what_is_in_the_way(
        program, tmp_path):
    chance = random.Random(SEED)
    for number in range(10):
        ledger = Ledger(program, tmp_path / f"{number}")
        killed(ledger.start("init", "--segment-size", SMALL_SEGMENT), chance.uniform(0, 0.12))
        again = ledger.run("init", "--segment-size", SMALL_SEGMENT)
        assert again.code == 0 or "already" in again.err, again
        if again.code == 0 or "data directory already" in again.err:
            assert ledger.run("organizations", "create", "acme").code == 0
            assert ledger.ask("verify")["verdict"] == "ok"
