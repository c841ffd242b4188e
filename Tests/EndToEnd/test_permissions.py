"""No permission: exit code 4, one line, nothing changed. Run without root's power over modes."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from ledger import Ledger, copied, hashes

NOBODY = 65534


@pytest.fixture
def somebody(program, is_root):
    """What runs a command as a user to whom nothing here belongs."""
    if not is_root:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("not run: no setpriv")
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


@pytest.fixture
def public(program, small, somebody):
    """The imported sample and the program where every user may look, read as somebody else."""
    place = Path(tempfile.mkdtemp(prefix="keyledger-"))
    place.chmod(0o755)
    shutil.copy(program, place / "keyledger")
    (place / "keyledger").chmod(0o755)
    copied(small.path, place / "data")
    (place / "data").chmod(0o755)
    yield Ledger(place / "keyledger", place / "data", somebody)
    place.chmod(0o755)
    for folder, folders, _ in os.walk(place):
        for name in folders:
            Path(folder, name).chmod(0o755)
    shutil.rmtree(place)


def closed(path):
    path.chmod(0)


def read_only(path):
    """Takes every right to write from a tree."""
    for each in [path, *path.rglob("*")]:
        each.chmod(stat.S_IMODE(each.stat().st_mode) & ~0o222)


READS = [["keys", "list"], ["users", "list"], ["organizations", "list"], ["events"],
         ["usage", "--by", "decision"], ["diff", "2025-03-04", "2025-03-05"], ["verify"],
         ["replay"], ["checkpoint"], ["export", "usage"]]


def test_a_data_directory_one_may_not_enter_exits_4(public):
    closed(public.path)
    for question in READS[:5]:
        answer = public.fails(4, *question)
        assert len(answer.lines) == 1 and str(public.path) in answer.err


def test_a_log_one_may_not_read_exits_4(public):
    for path in public.segments():
        closed(path)
    answer = public.fails(4, "keys", "list", "--as-of", 5)
    assert len(answer.lines) == 1 and public.segments()[0].name in answer.err


def test_writing_where_one_may_only_read_exits_4_and_changes_nothing(public):
    read_only(public.path)
    before = hashes(public.path)
    for question in (["organizations", "create", "acme"], ["rebuild"]):
        answer = public.fails(4, *question)
        assert len(answer.lines) == 1, answer
    assert hashes(public.path) == before


def test_init_where_one_may_not_write_exits_4(public):
    public.path = public.path.parent / "new"
    public.path.parent.chmod(0o555)
    assert len(public.fails(4, "init").lines) == 1
    assert not public.path.exists()


def test_an_import_file_one_may_not_read_is_named(is_root, public):
    folder = public.path.parent / "files"
    folder.mkdir()
    path = folder / "a.json"
    path.write_text('{"Records": []}')
    closed(path)
    for each in [public.path, *public.path.rglob("*")]:
        if is_root:
            os.chown(each, NOBODY, NOBODY)
    answer = public.run("import", "cloudtrail", path)
    assert answer.code in (1, 4) and "a.json" in answer.err


def test_a_read_only_copy_answers_a_user_who_may_only_read(public, small):
    read_only(public.path)
    before = hashes(public.path)
    for question in READS:
        answer = public.run(*question, "-o", "csv" if question[0] == "export" else "json")
        if question[0] != "checkpoint":
            assert answer.code == 0, (question, answer)
    for name in ("log", "state"):
        assert hashes(public.path / name) == {
            path.removeprefix(f"{name}/"): value for path, value in before.items()
            if path.startswith(f"{name}/")}


def test_a_read_only_copy_one_owns_answers_the_same(small, tmp_path):
    copy = small.copy(tmp_path / "copy")
    read_only(copy.path)
    try:
        for question in READS[:7]:
            told = copy.text(*question, "-o", "json")
            assert told == small.text(*question, "-o", "json"), question
    finally:
        for each in [copy.path, *copy.path.rglob("*")]:
            each.chmod(0o755 if each.is_dir() else 0o644)


def test_secrets_are_for_their_owner_alone(empty):
    assert stat.S_IMODE((empty.path / "secret").stat().st_mode) == 0o700
    for path in (empty.path / "secret").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
