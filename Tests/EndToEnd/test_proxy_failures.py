"""The shipped proxy configurations when keyledger, or the API, does not answer as it should."""

import pytest

from fake_keyledger import FakeKeyledger, allowed, refused
from proxies import PROXIES, run_proxy
from proxy_scene import AZEN_503, LIMITED, UNAUTHORIZED, ZAZMIC_503, caddy_alone, nginx_alone
from proxy_scene import keyledger, proxy, scene, upstream  # noqa: F401  (fixtures)
from upstream import Answer, Upstream
from wire import send


def test_without_an_answer_nothing_is_passed_on(scene):
    scene.keyledger.speak.clear()
    response = scene.send("POST", "/api/tasks", body=b"{}")
    assert (response.status, response.body) == (503, scene.unavailable)
    assert response.values("Content-Type") == ["application/json"]
    assert scene.upstream.requests == []


@pytest.mark.parametrize("status", [302, 404, 405, 500, 502])
def test_an_answer_it_does_not_give_is_no_permission(scene, status):
    scene.keyledger.say = Answer(status, [("Location", "/elsewhere")])
    scene.keyledger.knows_modes = False
    assert scene.send("GET", "/api/tasks").status >= 300
    assert scene.upstream.requests == []


@pytest.mark.parametrize(("told", "status", "body"), [
    ("400", 400, b"{}"), ("403", 403, b"{}"), ("429", 429, b"{}"), ("503", 503, None),
    ("200", 503, None), ("418", 503, None), ("", 503, None)])
@nginx_alone
def test_what_is_told_in_headers_is_the_answer(scene, told, status, body):
    scene.keyledger.knows_modes = False
    scene.keyledger.say = Answer(403, [("Keyledger-Status", told), ("Keyledger-Body", "{}")])
    response = scene.send("GET", "/api/tasks")
    assert (response.status, response.body) == (status, body or scene.unavailable)
    assert response.values("Content-Type") == ["application/json"]
    assert scene.upstream.requests == []


@caddy_alone
def test_a_server_that_is_not_keyledger_gives_no_permission(scene):
    """nginx and Envoy take every 200, as README.md says."""
    scene.keyledger.say = Answer(200, [("Content-Type", "text/html")], b"It works!")
    response = scene.send("GET", "/api/tasks")
    assert (response.status, response.body) == (503, scene.unavailable)
    assert scene.upstream.requests == []


@pytest.mark.parametrize("name", PROXIES)
def test_while_keyledger_is_down_nothing_is_passed_on(name, upstream):
    upstream.clear()
    with FakeKeyledger().running() as gone:
        pass
    with run_proxy(name, gone.url, upstream.url) as proxy:
        for url, body in ((proxy.zazmic_url, ZAZMIC_503), (proxy.azen_url, AZEN_503)):
            for method in ("GET", "POST", "HEAD"):
                response = send(url, method, "/api/tasks", body=b"{}" if method == "POST" else None)
                assert (response.status, response.body) == (503, b"" if method == "HEAD" else body)
                assert response.values("Content-Type") == ["application/json"]
    assert upstream.requests == []


@pytest.mark.parametrize("name", PROXIES)
def test_an_upstream_that_is_down_is_not_keyledgers_503_body(name, keyledger):
    keyledger.reset()
    with Upstream().running() as gone:
        pass
    with run_proxy(name, keyledger.url, gone.url) as proxy:
        response = send(proxy.zazmic_url, "GET", "/api/tasks")
        assert response.status == (503 if name == "envoy" else 502)
        assert response.body != ZAZMIC_503


def test_connections_are_kept(scene):
    before = scene.keyledger.connections, scene.upstream.connections
    for answer in (allowed(), refused(429, LIMITED), refused(401, UNAUTHORIZED)):
        scene.keyledger.say = answer
        for _ in range(20):
            scene.send("GET", "/api/tasks")
    assert scene.keyledger.connections - before[0] <= 8
    assert scene.upstream.connections - before[1] <= 8
