"""Both APIs of the seeds, byte for byte, asked the way a proxy asks."""

import json
import shlex
import subprocess
import time

import pytest

from service import decisions, recorded, start_service
from two_apis import (
    AZEN_FORBIDDEN, IDENTITY, PASSES, REFUSALS, World, check_record, check_refusal_headers,
    check_standing, names, room)

ROWS = [pytest.param(row, id=row.id) for row in REFUSALS + PASSES]


@pytest.fixture(scope="module")
def foreign(blank, tmp_path_factory):
    """A well-formed secret of each API, made by another ledger."""
    other = blank.copy(tmp_path_factory.mktemp("other") / "data")
    with start_service(other) as service:
        world = World(service)
        return {name: world.caller(name).secret for name in ("zazmic", "azen")}


@pytest.fixture(scope="module")
def world(blank, foreign, tmp_path_factory):
    ledger = blank.copy(tmp_path_factory.mktemp("two") / "data")
    with start_service(ledger) as service:
        yield World(service, foreign)
        assert ledger.ask("verify")["verdict"] == "ok"


def ask(world, row, caller, query=""):
    """The answer to a row, with our clock before and after."""
    room(2)
    before = time.time()
    answer = world.service.auth(row.profile, row.method, row.target, caller.headers, query)
    return answer, before, time.time()


@pytest.mark.parametrize("row", ROWS)
def test_the_answer_is_that_of_the_table_and_the_trail_knows_why(world, row):
    caller = row.prepare(world)
    size = recorded(world.service)
    answer, before, after = ask(world, row, caller)
    assert (answer.status, answer.text) == (row.status, row.body), str(answer)
    check_standing(row, answer, before, after)
    check_refusal_headers(row, answer)
    if row.status == 200:
        told = {name: answer.header(name) for name in IDENTITY}
        assert told == dict(zip(IDENTITY, (caller.user, caller.key, caller.organization)))
        assert names(answer, "Keyledger-") == sorted(IDENTITY)
    else:
        assert names(answer, "Keyledger-") == []
        assert answer.header("Content-Type").split(";")[0] == "application/json"
        assert list(json.loads(answer.body)) == list(json.loads(row.body))
    record, = (each for each in decisions(world.service) if each["sequence"] >= size)
    check_record(row, caller, record)


@pytest.mark.parametrize("row", [each for each in ROWS if each.values[0] in REFUSALS])
def test_in_the_mode_of_auth_request_the_real_answer_travels_in_headers(world, row):
    caller = row.prepare(world)
    answer, before, after = ask(world, row, caller, "?mode=auth_request")
    assert answer.status == (401 if row.status == 401 else 403)
    assert answer.body == b""
    assert answer.header("Keyledger-Status") == str(row.status)
    assert answer.header("Keyledger-Body") == row.body
    check_standing(row, answer, before, after)
    check_refusal_headers(row, answer)


def test_a_pass_in_the_mode_of_auth_request_is_a_pass(world):
    row = PASSES[0]
    caller = row.prepare(world)
    answer, before, after = ask(world, row, caller, "?mode=auth_request")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("Keyledger-User-Id") == caller.user
    check_standing(row, answer, before, after)


def test_every_refusal_of_a_key_by_azen_is_the_same_but_in_the_trail(world):
    rows = [row for row in REFUSALS if (row.profile, row.status) == ("azen", 403)]
    answers, size = set(), recorded(world.service)
    for row in rows:
        caller = row.prepare(world)
        answer, *_ = ask(world, row, caller)
        shown = tuple(pair for pair in answer.headers if pair[0].lower() != "date")
        answers.add((answer.status, shown, answer.body))
    reasons = {each["reason"] for each in decisions(world.service) if each["sequence"] >= size}
    assert len(answers) == 1 and answers.pop()[2].decode() == AZEN_FORBIDDEN
    assert reasons == {row.reason for row in rows} and len(reasons) >= 7


def test_the_remaining_requests_count_down_and_a_refusal_costs_nothing(world):
    caller = world.caller("zazmic", credits=11)
    room(6)
    seen = []
    for _ in range(13):
        answer = world.service.auth("zazmic", "POST", "/api/tasks", caller.headers)
        seen.append((answer.status, int(answer.header("X-RateLimit-Remaining"))))
    assert seen == [(200, left) for left in range(9, -1, -1)] + [(429, 0)] * 3
    balance, = (row["balance"] for row in world.run("credits") if row["user"] == caller.user)
    assert balance == 1


