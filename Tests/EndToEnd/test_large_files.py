"""A file is read with little memory, however large it is."""

import json
import subprocess
import time

import pytest

import events
from ledger import clean_environment

EVENTS = 100
EACH = 1_000_000
"""Bytes, about; so that the files together need more than MEMORY when read whole."""

MEMORY = 80 * 1024
"""KiB of resident memory, at most."""


@pytest.mark.parametrize("write, ending", [
    (events.document, "json.gz"), (events.lines, "jsonl")], ids=["document", "lines"])
def test_a_file_larger_than_the_memory_allowed_is_imported(empty, tmp_path, write, ending):
    parameters = {"list": ["x" * 1000] * (EACH // 1000)}
    path = write(tmp_path / f"large.{ending}", [
        events.call(number, "2024-05-01T10:00:00Z", requestParameters=parameters)
        for number in range(EVENTS)])
    out, peak = measured(empty, "import", "cloudtrail", path, "-o", "json")
    assert json.loads(out)["added"] == EVENTS
    assert peak < MEMORY, f"{peak} KiB"


def measured(ledger, *arguments):
    """What a command says, and its greatest resident memory in KiB, as seen while it ran."""
    process = subprocess.Popen(
        ledger.command(*arguments), env=clean_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.01)
    assert process.returncode == 0
    with process.stdout as out:
        return out.read().decode(), peak


def resident(pid):
    """The greatest resident memory of a process so far, in KiB; 0 when it has ended."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        sizes = [line.split()[1] for line in status if line.startswith("VmHWM:")]
    return int(sizes[0]) if sizes else 0
