"""However the files are cut, packed and ordered, and in however many imports they come, the answers
are the same, although the records stand in another order."""

import random

import pytest

import events
import oracle

SEED = 20230710


QUESTIONS = [
    ["keys", "list"],
    ["keys", "list", "--as-of", "2023-07-10T12:26:00Z"],
    ["keys", "list", "--as-of", "2023-07-10T12:04:00Z"],
    ["users", "list"],
    ["users", "list", "--as-of", "2023-07-10T12:04:00Z"],
    ["organizations", "list"],
    ["usage", "--by", "decision"],
    ["usage", "--by", "org,user,key,operation,decision,reason,source", "--per", "hour"],
    ["usage", "--by", "user,reason", "--since", "2023-07-10T12:10:00Z"],
]


def answers(ledger):
    """What must not depend on order."""
    told = {" ".join(question): ledger.text(*question, "-o", "json") for question in QUESTIONS}
    for span in (("2023-07-10T12:24:00Z", "2023-07-10T12:29:00Z"), ("2023-07-10", "2023-07-12")):
        told["diff " + " ".join(span)] = without(ledger.ask("diff", *span), "sequence")
    told["events"] = trail(ledger)
    return told


def without(rows, *names):
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def trail(ledger):
    """Requests and key changes by source, whatever their place in the log."""
    types = ["request.decided", "key.created", "key.revoked"]
    options = [word for name in types for word in ("--type", name)]
    rows = without(ledger.ask("events", *options), "sequence", "recordedAt")
    return sorted(rows, key=lambda row: (row["occurredAt"], row["sourceId"], row["type"]))


@pytest.fixture(scope="module")
def expected(imported):
    return answers(imported)


@pytest.fixture(scope="module")
def history(incident):
    return oracle.read(incident)


@pytest.fixture(scope="module")
def files(incident):
    return sorted(incident.glob("*.json"))


def assert_same(ledger, expected):
    told = answers(ledger)
    for question, answer in expected.items():
        assert told[question] == answer, question
    assert ledger.ask("verify")["verdict"] == "ok"


def chunks(items, size):
    return [items[start:start + size] for start in range(0, len(items), size)]


def test_the_last_file_first(empty, files, expected):
    empty.take(*reversed(files))
    assert_same(empty, expected)


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_shuffled_files_in_many_imports(empty, files, expected, seed):
    shuffled = random.Random(seed).sample(files, len(files))
    added = [empty.take(*some)["added"] for some in chunks(shuffled, 6)]
    assert sum(added) == 2900
    assert_same(empty, expected)


def test_every_event_shuffled_in_compressed_json_lines(empty, history, expected, tmp_path):
    shuffled = random.Random(SEED).sample(history, len(history))
    for number, some in enumerate(chunks(shuffled, 700)):
        empty.take(events.lines(tmp_path / f"{number}.jsonl.gz", some))
    assert_same(empty, expected)


def test_the_latest_event_first(empty, history, expected, tmp_path):
    backwards = sorted(history, key=oracle.order, reverse=True)
    for number, some in enumerate(chunks(backwards, 300)):
        empty.take(events.pipeline_lines(tmp_path / f"{number}.jsonl", some))
    assert_same(empty, expected)


def test_a_tree_of_folders_with_every_kind_of_file(empty, history, expected, tmp_path):
    shuffled = random.Random(SEED + 2).sample(history, len(history))
    kinds = [(events.document, ".json"), (events.document, ".json.gz"), (events.array, ".json"),
             (events.array, ".json.gz"), (events.lines, ".jsonl"), (events.lines, ".json"),
             (events.pipeline_lines, ".jsonl.gz")]
    for number, (some, (write, ending)) in enumerate(zip(chunks(shuffled, 415), kinds)):
        folder = tmp_path / "tree" / f"{number % 2}" / f"{number}"
        folder.mkdir(parents=True)
        write(folder / f"part{ending}", some)
    assert empty.take(tmp_path / "tree")["added"] == 2900
    assert_same(empty, expected)


def test_overlapping_files_count_each_event_once(empty, history, expected, tmp_path):
    half = events.lines(tmp_path / "half.jsonl", history[:1500] + history[:200])
    assert empty.take(half)["added"] == 1500
    assert empty.take(events.document(tmp_path / "all.json", history))["added"] == 1400
    assert_same(empty, expected)


def test_the_same_records_in_the_same_order_give_the_same_state_digest_whatever_else_differs(
        imported, blank, incident, tmp_path):
    def shape(ledger):
        rows = ledger.ask("events", "--type", "request.decided")
        return [(row["sequence"], row["sourceId"]) for row in rows]
    other = blank.copy(tmp_path / "other")
    other.take(incident)
    assert shape(other) == shape(imported)


def test_a_change_that_arrives_late_does_not_override_a_newer_one(empty, tmp_path):
    key = "AKIAEXAMPLE0000000NEW"
    late = [events.creation(1, "2024-05-01T10:00:00Z", key),
            events.update(2, "2024-05-01T11:00:00Z", key, "Inactive"),
            events.update(3, "2024-05-01T12:00:00Z", key, "Active")]
    for number in (3, 2, 1):
        empty.take(events.document(tmp_path / f"{number}.json", [late[number - 1]]))
    assert empty.key(key)["state"] == "active"
    assert empty.key(key, "--as-of", "2024-05-01T11:30:00Z")["state"] == "disabled"
    assert empty.key(key)["createdAt"] == "2024-05-01T10:00:00.000000Z"


def test_revocation_is_final_whatever_happened_or_arrives_after_it(empty, tmp_path):
    key = "AKIAEXAMPLE0000000NEW"
    empty.take(events.document(tmp_path / "a.json", [
        events.creation(1, "2024-05-01T10:00:00Z", key),
        events.deletion(2, "2024-05-01T11:00:00Z", key)]))
    empty.take(events.document(tmp_path / "b.json", [
        events.update(3, "2024-05-01T12:00:00Z", key, "Active")]))
    assert empty.key(key)["state"] == "revoked"
    assert empty.key(key)["revokedAt"] == "2024-05-01T11:00:00.000000Z"


def test_a_change_to_a_key_never_seen_makes_it_observed(empty, tmp_path):
    key = "AKIAEXAMPLE0000000OLD"
    empty.take(events.document(tmp_path / "a.json", [
        events.update(1, "2024-05-01T10:00:00Z", key, "Inactive")]))
    assert empty.key(key)["createdAt"] is None
    assert empty.key(key)["state"] == "disabled"


@pytest.mark.parametrize("first", [1, 2])
def test_two_changes_at_one_time_are_ordered_by_their_event_id(empty, tmp_path, first):
    key = "AKIAEXAMPLE0000000TIE"
    pair = {1: events.update(1, "2024-05-01T10:00:00Z", key, "Active"),
            2: events.update(2, "2024-05-01T10:00:00Z", key, "Inactive")}
    for number in (first, 3 - first):
        empty.take(events.document(tmp_path / f"{number}.json", [pair[number]]))
    assert empty.key(key)["state"] == "disabled"
