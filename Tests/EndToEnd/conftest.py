"""What the tests of the command line start from.

The program is `.build/release/keyledger` of this project, or what KEYLEDGER_BIN names. Tests on
the incident need ../shared/data/cloudtrail-stratus beside the project; those on the shipped sample
need nothing else.
"""

import os
import subprocess
from pathlib import Path

import pytest

from ledger import SMALL_SEGMENT, Ledger

ROOT = Path(__file__).resolve().parents[2]
INCIDENT = Path("../shared/data/cloudtrail-stratus")
SAMPLE = Path("tools/sample")


@pytest.fixture(scope="session")
def program():
    """The path of the program under test."""
    chosen = Path(os.environ.get("KEYLEDGER_BIN", ROOT / ".build/release/keyledger"))
    if not chosen.is_file():
        pytest.fail(f"missing: {chosen.name}; build it with: swift build -c release")
    return chosen.resolve()


@pytest.fixture(scope="session")
def incident():
    """The directory of the real incident: 2,900 CloudTrail events in 55 files."""
    if not (ROOT / INCIDENT).is_dir():
        pytest.fail(f"missing: {INCIDENT}")
    return (ROOT / INCIDENT).resolve()


@pytest.fixture(scope="session")
def sample():
    """The three CloudTrail files shipped with the project."""
    return ROOT / SAMPLE


@pytest.fixture(scope="session")
def blank(program, tmp_path_factory):
    """A new data directory with small segments, to copy."""
    return made(program, tmp_path_factory.mktemp("blank") / "data")


@pytest.fixture(scope="session")
def imported(blank, incident, tmp_path_factory):
    """The incident, imported once into small segments: for questions only."""
    ledger = blank.copy(tmp_path_factory.mktemp("imported") / "data")
    ledger.take(incident)
    return ledger


@pytest.fixture
def empty(blank, tmp_path):
    """A data directory of this test's own, nothing in it yet."""
    return blank.copy(tmp_path / "data")


@pytest.fixture
def stratus(imported, tmp_path):
    """The imported incident, a copy for this test to change."""
    return imported.copy(tmp_path / "data")


@pytest.fixture(scope="session")
def small(blank, sample, tmp_path_factory):
    """The shipped sample, imported once: for questions only."""
    ledger = blank.copy(tmp_path_factory.mktemp("small") / "data")
    ledger.take(sample)
    return ledger


@pytest.fixture
def shipped(small, tmp_path):
    """The imported sample, a copy for this test to change."""
    return small.copy(tmp_path / "shipped")


def made(program, path, *options):
    """A new data directory."""
    ledger = Ledger(program, path)
    ledger.text("init", "--segment-size", SMALL_SEGMENT, *options)
    return ledger


@pytest.fixture(scope="session")
def is_root():
    return os.geteuid() == 0


@pytest.fixture
def tmpfs(tmp_path):
    """Mounts a small file system of so many KiB; the test is not run where that is refused."""
    mounted = []

    def mount(kibibytes, place=tmp_path / "disk"):
        place.mkdir(exist_ok=True)
        options = ["-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(place)]
        done = subprocess.run(["mount", *options], capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"not run: cannot mount: {done.stderr.decode().strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)
