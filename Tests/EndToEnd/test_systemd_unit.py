"""tools/keyledgerd.service is a unit that systemd takes, and fits what keyledgerd does."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from service import ServiceEnded, service_program, start_service

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "tools/keyledgerd.service"
CONFIGURATION = ROOT / "tools/keyledgerd.json"
INSTALLED = "/usr/local/bin/keyledgerd"
MOST_EXPOSED = 15
"""Tenths, of `systemd-analyze security`: 0 is safe, 100 is not. Most services have above 90."""


def settings(name):
    """Every value of a setting of the unit, with lines that go on put together."""
    text = re.sub(r"\\\n\s*", "", UNIT.read_text())
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}=")]


@pytest.fixture
def unit(tmp_path):
    """The unit with the program under test in the place of the installed one."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("not run: systemd-analyze is not installed")
    text = UNIT.read_text()
    assert f"ExecStart={INSTALLED} " in text
    path = tmp_path / UNIT.name
    path.write_text(text.replace(f"ExecStart={INSTALLED}", f"ExecStart={service_program()}"))
    return path


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_systemd_takes_the_unit_without_a_word(unit):
    done = analyze("verify", "--man=no", str(unit))
    assert done.returncode == 0 and unit.name not in done.stdout, done.stdout


def test_the_unit_stays_hardened(unit):
    done = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit))
    if "unrecognized option" in done.stdout:
        pytest.skip("not run: this systemd-analyze judges no unit files")
    assert done.returncode == 0, done.stdout


def test_the_flags_of_the_unit_are_flags_of_the_program():
    command, = (line.removeprefix(INSTALLED) for line in settings("ExecStart")
                if line.startswith(INSTALLED))
    said = subprocess.run([str(service_program()), "--help"], capture_output=True, text=True,
                          check=True).stdout
    flags = re.findall(r"--[a-z-]+", command)
    assert flags and all(flag in said for flag in flags), flags


def test_the_configuration_of_the_unit_is_good():
    assert str(Path("/etc/keyledger") / CONFIGURATION.name) in settings("ExecStart")[0]
    assert json.loads(CONFIGURATION.read_text())["data"].startswith("/var/lib/keyledger")
    done = subprocess.run(
        [str(service_program()), "--check-config", "--config", str(CONFIGURATION)],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_secrets_that_stand_for_none_are_taken(empty, tmp_path):
    default, = settings("SetCredential")
    name, _, content = default.partition(":")
    assert f"%d/{name}" in settings("ExecStart")[0]
    (tmp_path / name).write_text(content.replace("\\n", "\n"))
    with start_service(empty, "--session-secret-file", tmp_path / name) as service:
        headers = [("Cookie", "authjs.session-token=x")]
        assert service.auth("zazmic", "GET", "/api/tasks", headers).status == 401


def damage(ledger):
    """Flips a bit in the middle of the first records."""
    segment = min(ledger.log.glob("*.klog"))
    content = bytearray(segment.read_bytes())
    used = len(bytes(content).rstrip(b"\0"))
    content[used // 2] ^= 1
    segment.write_bytes(content)


@pytest.mark.parametrize("harm", ["damaged log", "wrong setting"])
def test_what_needs_a_person_is_not_started_again(small, empty, tmp_path, harm):
    """`small` has enough records for a damage in the middle, which no torn end explains."""
    never, = ({int(code) for code in line.split()}
              for line in settings("RestartPreventExitStatus"))
    place, flags = empty, []
    if harm == "damaged log":
        place = small.copy(tmp_path / "damaged")
        damage(place)
        assert place.run("verify").code == 3
    else:
        flags = ["--listen", "nowhere"]
    with pytest.raises(ServiceEnded) as ended:
        start_service(place, *flags)
    assert ended.value.code in never, f"{harm}: exit {ended.value.code}: {ended.value.err}"


def test_what_passes_by_itself_is_tried_again(empty):
    never = settings("RestartPreventExitStatus")[0].split()
    with start_service(empty), pytest.raises(ServiceEnded) as second:
        start_service(empty)
    assert str(second.value.code) not in never
