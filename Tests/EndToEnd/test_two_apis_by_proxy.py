"""The same table through Caddy and nginx as they are shipped, an echoing API behind them."""

import os
import time

import pytest

from proxies import run_proxy
from service import ask, decisions, start_service
from test_full_disk import filled
from test_two_apis import SEED_COMMANDS, curl, foreign  # noqa: F401 (a fixture)
from two_apis import (
    AZEN_UNAVAILABLE, IDENTITY, PASSES, REFUSALS, ZAZMIC_BAD_CREDENTIAL, ZAZMIC_UNAVAILABLE,
    World, check_record, check_refusal_headers, check_standing, names, room)
from upstream import Upstream

ROWS = [pytest.param(row, id=row.id) for row in REFUSALS + PASSES]

TARGETS = {"zazmic": "/api/tasks", "azen": "/api/v1/memory"}


class Front:
    """A proxy before a service and an API, and who knocks there."""

    def __init__(self, world, proxy, upstream):
        self.world = world
        self.urls = {"zazmic": proxy.zazmic_url, "azen": proxy.azen_url}
        self.upstream = upstream
        self.is_canonical = proxy.name == "caddy"
        """Whether it spells header names in its own way, as everything written in Go does."""

    def ask(self, profile, method, target, headers=(), body=None):
        """The answer, and the requests that reached the API."""
        self.upstream.clear()
        if body is None and method in ("POST", "PUT", "PATCH"):
            body = b""
        answer = ask(self.urls[profile], method, target, headers, body)
        return self.spelled(answer), list(self.upstream.requests)

    def spelled(self, answer):
        """With the names of the table where the proxy spells them as X-Ratelimit-Limit."""
        if self.is_canonical:
            known = {name.lower(): name for name in (
                "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
                "WWW-Authenticate")}
            answer.headers[:] = [
                (known.get(name.lower(), name), value) for name, value in answer.headers]
        return answer


@pytest.fixture(scope="module")
def world(blank, foreign, tmp_path_factory):  # noqa: F811
    ledger = blank.copy(tmp_path_factory.mktemp("proxied") / "data")
    with start_service(ledger) as service:
        yield World(service, foreign)


@pytest.fixture(scope="module", params=["caddy", "nginx"])
def front(request, world):
    with Upstream().running() as upstream, \
            run_proxy(request.param, world.service.url, upstream.url) as proxy:
        yield Front(world, proxy, upstream)


@pytest.mark.parametrize("row", ROWS)
def test_the_client_gets_the_answer_of_the_table(front, row):
    caller = row.prepare(front.world)
    room(2)
    before = time.time()
    answer, arrived = front.ask(row.profile, row.method, row.target, caller.headers)
    after = time.time()
    check_standing(row, answer, before, after)
    check_refusal_headers(row, answer)
    assert names(answer, "Keyledger-") == []
    if row.status == 200:
        assert (answer.status, answer.header("X-Upstream")) == (200, "yes"), str(answer)
        request, = arrived
        assert (request.method, request.target) == (row.method, row.target)
        identity = (caller.user, caller.key, caller.organization)
        assert [request.values(name) for name in IDENTITY] == [[value] for value in identity]
    else:
        assert (answer.status, answer.text) == (row.status, row.body), str(answer)
        assert answer.header("Content-Type").split(";")[0] == "application/json"
        assert arrived == []
    record = decisions(front.world.service)[-1]
    check_record(row, caller, record)
    assert record["clientAddress"] == "127.0.0.1"


FORGED = [
    ("Keyledger-User-Id", "root"), ("keyledger-user-id", "root"), ("KEYLEDGER-API-KEY-ID", "k"),
    ("Keyledger_User_Id", "root"), ("Keyledger-Organization-Id", "root"),
    ("Keyledger.User.Id", "root"), ("Keyledger-Status", "200"), ("Keyledger-Body", "x")]


@pytest.mark.parametrize("profile", TARGETS)
def test_identity_headers_of_the_client_never_reach_the_api(front, profile):
    caller = front.world.caller(profile)
    for more in ([], [("Connection", "Keyledger-User-Id, Keyledger-Api-Key-Id")]):
        answer, arrived = front.ask(
            profile, "POST", TARGETS[profile], [*FORGED, *more, *caller.headers])
        if answer.status == 400:
            continue  # refused as a whole
        request, = arrived
        assert [request.values(name) for name in IDENTITY] == [
            [caller.user], [caller.key], ["acme"]], request.headers
        assert not any("root" in value for _, value in request.headers)
    _, arrived = front.ask(profile, "OPTIONS", TARGETS[profile], FORGED)
    for request in arrived:
        assert all(request.values(name) in ([], [""]) for name in IDENTITY), request.headers