def test_retry_after_ends_with_the_window(world):
    row = next(row for row in REFUSALS if row.id == "zazmic: limited")
    caller = row.prepare(world)
    answer, before, after = ask(world, row, caller)
    reset, retry = (int(answer.header(name)) for name in ("X-RateLimit-Reset", "Retry-After"))
    assert max(1, reset - after - 1) <= retry <= max(1, reset - before + 1)


def test_keys_of_one_user_share_the_limit_of_zazmic_and_keys_of_azen_have_their_own(world):
    first = world.caller("zazmic")
    second = world.caller("zazmic", user=first.user)
    room(6)
    for number, caller in enumerate([first, second] * 5):
        answer = world.service.auth("zazmic", "POST", "/api/tasks", caller.headers)
        assert (answer.status, answer.header("X-RateLimit-Remaining")) == (200, str(9 - number))
    assert world.service.auth("zazmic", "POST", "/api/tasks", second.headers).status == 429

    first = world.caller("azen", limit="2/1h")
    second = world.caller("azen", user=first.user, limit="1/1h")
    answers = [world.service.auth("azen", "GET", "/", caller.headers).status
               for caller in (first, second, first, second, first)]
    assert answers == [200, 200, 200, 429, 429]


def test_a_preflight_passes_without_a_credential(world):
    for profile, target in (("zazmic", "/api/tasks"), ("azen", "/api/v1/memory")):
        answer = world.service.auth(profile, "OPTIONS", target)
        assert (answer.status, answer.body) == (200, b"")
        assert [answer.header(name) for name in IDENTITY] == ["", "", ""]


WAYS = {
    "X-Forwarded": lambda path: ("GET", "", [
        ("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", path)]),
    "X-Original": lambda path: ("GET", "", [
        ("X-Original-Method", "POST"), ("X-Original-URI", path)]),
    "path": lambda path: ("POST", path, []),
    "X-Forwarded and X-Original that agree": lambda path: ("GET", "", [
        ("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", path),
        ("X-Original-Method", "POST"), ("X-Original-URI", path)])}


@pytest.mark.parametrize("way", WAYS)
def test_the_original_request_comes_in_the_way_of_each_proxy(world, way):
    caller = world.caller("zazmic")
    room(3)
    method, path, headers = WAYS[way]("/api/tasks?a=1")
    answer = world.service.ask(method, f"/auth/zazmic{path}", [*headers, *caller.headers])
    assert (answer.status, answer.header("X-RateLimit-Remaining")) == (200, "9"), str(answer)
    assert decisions(world.service)[-1]["operation"] == "tasks.execute"


DISAGREEMENTS = {
    "methods": [("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/api/tasks"),
                ("X-Original-Method", "GET"), ("X-Original-URI", "/api/tasks")],
    "targets": [("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/api/tasks"),
                ("X-Original-Method", "POST"), ("X-Original-URI", "/api/agents")],
    "two of the same": [("X-Forwarded-Method", "POST"), ("X-Forwarded-Method", "GET"),
                        ("X-Forwarded-Uri", "/api/tasks")]}


@pytest.mark.parametrize("headers", DISAGREEMENTS.values(), ids=DISAGREEMENTS)
def test_sources_that_disagree_decide_nothing(world, headers):
    caller = world.caller("zazmic")
    size = recorded(world.service)
    answer = world.service.ask("GET", "/auth/zazmic", [*headers, *caller.headers])
    assert answer.status == 400, str(answer)
    assert recorded(world.service) == size


