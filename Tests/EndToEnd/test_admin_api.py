"""The administration over HTTP: every endpoint once, roles, repeats, pages, the stream."""

import gzip
import json
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from service import Connection, azen, bearer, decisions, recorded, start_service, trail
from two_apis import World, numbers, room

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture(scope="module")
def world(blank, tmp_path_factory):
    ledger = blank.copy(tmp_path_factory.mktemp("admin") / "data")
    with start_service(ledger) as service:
        yield World(service)
        assert ledger.ask("verify")["verdict"] == "ok"


def call(world, method, path, body=None, role="admin", headers=()):
    return world.service.ask(method, path, headers, body, getattr(world, role))


def good(world, method, path, body=None, status=200, role="admin", headers=()):
    """The JSON of an answer with this status."""
    answer = call(world, method, path, body, role, headers)
    assert answer.status == status, f"{method} {path}: {answer}"
    assert answer.header("Content-Type").startswith("application/json")
    return answer.json


def refused(answer, status, code):
    assert (answer.status, answer.json["error"]) == (status, code), str(answer)
    assert list(answer.json) == ["error", "message"] and answer.json["message"]


def fresh(kind):
    return f"{kind}-{next(numbers)}"


def later(**span):
    moment = datetime.now(timezone.utc) + timedelta(**span)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def listed(world, path, **item):
    """The item of a list that has these values."""
    found = [each for each in good(world, "GET", path)["items"]
             if all(each[name] == value for name, value in item.items())]
    assert len(found) <= 1
    return found[0] if found else None


def test_an_organization_is_made_once_and_switched(world):
    name = fresh("org")
    made = good(world, "POST", "/v1/organizations", {"id": name}, 201)
    assert made == {"id": name, "state": "active"}
    refused(call(world, "POST", "/v1/organizations", {"id": name}), 409, "conflict")
    for enabled, state in ((False, "disabled"), (True, "active")):
        good(world, "PATCH", f"/v1/organizations/{name}", {"enabled": enabled})
        assert listed(world, "/v1/organizations", id=name)["state"] == state
    missing = call(world, "PATCH", "/v1/organizations/nope", {"enabled": True})
    refused(missing, 404, "not_found")


def test_a_user_is_made_once_and_switched(world):
    name = fresh("user")
    body = {"id": name, "organization": "acme"}
    assert good(world, "POST", "/v1/users", body, 201)["id"] == name
    refused(call(world, "POST", "/v1/users", body), 409, "conflict")
    for enabled, state in ((False, "disabled"), (True, "active")):
        good(world, "PATCH", f"/v1/users/{name}", {"enabled": enabled})
        assert listed(world, "/v1/users?org=acme", id=name)["state"] == state
    refused(call(world, "PATCH", "/v1/users/nope", {"enabled": True}), 404, "not_found")
    unknown = call(world, "POST", "/v1/users", {"id": fresh("user"), "organization": "nope"})
    assert unknown.status in (404, 422)


@pytest.mark.parametrize("name", [
    "", " in front", "behind ", "a\r\nX-Evil: 1", "a\nb", "tab\tx", "nul\x00", "esc\x1b[2J",
    "x" * 5000, 7, None])
def test_an_id_that_a_header_would_not_carry_unchanged_is_refused(world, name):
    """What the API behind is told must be what was registered: `ada ` is not ada."""
    for path, body in (("/v1/organizations", {"id": name}),
                       ("/v1/users", {"id": name, "organization": "acme"})):
        answer = call(world, "POST", path, body)
        assert answer.status in (400, 422), f"{path}: {answer}"


def key_body(world, **more):
    return {"organization": "acme", "user": world.user(), "profile": "azen", **more}