def test_forwarding_headers_of_the_client_change_nothing(front):
    caller = front.world.caller("zazmic", scopes=["tasks.list"])
    local = front.world.caller("zazmic", addresses=["198.51.100.0/24"])
    forged = [
        ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/api/tasks"),
        ("X-Original-Method", "GET"), ("X-Original-URI", "/api/tasks"),
        ("X-Forwarded-For", "198.51.100.7"), ("X-Real-IP", "198.51.100.7"),
        ("Forwarded", "for=198.51.100.7")]
    answer, arrived = front.ask("zazmic", "POST", "/api/tasks", forged + caller.headers)
    assert (answer.status, arrived) == (403, [])
    assert decisions(front.world.service)[-1]["operation"] == "tasks.execute"
    answer, arrived = front.ask("zazmic", "GET", "/api/tasks", forged + local.headers)
    assert (answer.status, arrived) == (403, [])
    assert decisions(front.world.service)[-1]["clientAddress"] == "127.0.0.1"
    answer, arrived = front.ask("zazmic", "POST", "/api/tasks?mode=x&profile=azen", forged)
    assert (answer.status, arrived) == (401, [])


@pytest.mark.parametrize("target", [
    "/api/agents/../tasks", "/api/%2e%2e/tasks", "/api%2ftasks", "/api%5Ctasks", "/api/tasks%00"])
def test_a_path_that_could_be_two_things_never_reaches_the_api(front, target):
    caller = front.world.caller("zazmic")
    answer, arrived = front.ask("zazmic", "POST", target, caller.headers)
    assert (answer.status, arrived) == (400, []), str(answer)


@pytest.mark.parametrize("profile, operation", [
    ("zazmic", "tasks.list"), ("azen", "memory.create")])
def test_the_command_of_the_documentation_works_through_the_proxy(front, profile, operation):
    command, host = SEED_COMMANDS[profile]
    command = command.replace(host, front.urls[profile])
    caller = front.world.caller(profile)
    front.upstream.clear()
    body, status = curl(command)
    refusal = ("401", ZAZMIC_BAD_CREDENTIAL) if profile == "zazmic" else (
        "403", '{"status":"forbidden","message":"Invalid API key","code":403}')
    assert (status, body) == refusal and front.upstream.requests == []
    _, status = curl(command.replace("your_api_key_here", caller.secret))
    request, = front.upstream.requests
    assert status == "200"
    assert request.values("Keyledger-User-Id") == [caller.user]
    assert request.size == (0 if profile == "zazmic" else len(
        '{\n    "text": "I love hiking in the mountains"\n  }'))
    record = decisions(front.world.service)[-1]
    assert (record["operation"], record["key"]) == (operation, caller.key)


def test_five_requests_a_second_through_the_proxy_count_down(front):
    caller = front.world.caller("zazmic")
    room(6)
    seen = []
    for _ in range(12):
        answer, _ = front.ask("zazmic", "POST", "/api/tasks", caller.headers)
        seen.append((answer.status, answer.header("X-RateLimit-Remaining")))
    assert seen == [(200, str(left)) for left in range(9, -1, -1)] + [(429, "0")] * 2


@pytest.mark.parametrize("name", ["caddy", "nginx"])
def test_what_cannot_be_recorded_is_503_and_never_reaches_the_api(blank, tmpfs, name):
    place = tmpfs(4096)
    ledger = blank.copy(place / "data", is_sparse=False)
    with start_service(ledger) as service:
        world = World(service)
        callers = {profile: world.caller(profile) for profile in TARGETS}
        with Upstream().running() as upstream, \
                run_proxy(name, service.url, upstream.url) as proxy:
            front = Front(world, proxy, upstream)
            filler = filled(place, 0)
            for _ in range(20_000):
                if service.ask("GET", "/readyz").status == 503:
                    break
                if os.statvfs(place).f_bavail:
                    filled(place, 0)
                front.ask("azen", "GET", "/", callers["azen"].headers)
            else:
                pytest.fail("a full disk was never noticed")
            for profile, body in (("zazmic", ZAZMIC_UNAVAILABLE), ("azen", AZEN_UNAVAILABLE)):
                answer, arrived = front.ask(
                    profile, "POST", TARGETS[profile], callers[profile].headers)
                assert (answer.status, answer.text, arrived) == (503, body, []), str(answer)
            filler.unlink()
        service.kill9()