HALVES = {
    "X-Forwarded-Method alone": [("X-Forwarded-Method", "POST")],
    "X-Forwarded-Uri alone": [("X-Forwarded-Uri", "/api/tasks")],
    "X-Original-Method alone": [("X-Original-Method", "POST")],
    "X-Original-URI alone": [("X-Original-URI", "/api/tasks")],
    "empty X-Forwarded-Uri": [("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "")],
    "empty X-Forwarded-Method": [("X-Forwarded-Method", ""), ("X-Forwarded-Uri", "/api/tasks")],
    "empty X-Original-URI": [("X-Original-Method", "POST"), ("X-Original-URI", "")]}


@pytest.mark.parametrize("headers", HALVES.values(), ids=HALVES)
def test_half_of_what_a_proxy_must_say_decides_nothing(world, headers):
    """Else a proxy set up by halves would let every execution through as something cheaper."""
    caller = world.caller("zazmic")
    size = recorded(world.service)
    answer = world.service.ask("GET", "/auth/zazmic", [*headers, *caller.headers])
    assert answer.status == 400, str(answer)
    assert recorded(world.service) == size


@pytest.mark.parametrize("target", [
    "/api/../api/tasks", "/api/./tasks", "/api/%2e%2e/api/tasks", "/api/.%2E/tasks",
    "/api%2ftasks", "/api%2Ftasks", "/api%5ctasks", "/api\\tasks", "/api/tasks%00",
    "/api/tasks%0a", "/api/tasks%7f", "/api/tasks%", "/api/tasks%zz", "/api/tasks%2",
    "/api/tasks#part"])
def test_an_ambiguous_path_is_400_and_decides_nothing(world, target):
    caller = world.caller("zazmic")
    size = recorded(world.service)
    answer = world.service.auth("zazmic", "POST", target, caller.headers)
    assert answer.status == 400, str(answer)
    assert recorded(world.service) == size


@pytest.mark.parametrize("target", [
    "/api/tasks/", "//api//tasks", "/api/%74asks", "/api/tasks?x=/../..%2f"])
def test_another_spelling_of_a_path_is_the_same_operation(world, target):
    caller = world.caller("zazmic")
    room(3)
    answer = world.service.auth("zazmic", "POST", target, caller.headers)
    assert (answer.status, answer.header("X-RateLimit-Remaining")) == (200, "9"), str(answer)


def test_head_counts_as_get(world):
    caller = world.caller("zazmic", scopes=["tasks.list"])
    assert world.service.auth("zazmic", "HEAD", "/api/tasks", caller.headers).status == 200


def test_an_unknown_profile_is_not_found(world):
    for path in ("/auth/nope", "/auth/nope/api/tasks", "/auth/", "/auth/ZAZMIC"):
        assert world.service.ask("GET", path).status == 404, path


def test_two_different_keys_in_one_request_are_malformed(world):
    for profile, target in (("zazmic", "/api/tasks"), ("azen", "/api/v1/memory")):
        first, second = world.caller(profile), world.caller(profile)
        answer = world.service.auth(profile, "POST", target, first.headers + second.headers)
        assert 400 <= answer.status < 500, str(answer)


SEED_COMMANDS = {
    "zazmic": (
        'curl https://agents.zazmic.com/api/tasks \\\n'
        '-H "Authorization: Bearer your_api_key_here"', "https://agents.zazmic.com"),
    "azen": (
        'curl -X POST https://api.azen.sh/api/v1/memory \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "azen-api-key: your_api_key_here" \\\n'
        '  -d \'{\n    "text": "I love hiking in the mountains"\n  }\'', "https://api.azen.sh")}


@pytest.mark.parametrize("profile, operation", [
    ("zazmic", "tasks.list"), ("azen", "memory.create")])
def test_the_command_of_the_documentation_works_with_another_host_and_key(
        world, profile, operation):
    command, host = SEED_COMMANDS[profile]
    caller = world.caller(profile)
    command = command.replace(host, f"{world.service.url}/auth/{profile}")
    said = curl(command)
    assert said[1] == ("401" if profile == "zazmic" else "403")
    assert "Invalid API key" in said[0]
    assert curl(command.replace("your_api_key_here", caller.secret)) == ("", "200")
    record = decisions(world.service)[-1]
    assert (record["operation"], record["key"]) == (operation, caller.key)


def curl(command):
    """Body and status of a command line of curl."""
    words = shlex.split(command.replace("\\\n", ""))
    done = subprocess.run([*words, "-sS", "-w", "\n%{http_code}"], capture_output=True,
                          text=True, check=True)
    body, status = done.stdout.rsplit("\n", 1)
    return body, status


def test_verify_says_the_same_as_the_forward_authentication(world):
    asked = {}
    for row in [row for row in REFUSALS if row.name != "limited"] + PASSES:
        caller = row.prepare(world)
        room(2)
        told = world.service.verify(
            world.gateway, row.profile, row.method, row.target, dict(caller.headers),
            client="127.0.0.1")
        assert told["allowed"] == (row.status == 200), row.id
        assert (told["status"], told["reason"], told["body"]) == (
            row.status, row.reason, row.body), row.id
        assert ("X-RateLimit-Limit" in told["headers"]) == (row.remaining is not None), row.id
        assert ("Retry-After" in told["headers"]) == (row.status == 429), row.id
        assert ("WWW-Authenticate" in told["headers"]) == (row.status == 401), row.id
        assert told["sequence"] not in asked
        asked[told["sequence"]] = row, caller
        if row.status == 200:
            assert (told["userId"], told["apiKeyId"], told["organizationId"]) == (
                caller.user, caller.key, caller.organization)
    records = {record["sequence"]: record for record in decisions(world.service)}
    for sequence, (row, caller) in asked.items():
        check_record(row, caller, records[sequence])