def test_a_key_is_made_with_all_its_properties_and_works_at_once(world):
    expiry = later(days=1)
    body = key_body(world, name="build", environment="staging", expiresAt=expiry, limit="2/1h",
                    scopes=["memory.create"], addresses=["127.0.0.0/8"])
    made = good(world, "POST", "/v1/keys", body, 201)
    assert made["state"] == "active" and "_staging_" in made["secret"]
    shown = good(world, "GET", f"/v1/keys/{made['id']}")
    assert made["secret"] not in json.dumps(shown)
    assert {name: shown[name] for name in (
        "id", "organization", "user", "name", "environment", "expiresAt", "limit", "scopes",
        "addresses", "state")} == {
        "id": made["id"], "organization": "acme", "user": body["user"], "name": "build",
        "environment": "staging", "expiresAt": expiry, "limit": "2/1h",
        "scopes": ["memory.create"], "addresses": ["127.0.0.0/8"], "state": "active"}
    for status in (200, 200, 429):
        answer = world.service.auth("azen", "POST", "/api/v1/memory", azen(made["secret"]))
        assert answer.status == status


@pytest.mark.parametrize("change, status", [
    ({"organization": "nope"}, (404, 422)), ({"user": "nope"}, (404, 422)),
    ({"profile": "nope"}, (404, 422)), ({"limit": "many"}, (400, 422)),
    ({"limit": "0/60s"}, (400, 422)), ({"environment": "moon"}, (400, 422)),
    ({"expiresAt": "tomorrow"}, (400, 422)), ({"addresses": ["300.0.0.1"]}, (400, 422)),
    ({"secret": "mine"}, (400,)), ({"name": 7}, (400,)), ({"scopes": "all"}, (400,))])
def test_a_key_that_cannot_be_is_refused_and_nothing_is_recorded(world, change, status):
    body = key_body(world) | change
    size = recorded(world.service)
    answer = call(world, "POST", "/v1/keys", body)
    assert answer.status in status and answer.json["message"], str(answer)
    assert recorded(world.service) == size


def test_a_creation_repeated_with_its_idempotency_key_makes_one_key(world):
    body = key_body(world, name="once")
    again = [("Idempotency-Key", str(uuid.uuid4()))]
    made = good(world, "POST", "/v1/keys", body, 201, headers=again)
    for _ in range(2):
        told = good(world, "POST", "/v1/keys", body, 200, headers=again)
        assert told == {"id": made["id"], "secret": None, "state": "active", "replayed": True}
    reordered = dict(reversed(list(body.items())))
    assert good(world, "POST", "/v1/keys", reordered, headers=again)["id"] == made["id"]
    for other in (body | {"name": "twice"}, body | {"limit": "1/1s"}):
        refused(call(world, "POST", "/v1/keys", other, headers=again), 409, "conflict")
    keys = good(world, "GET", f"/v1/keys?user={body['user']}")["items"]
    assert [key["id"] for key in keys] == [made["id"]]
    assert good(world, "POST", "/v1/keys", body, 201)["id"] != made["id"]
    assert len(trail(world.service, "--type", "key.created", "--user", body["user"])) == 2


