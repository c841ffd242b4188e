"""One writer at a time; a second is told who the first is; readers are never blocked."""

import os
import signal
import time

import pytest

from test_order import answers

ATTEMPTS = 30


def is_locked(ledger):
    """Somebody holds the directory's lock, as the kernel sees it."""
    inode = f":{(ledger.path / 'lock').stat().st_ino} "
    with open("/proc/locks", encoding="ascii") as locks:
        return any(inode in line for line in locks)


def stopped_while_it_writes(ledger, *paths):
    """An import that was stopped with the lock in its hands, or None if it was too quick."""
    process = ledger.start("import", "cloudtrail", *paths)
    while process.poll() is None:
        if is_locked(ledger):
            time.sleep(0.01)
            os.kill(process.pid, signal.SIGSTOP)
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                if is_locked(ledger):
                    return process
                # It had just freed the lock.
                process.kill()
                process.communicate()
                return None
            process.returncode = os.waitstatus_to_exitcode(status)
            return None
    return None


@pytest.fixture
def busy(blank, incident, tmp_path):
    """A ledger in the middle of an import, and the process."""
    for number in range(ATTEMPTS):
        ledger = blank.copy(tmp_path / f"{number}")
        process = stopped_while_it_writes(ledger, incident)
        if process:
            yield ledger, process
            if process.poll() is None:
                process.kill()
                process.communicate()
            return
    pytest.fail("no import could be stopped while it held the lock")


def test_a_second_writer_is_refused_and_told_who_the_first_is(busy, sample):
    ledger, process = busy
    for question in (["organizations", "create", "acme"], ["import", "cloudtrail", sample],
                     ["rebuild"]):
        answer = ledger.fails(1, *question)
        assert str(process.pid) in answer.err and len(answer.lines) == 1, answer


def test_readers_beside_a_writer_answer(busy):
    ledger, _ = busy
    report = ledger.ask("verify")
    assert report["verdict"] == "ok"
    records = ledger.ask("events")
    assert len(records) == report["records"]
    requests = [record for record in records if record["type"] == "request.decided"]
    assert sum(row["count"] for row in ledger.ask("usage")) == len(requests)
    assert sum(row["requests"] for row in ledger.ask("organizations", "list")) == len(requests)
    keys = {record["key"] for record in requests if record["key"]}
    assert keys <= {row["id"] for row in ledger.ask("keys", "list")}
    assert ledger.ask("replay")["digest"] == ledger.ask("state")["digest"]


def test_a_writer_that_goes_on_after_a_stop_ends_with_the_same_output(busy, imported, incident):
    ledger, process = busy
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert answers(ledger) == answers(imported)
    assert ledger.take(incident)["known"] == 2900


def test_the_lock_of_a_killed_writer_is_free(busy, imported, incident):
    ledger, process = busy
    process.kill()
    process.communicate()
    ledger.take(incident)
    assert answers(ledger) == answers(imported)


def test_readers_do_not_stop_a_writer(shipped, sample, incident):
    reader = shipped.start("events", "--follow")
    try:
        assert shipped.take(incident)["added"] == 2900
    finally:
        reader.kill()
        reader.communicate()


OPENINGS = 40


def test_a_reader_beside_a_writer_that_is_just_opening_sees_every_record(shipped):
    """Each opening is stopped where it publishes a size that is not the log's, if it ever does."""
    size = shipped.ask("verify")["records"]
    for number in range(OPENINGS):
        process = shipped.start("organizations", "create", f"acme{number}")
        seen = stopped_at_a_size_below(shipped, process, size)
        answer = shipped.run("verify", "-o", "json")
        process.send_signal(signal.SIGCONT)
        process.communicate()
        assert answer.code == 0, f"published size {seen} of {size}: {answer}"
        size = shipped.ask("verify")["records"]


def stopped_at_a_size_below(ledger, process, size):
    """Waits until a process publishes a smaller size than this, and stops it; or until it ends."""
    while process.poll() is None:
        published = published_size(ledger)
        if published is not None and published < size:
            process.send_signal(signal.SIGSTOP)
            return published
    return None


def published_size(ledger):
    """The durable size that a writer publishes, if it does."""
    try:
        return int.from_bytes((ledger.path / "state" / "durable").read_bytes(), "little")
    except FileNotFoundError:
        return None
