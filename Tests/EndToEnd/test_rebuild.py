"""state/ can be thrown away: everything answers the same, by every path the same digest."""

import shutil
import sqlite3

import pytest

from ledger import hashes, side_by_side

STEP = 100
"""Records between the log sizes at which two ways of folding are compared."""

QUESTIONS = [
    ["keys", "list"], ["keys", "list", "--as-of", "2023-07-10T12:26:00Z"], ["users", "list"],
    ["organizations", "list"], ["events"], ["events", "--key", "AKIATFQR7NSC3ZO6PKAZ"],
    ["usage", "--by", "org,user,key,operation,decision,reason,source", "--per", "hour"],
    ["diff", "2023-07-10T12:24:00Z", "2023-07-10T12:29:00Z"],
    ["state", "--as-of", "2023-07-10T12:26:00Z"], ["keys", "show", "AKIATFQR7NSC3ZO6PKAZ"]]


def answers(ledger):
    return [ledger.text(*question, "-o", "json") for question in QUESTIONS]


def digest(ledger, command, *options):
    answer = ledger.ask(command, *options)
    size = answer["logSize"] if "logSize" in answer else answer["asOf"]["logSize"]
    return size, answer["digest"]


def test_without_state_everything_answers_the_same(stratus, imported):
    shutil.rmtree(stratus.path / "state")
    assert answers(stratus) == answers(imported)


def test_with_an_empty_state_everything_answers_the_same(stratus, imported):
    shutil.rmtree(stratus.path / "state")
    (stratus.path / "state").mkdir()
    assert answers(stratus) == answers(imported)


def test_without_state_verify_is_content(stratus):
    shutil.rmtree(stratus.path / "state")
    assert stratus.ask("verify")["verdict"] == "ok"


def test_live_rebuilt_and_replayed_have_the_same_digest(stratus):
    live = digest(stratus, "state")
    assert digest(stratus, "replay") == live
    assert digest(stratus, "rebuild") == live
    shutil.rmtree(stratus.path / "state")
    assert digest(stratus, "rebuild") == live
    assert digest(stratus, "state") == live


def test_replay_and_rebuild_change_nothing_in_the_log(stratus):
    before = hashes(stratus.log)
    stratus.ask("replay")
    stratus.ask("rebuild")
    assert hashes(stratus.log) == before


def test_after_rebuild_state_is_complete_and_answers_the_same(stratus, imported):
    shutil.rmtree(stratus.path / "state")
    stratus.ask("rebuild")
    assert answers(stratus) == answers(imported)
    connection = sqlite3.connect(stratus.path / "state" / "projection.sqlite")
    assert connection.execute("SELECT count(*) FROM keys").fetchone() == (163,)
    assert connection.execute("SELECT count(*) FROM imports").fetchone() == (2900,)
    connection.close()


def test_replay_equals_state_at_every_hundredth_log_size(imported):
    size = imported.ask("verify")["records"]

    def both(position):
        state = digest(imported, "state", "--as-of", position)
        return position, state, digest(imported, "replay", "--as-of", position)

    found = side_by_side(both, [*range(STEP, size, STEP), size])
    assert len(found) > 30
    for position, state, replay in found:
        assert state == replay, position
        assert state[0] == position
    assert len({state for _, state, _ in found}) == len(found)


def test_an_import_after_state_was_deleted_still_knows_what_was_recorded(stratus, incident):
    shutil.rmtree(stratus.path / "state")
    before = hashes(stratus.log)
    assert stratus.take(incident)["known"] == 2900
    assert hashes(stratus.log) == before


def test_the_digest_does_not_depend_on_the_vault(stratus):
    before = digest(stratus, "state")
    (stratus.path / "secret" / "vault").unlink()
    assert digest(stratus, "replay") == before


@pytest.fixture
def edit(stratus):
    """Runs SQL on the projection, as somebody would who wants to hide something."""
    def run(statement):
        connection = sqlite3.connect(stratus.path / "state" / "projection.sqlite")
        with connection:
            changed = connection.execute(statement).rowcount
        connection.close()
        assert changed > 0
    return run


