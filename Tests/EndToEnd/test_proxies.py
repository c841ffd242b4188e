"""What a client gets through the shipped proxy configurations."""

import hashlib
import json
import subprocess

import pytest

from fake_keyledger import LIMITS, allowed, refused
from proxy_scene import FORBIDDEN, IDENTITY, LIMITED, UNAUTHORIZED, check_refused, nginx_alone
from proxy_scene import keyledger, proxy, scene, upstream  # noqa: F401  (fixtures)
from upstream import pattern
from wire import connected, head, received, until_blank_line

FIVE_MB = pattern(5_000_000)


def test_a_limited_request_is_429_with_its_headers(scene):
    answer = refused(429, LIMITED, ("Retry-After", "17"), *LIMITS)
    response = check_refused(scene, answer)
    for name, value in [("Retry-After", "17"), *LIMITS]:
        assert response.values(name) == [value]


@nginx_alone
def test_limit_headers_keep_their_spelling(scene):
    """Caddy (Go) and Envoy write names their own way; names mean the same in any case."""
    for answer in (allowed(), refused(429, LIMITED, *LIMITS)):
        scene.keyledger.say = answer
        assert scene.send().spelled("x-ratelimit-limit") == ["X-RateLimit-Limit"]


def test_no_credential_is_401_with_one_challenge(scene):
    answer = refused(401, UNAUTHORIZED, ("WWW-Authenticate", 'Bearer realm="azen"'))
    response = check_refused(scene, answer)
    assert response.values("WWW-Authenticate") == ['Bearer realm="azen"']
    assert response.values("X-RateLimit-Limit") == []


def test_a_bad_key_is_403(scene):
    response = check_refused(scene, refused(403, FORBIDDEN))
    assert response.values("Retry-After") == []
    assert not [name for name, _ in response.headers if name.lower().startswith("keyledger")]


def test_a_refusal_that_names_somebody_is_a_refusal(scene):
    check_refused(scene, refused(403, FORBIDDEN, *[(name, "user-1") for name in IDENTITY]))


def test_what_cannot_be_recorded_is_503(scene):
    check_refused(scene, refused(503, scene.unavailable.decode()))


def test_an_ambiguous_path_is_400(scene):
    check_refused(scene, refused(400, '{"error":"bad_request","message":"dot segments"}'))


@nginx_alone
def test_a_400_in_no_mode_is_400(scene):
    scene.keyledger.knows_modes = False
    scene.keyledger.say = refused(400, '{"error":"bad_request","message":"dot segments"}')
    response = scene.send("GET", "/api/x")
    assert (response.status, response.body) == (400, b"")
    assert scene.upstream.requests == []


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "DELETE", "PROPFIND"])
def test_a_refusal_is_the_same_for_every_method(scene, method):
    check_refused(scene, refused(429, LIMITED, ("Retry-After", "1")), method=method)


def test_a_refused_upload_still_gets_its_answer(scene):
    """On one connection, so that a body left unread would be taken for the next request."""
    scene.keyledger.say = refused(429, LIMITED, ("Retry-After", "1"))
    body = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n" * 100
    with connected(scene.url) as connection:
        for _ in range(2):
            connection.sendall(head(scene.url, "POST", "/api/tasks",
                                    [("Content-Length", str(len(body)))]) + body)
            assert received(connection, "POST").body == LIMITED.encode()
    assert len(scene.keyledger.requests) == 2
    assert scene.upstream.requests == []


def test_limits_reach_the_client_with_the_upstream_answer(scene):
    response = scene.send("GET", "/api/tasks")
    assert response.status == 200
    assert response.values("X-Upstream") == ["yes"]
    assert json.loads(response.body)["target"] == "/api/tasks"
    for name, value in LIMITS:
        assert response.values(name) == [value]


def test_without_limits_no_limit_header_is_made_up(scene):
    scene.keyledger.say = allowed(limits=False)
    response = scene.send("GET", "/api/tasks")
    assert response.status == 200
    assert not [name for name, _ in response.headers if name.lower().startswith("x-ratelimit")]


