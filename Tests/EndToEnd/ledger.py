"""The command line as a person uses it: one data directory, one process for each question."""

import hashlib
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SMALL_SEGMENT = 65536
"""Bytes; the least a log allows, so that the incident fills several segments."""

PATIENCE = 120
"""Seconds after which a command counts as hanging; each answers in well under one."""


@dataclass(frozen=True)
class Answer:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self):
        """What stderr says, without the lines that are empty."""
        return [line for line in self.err.splitlines() if line.strip()]


class Ledger:
    """A data directory, and questions to the program about it."""

    def __init__(self, program, path, before=()):
        self.program = Path(program)
        self.path = Path(path)
        self.before = list(before)

    def command(self, *arguments):
        data = ["--data", str(self.path)]
        return [*self.before, str(self.program), *data, *map(str, arguments)]

    def run(self, *arguments, **environment):
        """Whatever the exit code."""
        done = subprocess.run(
            self.command(*arguments), env=clean_environment(**environment), timeout=PATIENCE,
            stdin=subprocess.DEVNULL, capture_output=True)
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments):
        """The process, still running."""
        return subprocess.Popen(
            self.command(*arguments), env=clean_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def text(self, *arguments):
        """What stdout says, of a command that must succeed."""
        answer = self.run(*arguments)
        assert answer.code == 0, f"{arguments}: exit {answer.code}: {answer.err}"
        return answer.out

    def ask(self, *arguments):
        """The JSON answer of a command that must succeed."""
        return json.loads(self.text(*arguments, "-o", "json"))

    def fails(self, code, *arguments):
        """The answer of a command that must end with this exit code."""
        answer = self.run(*arguments)
        assert answer.code == code, f"{arguments}: exit {answer.code}, not {code}: {answer.err}"
        return answer

    def take(self, *paths):
        """Imports, and says how it went."""
        return self.ask("import", "cloudtrail", *paths)

    def key(self, name, *options):
        """One row of `keys list`."""
        found = [row for row in self.ask("keys", "list", *options) if row["id"] == name]
        return found[0] if found else None

    def copy(self, place, is_sparse=True):
        """A copy of the whole directory as a ledger of its own."""
        copied(self.path, place, is_sparse)
        return Ledger(self.program, place, self.before)

    @property
    def log(self):
        return self.path / "log"

    def segments(self):
        return sorted(self.log.glob("*.klog"))


def clean_environment(**more):
    inherited = {name: value for name, value in os.environ.items() if name != "KEYLEDGER_DATA"}
    return inherited | more


def copied(source, place, is_sparse=True):
    """Copies a directory; if sparse, runs of zeros become holes, which read as the same bytes."""
    assert not Path(place).exists()
    sparse = "--sparse=" + ("always" if is_sparse else "never")
    subprocess.run(["cp", "-a", sparse, str(source), str(place)], check=True)
    return Path(place)


def hashes(directory):
    """The SHA-256 of every file below a directory, by its name there."""
    files = sorted(path for path in Path(directory).rglob("*") if path.is_file())
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def side_by_side(work, items):
    """Two at a time, because the processes started are what takes the time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(work, items))