EDITS = {
    "a count": "UPDATE usage SET count = count + 1 WHERE operation = 0",
    "an owner": "UPDATE keys SET user = 0 WHERE id = 'AKIATFQR7NSC3ZO6PKAZ'",
    "a revocation": "UPDATE keys SET revoked = NULL WHERE id = 'AKIATFQR7NSC3ZO6PKAZ'",
    "a key": "DELETE FROM keys WHERE id = 'AKIATFQR7NSC3ZO6PKAZ'",
    "an expiry": "UPDATE keys SET expires = expires + 1 WHERE id = 'ASIATFQR7NSC7E2ZIBM2'",
    "an organization": "UPDATE organizations SET is_enabled = 0",
    "an operation": "UPDATE operations SET name = 'x' WHERE ordinal = 3",
    "an imported id": "DELETE FROM imports WHERE sequence = (SELECT max(sequence) FROM imports)",
    "a sealed name": "UPDATE users SET sealed_box = zeroblob(40) WHERE ordinal = 2",
}


@pytest.mark.parametrize("what", EDITS)
def test_verify_names_the_projection_when_a_row_was_changed(stratus, edit, what):
    edit(EDITS[what])
    found = stratus.fails(3, "verify", "-o", "json")
    assert "projection.sqlite" in found.out


@pytest.mark.parametrize("what", EDITS)
def test_rebuild_finds_a_changed_row_and_puts_it_right(stratus, imported, edit, what):
    edit(EDITS[what])
    stratus.fails(10, "rebuild", "-o", "json")
    assert stratus.ask("verify")["verdict"] == "ok"
    assert answers(stratus) == answers(imported)
    assert stratus.run("rebuild").code == 0


def newest_snapshot(ledger):
    return sorted((ledger.path / "state").rglob("*.snapshot"))[-1]


def edited(path, old, new):
    content = path.read_bytes()
    assert content.count(old) > 0
    path.write_bytes(content.replace(old, new))


FORGED = (b"AKIATFQR7NSC3ZO6PKAZ", b"AKIATFQR7NSC3ZO6PKAA")


def test_an_edited_snapshot_is_named_by_verify(stratus):
    path = newest_snapshot(stratus)
    edited(path, *FORGED)
    found = stratus.fails(3, "verify", "-o", "json")
    assert path.name in found.out


def test_an_edited_snapshot_is_not_used(stratus, imported):
    expected = digest(imported, "state")
    edited(newest_snapshot(stratus), *FORGED)
    assert digest(stratus, "state") == expected
    for path in (stratus.path / "state").glob("projection*"):
        path.unlink()
    assert answers(stratus) == answers(imported)
    assert digest(stratus, "state") == expected


@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.99])
def test_one_flipped_bit_of_a_snapshot_is_named_and_not_used(stratus, imported, part):
    path = newest_snapshot(stratus)
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 4
    path.write_bytes(content)
    assert path.name in stratus.fails(3, "verify", "-o", "json").out
    assert digest(stratus, "state") == digest(imported, "state")


def test_a_projection_that_is_no_database_is_named_and_rebuilt(stratus, imported):
    for path in (stratus.path / "state").glob("projection*"):
        path.unlink()
    (stratus.path / "state" / "projection.sqlite").write_bytes(b"not a database" * 400)
    assert "projection.sqlite" in stratus.fails(3, "verify", "-o", "json").out
    stratus.run("rebuild")
    assert stratus.ask("verify")["verdict"] == "ok"
    assert answers(stratus) == answers(imported)


def test_a_projection_of_another_log_is_not_taken_for_this_ones(stratus, shipped):
    for path in (stratus.path / "state").glob("projection*"):
        path.unlink()
    for path in (shipped.path / "state").glob("projection*"):
        shutil.copy(path, stratus.path / "state" / path.name)
    assert len(stratus.ask("keys", "list")) == 163