@pytest.mark.parametrize("status", [201, 400, 401, 403, 404, 429, 500, 503])
def test_the_upstream_keeps_its_own_answers(scene, status):
    response = scene.send("GET", f"/status/{status}")
    assert (response.status, response.body) == (status, b"the upstream's own")
    assert response.values("Content-Type") == ["text/plain"]
    assert response.values("X-RateLimit-Remaining") == ["7"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_goes_to_the_upstream_alone(scene, chunked):
    if chunked:
        parts = [FIVE_MB[at:at + 70_001] for at in range(0, len(FIVE_MB), 70_001)]
        response = scene.send("POST", "/api/tasks", chunks=parts)
    else:
        response = scene.send("POST", "/api/tasks", body=FIVE_MB)
    assert response.status == 200
    request = scene.passed()
    assert (request.size, request.sha256) == (len(FIVE_MB), hashlib.sha256(FIVE_MB).hexdigest())
    [asked] = scene.keyledger.requests
    assert asked.size == 0
    assert asked.values("Transfer-Encoding") == []
    assert asked.values("Content-Length") in ([], ["0"])


def test_a_client_that_waits_for_100_is_not_left_waiting(scene):
    headers = [("Expect", "100-continue"), ("Content-Length", "4")]
    with connected(scene.url) as connection:
        connection.sendall(head(scene.url, "POST", "/api/tasks", headers))
        assert until_blank_line(connection).startswith(b"HTTP/1.1 100")
        connection.sendall(b"body")
        assert received(connection, "POST").status == 200
    assert scene.passed().size == 4
    assert scene.keyledger.requests[0].values("Expect") == []


def test_a_large_download_arrives_whole(scene):
    assert scene.send("GET", "/bytes/20000000").body == pattern(20_000_000)


@pytest.mark.parametrize("written", ["websocket", "WebSocket"])
def test_a_websocket_is_asked_about_and_passed_on(scene, written):
    upgrade = [("Connection", "keep-alive, Upgrade"), ("Upgrade", written),
               ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
    with connected(scene.url) as connection:
        connection.sendall(head(scene.url, "GET", "/socket", upgrade))
        assert until_blank_line(connection).startswith(b"HTTP/1.1 101")
        connection.sendall(b"ping")
        assert connection.recv(1) == b"p"
    assert scene.asked() == ("GET", "/socket")
    assert scene.keyledger.requests[0].values("Upgrade") == []
    assert "upgrade" not in str(scene.keyledger.requests[0].values("Connection")).lower()


def test_a_refused_websocket_is_no_websocket(scene):
    upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
    check_refused(scene, refused(403, FORBIDDEN), headers=upgrade)


def test_the_zazmic_command_works(proxy, keyledger, upstream):
    keyledger.reset()
    upstream.clear()
    done = subprocess.run(
        ["curl", "-sSi", f"{proxy.zazmic_url}/api/tasks",
         "-H", "Authorization: Bearer your_api_key_here"],
        capture_output=True, text=True, check=True)
    assert done.stdout.startswith("HTTP/1.1 200")
    assert "x-ratelimit-remaining: 7" in done.stdout.lower()
    assert keyledger.requests[0].values("Authorization") == ["Bearer your_api_key_here"]


def test_the_azen_command_works(proxy, keyledger, upstream):
    keyledger.reset()
    upstream.clear()
    body = '{\n    "text": "I love hiking in the mountains"\n  }'
    done = subprocess.run(
        ["curl", "-sS", "-X", "POST", f"{proxy.azen_url}/api/v1/memory",
         "-H", "Content-Type: application/json", "-H", "azen-api-key: your_api_key_here",
         "-d", body],
        capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["sha256"] == hashlib.sha256(body.encode()).hexdigest()
    assert keyledger.requests[0].values("azen-api-key") == ["your_api_key_here"]