def test_the_same_creation_twenty_times_at_once_makes_one_key(world):
    body, again = key_body(world), [("Idempotency-Key", str(uuid.uuid4()))]
    with ThreadPoolExecutor(max_workers=20) as pool:
        answers = list(pool.map(
            lambda _: call(world, "POST", "/v1/keys", body, headers=again), range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len([answer for answer in answers if answer.json["secret"]]) == 1


def test_a_repeat_after_a_restart_is_still_a_repeat(blank, tmp_path):
    ledger = blank.copy(tmp_path / "data")
    again = [("Idempotency-Key", "the-same")]
    with start_service(ledger) as service:
        world = World(service)
        body = key_body(world)
        made = service.ask("POST", "/v1/keys", again, body, world.admin).json
        service.kill9()
    with start_service(ledger) as service:
        told = service.ask("POST", "/v1/keys", again, body, world.admin)
        assert (told.status, told.json["id"], told.json["secret"]) == (200, made["id"], None)


def test_a_key_is_changed_together_or_not_at_all(world):
    made = good(world, "POST", "/v1/keys", key_body(world, name="first"), 201)
    path = f"/v1/keys/{made['id']}"
    change = {"name": "second", "enabled": False, "expiresAt": later(days=2), "limit": "5/1m",
              "scopes": ["memory.create"], "addresses": ["192.0.2.0/24"],
              "metadata": {"team": "core"}}
    shown = good(world, "PATCH", path, change)
    wanted = {name: value for name, value in change.items()
              if name not in ("enabled", "limit")} | {"state": "disabled"}
    assert {name: shown[name] for name in wanted} == wanted and shown["limit"] is not None
    before = good(world, "GET", path)
    size = len(trail(world.service, "--key", made["id"]))
    for poor in ({"addresses": ["nowhere"]}, {"limit": "x"}, {"expiresAt": 5}, {"colour": "red"},
                 {"scopes": [1]}, {"metadata": "x"}, {"enabled": None}):
        answer = call(world, "PATCH", path, {"name": "third", "enabled": True} | poor)
        assert answer.status in (400, 422), str(answer)
    assert good(world, "GET", path) == before
    assert len(trail(world.service, "--key", made["id"])) == size
    shown = good(world, "PATCH", path, {
        "name": None, "expiresAt": None, "limit": None, "enabled": True})
    assert [shown[name] for name in ("name", "expiresAt", "limit", "state")] == [
        None, None, None, "active"]
    refused(call(world, "PATCH", "/v1/keys/nope", {"name": "x"}), 404, "not_found")


def test_a_key_is_rotated_and_revoked(world):
    made = good(world, "POST", "/v1/keys", key_body(world), 201)
    path = f"/v1/keys/{made['id']}"
    new = good(world, "POST", f"{path}/rotate", {"graceSeconds": 3600}, 201)
    assert new["id"] != made["id"] and new["state"] == "active"
    for secret in (made["secret"], new["secret"]):
        assert world.service.auth("azen", "GET", "/", azen(secret)).status == 200
    third = good(world, "POST", f"/v1/keys/{new['id']}/rotate", {}, 201)
    assert world.service.auth("azen", "GET", "/", azen(new["secret"])).status == 403
    revoked = good(world, "POST", f"/v1/keys/{third['id']}/revoke")
    assert (revoked["id"], revoked["state"]) == (third["id"], "revoked")
    assert world.service.auth("azen", "GET", "/", azen(third["secret"])).status == 403
    again = call(world, "POST", f"/v1/keys/{third['id']}/rotate", {})
    assert 400 <= again.status < 500
    refused(call(world, "POST", "/v1/keys/nope/revoke"), 404, "not_found")


def test_keys_are_listed_by_their_filters(world):
    body = key_body(world)
    kept, ended = (good(world, "POST", "/v1/keys", body, 201)["id"] for _ in range(2))
    good(world, "POST", f"/v1/keys/{ended}/revoke")
    def found(query):
        answer = good(world, "GET", f"/v1/keys?user={body['user']}&{query}")
        assert answer["logSize"] > 0 and TIME.fullmatch(answer["time"])
        return {key["id"] for key in answer["items"]}
    assert found("state=active") == {kept} and found("state=revoked") == {ended}
    assert found("org=acme&kind=permanent") == {kept, ended}
    good(world, "POST", "/v1/organizations", {"id": (other := fresh("org"))}, 201)
    assert found(f"org={other}") == set()
    assert found("olderThan=1d") == set() and found("unusedSince=1d") <= {kept, ended}


def test_a_token_is_made_listed_and_ended(world):
    name = fresh("token")
    made = good(world, "POST", "/v1/tokens", {
        "name": name, "role": "auditor", "expiresAt": later(hours=1)}, 201)
    assert (made["name"], made["role"]) == (name, "auditor")
    assert world.service.ask("GET", "/v1/keys", token=made["token"]).status == 200
    shown = listed(world, "/v1/tokens", name=name)
    assert shown["role"] == "auditor" and made["token"] not in json.dumps(shown)
    refused(call(world, "POST", "/v1/tokens", {"name": name, "role": "admin"}), 409, "conflict")
    unknown = call(world, "POST", "/v1/tokens", {"name": fresh("token"), "role": "god"})
    assert unknown.status in (400, 422)
    good(world, "DELETE", f"/v1/tokens/{name}")
    refused(world.service.ask("GET", "/v1/keys", token=made["token"]), 401, "unauthorized")
    refused(call(world, "DELETE", "/v1/tokens/nope"), 404, "not_found")


def test_a_token_ends_at_its_expiry(world):
    made = good(world, "POST", "/v1/tokens", {
        "name": fresh("token"), "role": "auditor", "expiresAt": later(seconds=1)}, 201)
    until = time.monotonic() + 10
    while world.service.ask("GET", "/v1/limits", token=made["token"]).status == 200:
        assert time.monotonic() < until, "an expired token still works"
    refused(world.service.ask("GET", "/v1/limits", token=made["token"]), 401, "unauthorized")


def test_a_session_is_denied(world):
    jti = str(uuid.uuid4())
    told = good(world, "POST", "/v1/sessions/deny", {"jti": jti, "expiresAt": later(hours=1)})
    record, = [each for each in trail(world.service, "--type", "session.denied")
               if each["sequence"] == told["sequence"]]
    assert record["actor"]


def test_credits_are_granted_and_add_up(world):
    user = world.user(credits=0)
    for amount, balance in ((3, 3), (4, 7)):
        told = good(world, "POST", "/v1/credits", {"user": user, "amount": amount})
        assert told == {"user": user, "balance": balance}
    assert listed(world, "/v1/credits", user=user)["balance"] == 7
    assert call(world, "POST", "/v1/credits", {"user": "nope", "amount": 1}).status in (404, 422)


def test_a_block_is_listed_with_its_evidence_and_released(world):
    caller = world.caller("zazmic")
    world.fail(caller.user, 10)
    assert world.service.auth("zazmic", "POST", "/api/tasks", caller.headers).status == 429
    block = listed(world, "/v1/blocks", user=caller.user)
    reported = [each["sequence"] for each in trail(
        world.service, "--type", "task.reported", "--user", caller.user)]
    assert len(reported) == 10
    assert any(value == reported for value in block.values()), block
    told = good(world, "DELETE", f"/v1/blocks/{caller.user}")
    assert told == {"user": caller.user, "released": True}
    assert world.service.auth("zazmic", "POST", "/api/tasks", caller.headers).status == 200
    told = good(world, "DELETE", f"/v1/blocks/{caller.user}")
    assert told == {"user": caller.user, "released": False}


def test_outcomes_are_idempotent_and_a_refund_is_given_once(world):
    caller = world.caller("zazmic", credits=2)
    verified = world.service.verify(
        world.gateway, "zazmic", "POST", "/api/tasks", dict(caller.headers))
    def report(outcome, task="t", sequence=None, user=caller.user):
        return world.service.outcome(world.gateway, user, task, outcome, sequence)
    first = report("failed", sequence=verified["sequence"])
    assert first.status == 200, str(first)
    again = report("failed", sequence=verified["sequence"])
    assert (again.status, again.json) == (200, first.json)
    assert listed(world, "/v1/credits", user=caller.user)["balance"] == 2
    refused(report("succeeded"), 409, "conflict")
    refused(report("failed", user="nope"), 404, "not_found")
    refused(report("failed", "other", 0), 422, "unprocessable")
    another = world.user()
    refused(report("failed", "third", verified["sequence"], another), 422, "unprocessable")
    assert report("failed", "other", verified["sequence"]).status in (200, 409, 422)
    assert listed(world, "/v1/credits", user=caller.user)["balance"] == 2
    assert report("lost").status == 400


def test_profiles_are_listed_and_shown(world):
    items = good(world, "GET", "/v1/profiles")["items"]
    assert {"zazmic", "azen"} <= {item["name"] for item in items}
    answer = call(world, "GET", "/v1/profiles/azen")
    assert answer.status == 200 and "azen-api-key" in answer.text
    refused(call(world, "GET", "/v1/profiles/nope"), 404, "not_found")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_cloudtrail_file_is_imported(world, sample, pack):
    file = sorted(sample.glob("*.json"))[0]
    told = good(world, "POST", "/v1/imports?source=cloudtrail", pack(file.read_bytes()))
    assert told["added"] + told["known"] == told["events"] > 0
    again = good(world, "POST", "/v1/imports?source=cloudtrail", pack(file.read_bytes()))
    assert (again["added"], again["known"]) == (0, told["events"])
    assert call(world, "POST", "/v1/imports?source=nope", b"{}").status in (400, 422)
    assert call(world, "POST", "/v1/imports?source=cloudtrail", b"nonsense").status in (400, 422)


READS = ["/v1/organizations", "/v1/users", "/v1/users?org=acme", "/v1/keys", "/v1/limits",
         "/v1/blocks", "/v1/credits", "/v1/state", "/v1/events", "/v1/usage?by=org",
         "/v1/usage?by=user,reason&per=hour"]


@pytest.mark.parametrize("path", READS)
def test_a_read_is_recorded_after_its_log_size_was_fixed(world, path):
    before = recorded(world.service)
    answer = good(world, "GET", path, role="auditor")
    size = answer["asOf"]["logSize"] if path == "/v1/state" else answer["logSize"]
    assert size == before
    record, = trail(world.service)[before:]
    assert (record["type"], record["sequence"]) == ("audit.accessed", size)
    assert "auditor" in record["actor"]


def test_reads_that_are_refused_are_no_access(world):
    before = recorded(world.service)
    assert call(world, "GET", "/v1/keys", role="billing").status == 403
    assert world.service.ask("GET", "/v1/keys").status == 401
    assert call(world, "GET", "/v1/keys?state=lost").status == 400
    assert trail(world.service, "--type", "audit.accessed")[-1]["sequence"] < before


def test_the_answers_are_those_of_the_command_line(world):
    world.caller("azen")
    size, differing = recorded(world.service), []
    for path, question in (
            ("keys", ["keys", "list"]), ("users", ["users", "list"]), ("limits", ["limits"]),
            ("organizations", ["organizations", "list"]), ("credits", ["credits"]),
            ("blocks", ["blocks"])):
        told = good(world, "GET", f"/v1/{path}?asOf={size}", role="auditor")
        assert told["logSize"] == size
        if told["items"] != world.run(*question, "--as-of", size):
            differing.append(path)
    assert differing == []
    state = good(world, "GET", f"/v1/state?asOf={size}", role="auditor")
    assert state["digest"] == world.run("state", "--as-of", size)["digest"]


def test_a_past_moment_is_answered_as_it_was(world):
    user = world.user()
    size = recorded(world.service)
    moment = later()
    good(world, "PATCH", f"/v1/users/{user}", {"enabled": False})
    for as_of, state in ((size, "active"), (moment, "active"), (size + 1000, None)):
        answer = call(world, "GET", f"/v1/users?asOf={as_of}")
        if state is None:
            assert answer.status in (400, 404, 422)
        else:
            found, = [each for each in answer.json["items"] if each["id"] == user]
            assert found["state"] == state
    assert listed(world, "/v1/users", id=user)["state"] == "disabled"


def test_the_trail_is_read_in_pages_of_one_log_size(world):
    user = world.caller("azen").user
    first = good(world, "GET", "/v1/events?limit=5")
    size, pages = first["logSize"], [first["items"]]
    following = first["next"]
    while following is not None:
        world.run("credits", "grant", "--user", user, 1)
        page = good(world, "GET", f"/v1/events?limit=50&logSize={size}&after={following}")
        assert page["logSize"] == size and 0 < len(page["items"]) <= 50
        pages.append(page["items"])
        following = page["next"]
    assert len(pages) > 2 and len(first["items"]) == 5
    told = [item for page in pages for item in page]
    assert told == trail(world.service, "--log-size", size)


def test_the_trail_is_filtered(world):
    caller = world.caller("zazmic")
    world.service.auth("zazmic", "GET", "/api/tasks", caller.headers)
    world.run("keys", "disable", caller.key)
    world.service.auth("zazmic", "GET", "/api/tasks", caller.headers)
    def found(query):
        return good(world, "GET", f"/v1/events?{query}")["items"]
    assert [each["type"] for each in found(f"key={caller.key}")] == [
        "key.created", "request.decided", "key.disabled", "request.decided"]
    for query, options in (
            (f"user={caller.user}", ["--user", caller.user]),
            (f"key={caller.key}&decision=refused", ["--key", caller.key, "--decision", "refused"]),
            ("reason=disabled", ["--reason", "disabled"]),
            ("operation=tasks.list&decision=allowed",
             ["--operation", "tasks.list", "--decision", "allowed"]),
            ("type=key.disabled&org=acme", ["--type", "key.disabled", "--org", "acme"]),
            ("client=127.0.0.1&type=request.decided",
             ["--client", "127.0.0.1", "--type", "request.decided"])):
        items = found(f"{query}&limit=1000")
        assert items and items == trail(world.service, *options), query
    assert found("until=2020-01-01") == [] and found("since=2100-01-01") == []


def test_usage_counts_what_was_decided(world):
    caller = world.caller("azen", limit="2/1h")
    for _ in range(3):
        world.service.auth("azen", "POST", "/api/v1/memory", caller.headers)
    told = good(world, "GET", f"/v1/usage?by=user,operation&user={caller.user}", role="billing")
    row, = told["items"]
    assert (row["user"], row["operation"], row["allowed"], row["refused"], row["count"]) == (
        caller.user, "memory.create", 2, 1, 3)
    hours = good(world, "GET", f"/v1/usage?by=user&per=hour&user={caller.user}")["items"]
    assert sum(each["count"] for each in hours) == 3 and hours[0]["periodStart"]


def test_a_decision_is_explained(world):
    caller = world.caller("zazmic", credits=0)
    world.service.auth("zazmic", "POST", "/api/tasks", caller.headers)
    sequence = decisions(world.service, "--user", caller.user)[-1]["sequence"]
    told = good(world, "GET", f"/v1/explain/{sequence}", role="auditor")
    text = json.dumps(told)
    assert "insufficient_credits" in text and caller.key in text
    refused(call(world, "GET", "/v1/explain/99999999"), 404, "not_found")
    assert call(world, "GET", "/v1/explain/0").status in (200, 404, 422)


def events_of(lines):
    """The server-sent events in an iterable of lines, as (id, event, data)."""
    fields = {}
    for line in lines:
        line = line.decode().rstrip("\r\n")
        if not line:
            if "data" in fields:
                yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")


def stream(world, query="", headers=(), role="auditor"):
    """An open stream: the connection to close, the response, the events."""
    connection = Connection(world.service.url)
    connection.http.putrequest("GET", f"/v1/events/stream{query}")
    connection.http.putheader("Authorization", f"Bearer {getattr(world, role)}")
    for name, value in headers:
        connection.http.putheader(name, value)
    connection.http.endheaders()
    answer = connection.http.getresponse()
    return connection, answer, events_of(iter(answer.readline, b""))


def test_the_stream_tells_what_was_and_what_comes(world):
    start = recorded(world.service)
    user = world.user()
    connection, answer, events = stream(world, f"?after={start - 1}&user={user}")
    with connection:
        assert answer.status == 200
        assert answer.getheader("Content-Type").startswith("text/event-stream")
        assert next(events)[1] == "user.registered"
        assert next(events)[1].startswith("credits.")
        caller = world.caller("azen", user=user)
        identifier, event, data = next(events)
        assert (event, data["key"], data["sequence"]) == ("key.created", caller.key, identifier)
        world.service.auth("azen", "GET", "/", caller.headers)
        identifier, event, data = next(events)
        assert (event, data["decision"]) == ("request.decided", "allowed")
    assert data == trail(world.service, "--user", user)[-1]


def test_the_stream_resumes_after_the_last_event_seen(world):
    user = world.user()
    for amount in range(1, 8):
        world.run("credits", "grant", "--user", user, amount)
    wanted = [each["sequence"] for each in trail(world.service, "--user", user)]
    for headers, query in (([("Last-Event-ID", str(wanted[3]))], f"?user={user}"),
                           ([], f"?user={user}&after={wanted[3]}"),
                           ([("Last-Event-ID", str(wanted[3]))], f"?user={user}&after=0")):
        connection, _, events = stream(world, query, headers)
        with connection:
            assert [next(events)[0] for _ in wanted[4:]] == wanted[4:], (headers, query)


def test_a_stream_is_for_those_who_may_read_and_a_lost_reader_harms_nobody(world):
    for role in ("billing", "gateway"):
        connection, answer, _ = stream(world, role=role)
        with connection:
            assert answer.status == 403
    for _ in range(50):
        connection, _, events = stream(world, "?after=0")
        next(events)
        connection.close()
    assert world.service.ask("GET", "/healthz").status == 200
    connection, answer, _ = stream(world, "?after=x")
    with connection:
        assert answer.status == 400


def test_a_stream_does_not_hold_up_the_end_of_the_service(empty):
    with start_service(empty) as service:
        world = World(service)
        connection, answer, events = stream(world, "?after=0")
        assert answer.status == 200 and next(events)
        service.stop()
        connection.close()


ALL = {"admin", "auditor", "billing", "gateway"}
ROLES = [
    ("POST", "/v1/verify", {"admin", "gateway"}), ("POST", "/v1/outcomes", {"admin", "gateway"}),
    ("POST", "/v1/organizations", {"admin"}), ("PATCH", "/v1/organizations/acme", {"admin"}),
    ("POST", "/v1/users", {"admin"}), ("PATCH", "/v1/users/x", {"admin"}),
    ("POST", "/v1/keys", {"admin"}), ("PATCH", "/v1/keys/x", {"admin"}),
    ("POST", "/v1/keys/x/rotate", {"admin"}), ("POST", "/v1/keys/x/revoke", {"admin"}),
    ("POST", "/v1/tokens", {"admin"}), ("DELETE", "/v1/tokens/x", {"admin"}),
    ("POST", "/v1/sessions/deny", {"admin"}), ("POST", "/v1/credits", {"admin"}),
    ("DELETE", "/v1/blocks/x", {"admin"}), ("PUT", "/v1/profiles/x", {"admin"}),
    ("POST", "/v1/imports?source=cloudtrail", {"admin"}),
    ("GET", "/v1/organizations", {"admin", "auditor"}), ("GET", "/v1/users", {"admin", "auditor"}),
    ("GET", "/v1/keys", {"admin", "auditor"}), ("GET", "/v1/keys/x", {"admin", "auditor"}),
    ("GET", "/v1/limits", {"admin", "auditor"}), ("GET", "/v1/blocks", {"admin", "auditor"}),
    ("GET", "/v1/credits", {"admin", "auditor", "billing"}),
    ("GET", "/v1/usage?by=org", {"admin", "auditor", "billing"}),
    ("GET", "/v1/state", {"admin", "auditor"}), ("GET", "/v1/events", {"admin", "auditor"}),
    ("GET", "/v1/explain/1", {"admin", "auditor"})]


@pytest.mark.parametrize("method, path, allowed", ROLES, ids=[f"{m} {p}" for m, p, _ in ROLES])
def test_every_role_may_do_what_is_its_own_and_no_more(world, method, path, allowed):
    for role in sorted(ALL):
        answer = call(world, method, path, None if method == "GET" else {"surprise": 1}, role)
        assert answer.status < 500, str(answer)
        if role in allowed:
            assert answer.status not in (401, 403), f"{role}: {answer}"
        else:
            refused(answer, 403, "forbidden")
    refused(world.service.ask(method, path, body=None if method == "GET" else {}), 401,
            "unauthorized")


def test_what_is_open_to_all_needs_no_token(world):
    for path, kind in (("/checkpoint", "text/plain"), ("/metrics", "text/plain"),
                       ("/healthz", "application/json"), ("/readyz", "application/json")):
        answer = world.service.ask("GET", path)
        assert answer.status == 200 and answer.header("Content-Type").startswith(kind), path
    note = world.service.ask("GET", "/checkpoint").text
    assert note.startswith("keyledger/") and "\n\n\u2014 keyledger/" in note
    assert world.service.ask("GET", "/readyz").json["status"] == "ok"


def test_every_change_names_the_token_that_made_it(world):
    name = fresh("org")
    good(world, "POST", "/v1/organizations", {"id": name}, 201)
    record, = [each for each in trail(world.service, "--type", "organization.registered")
               if each["organization"] == name]
    assert "admin" in record["actor"] and not record["actor"].startswith("operator:")


def test_forwarding_headers_of_an_untrusted_peer_count_for_nothing(blank, tmp_path):
    ledger = blank.copy(tmp_path / "data")
    with start_service(ledger, "--trusted-proxy", "203.0.113.0/24") as service:
        world = World(service)
        caller = world.caller("zazmic")
        local = world.caller("zazmic", addresses=["198.51.100.0/24"])
        forged = [("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/api/agents"),
                  ("X-Original-Method", "GET"), ("X-Original-URI", "/api/agents"),
                  ("X-Forwarded-For", "198.51.100.7"), ("X-Real-IP", "198.51.100.7"),
                  ("Forwarded", "for=198.51.100.7")]
        room(4)
        answer = service.ask("POST", "/auth/zazmic/api/tasks", forged + caller.headers)
        assert (answer.status, answer.header("X-RateLimit-Remaining")) == (200, "9"), str(answer)
        record = decisions(service)[-1]
        assert (record["operation"], record["clientAddress"]) == ("tasks.execute", "127.0.0.1")
        answer = service.ask("POST", "/auth/zazmic/api/tasks", forged + local.headers)
        assert (answer.status, decisions(service)[-1]["reason"]) == (403, "address_not_allowed")


def test_a_trusted_proxy_names_the_client(world):
    caller = world.caller("zazmic", addresses=["198.51.100.0/24"])
    for chain, status, client in (
            ("198.51.100.7", 200, "198.51.100.7"), ("192.0.2.1", 403, "192.0.2.1"),
            ("198.51.100.7, 192.0.2.1", 403, "192.0.2.1"),
            ("192.0.2.1, 198.51.100.7", 200, "198.51.100.7"),
            ("192.0.2.1, 198.51.100.7, 127.0.0.1", 200, "198.51.100.7"),
            ("198.51.100.7, nonsense", 403, None), ("", 403, None)):
        answer = world.service.auth(
            "zazmic", "GET", "/api/tasks", [("X-Forwarded-For", chain), *caller.headers])
        assert answer.status == status, f"{chain}: {answer}"
        assert decisions(world.service)[-1]["clientAddress"] == client


def test_verify_takes_the_client_address_it_is_told(world):
    caller = world.caller("zazmic", addresses=["2001:db8::/32"])
    for client, allowed in (("2001:db8::7", True), ("192.0.2.1", False)):
        told = world.service.verify(
            world.gateway, "zazmic", "GET", "/api/tasks", dict(bearer(caller.secret)), client)
        assert told["allowed"] == allowed
        assert decisions(world.service)[-1]["clientAddress"] == client
