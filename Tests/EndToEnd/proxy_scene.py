"""What the tests of the shipped proxy configurations share: a proxy, and the two servers behind it.

A test module imports the fixtures `keyledger`, `proxy`, `scene` and `upstream`.
"""

import pytest

from fake_keyledger import FakeKeyledger
from proxies import PROXIES, run_proxy
from upstream import Upstream
from wire import send

ZAZMIC_503 = b'{"error":"Service Unavailable","message":"The request could not be recorded"}'
AZEN_503 = (b'{"status":"unavailable","message":"The request could not be recorded",'
            b'"code":503}')
LIMITED = ('{"error":"Rate limit exceeded","message":"You have exceeded the rate limit of '
           '10 requests per minute"}')
FORBIDDEN = '{"status":"forbidden","message":"Invalid API key","code":403}'
UNAUTHORIZED = '{"status":"unauthorized","message":"no api key","code":401}'
IDENTITY = ("Keyledger-User-Id", "Keyledger-Api-Key-Id", "Keyledger-Organization-Id")

nginx_alone = pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
caddy_alone = pytest.mark.parametrize("proxy", ["caddy"], indirect=True)


class Scene:
    """A proxy, one of its two APIs, and the two servers it talks to."""

    def __init__(self, proxy, profile, keyledger, upstream):
        self.proxy, self.profile, self.keyledger, self.upstream = (
            proxy, profile, keyledger, upstream)
        self.url = proxy.zazmic_url if profile == "zazmic" else proxy.azen_url
        self.unavailable = ZAZMIC_503 if profile == "zazmic" else AZEN_503

    def send(self, *arguments, **named):
        return send(self.url, *arguments, **named)

    def asked(self):
        """What keyledger was asked, once: (method, URI), wherever the proxy says them."""
        [request] = self.keyledger.requests
        if self.proxy.name == "envoy":
            return request.method, request.target.removeprefix(f"/auth/{self.profile}")
        kind = "Forwarded" if self.proxy.name == "caddy" else "Original"
        [method], [uri] = request.values(f"X-{kind}-Method"), request.values(f"X-{kind}-URI")
        return method, uri

    def passed(self):
        [request] = self.upstream.requests
        return request


@pytest.fixture(scope="module")
def keyledger():
    with FakeKeyledger().running() as server:
        yield server
        server.speak.set()


@pytest.fixture(scope="module")
def upstream():
    with Upstream().running() as server:
        yield server


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request, keyledger, upstream):
    with run_proxy(request.param, keyledger.url, upstream.url) as running:
        yield running


@pytest.fixture(params=["zazmic", "azen"])
def scene(request, proxy, keyledger, upstream):
    keyledger.reset()
    upstream.clear()
    yield Scene(proxy, request.param, keyledger, upstream)
    keyledger.speak.set()


def check_refused(scene, answer, *, method="GET", **named):
    scene.keyledger.say = answer
    response = scene.send(method, "/api/tasks", **named)
    assert response.status == answer.status
    assert response.body == (b"" if method == "HEAD" else answer.body)
    # Envoy leaves the type of a body out that HEAD does not get.
    if method != "HEAD" or scene.proxy.name != "envoy":
        assert response.values("Content-Type") == ["application/json"]
    assert scene.upstream.requests == []
    return response
