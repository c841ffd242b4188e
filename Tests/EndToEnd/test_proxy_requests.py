"""What keyledger and the API get through the shipped proxy configurations."""

from urllib.parse import urlsplit

import pytest

from fake_keyledger import allowed, refused
from proxy_scene import FORBIDDEN, IDENTITY, nginx_alone
from proxy_scene import keyledger, proxy, scene, upstream  # noqa: F401  (fixtures)

# Everything a client could send to be somebody else.
CLAIMS = [(spelling, "forged") for name in IDENTITY for spelling in (
    name, name.lower(), name.upper(), name.replace("-", "_"), name.lower().replace("-", "_"),
    name.replace("-", "_", 1), name.replace("-", "."), name)]
FORWARDED = [(name, "203.0.113.9") for name in (
    "X-Forwarded-For", "x-forwarded-for", "X_Forwarded_For", "X-Forwarded-Method",
    "X-Forwarded-Uri", "X_Forwarded_Uri", "X-Forwarded_Uri", "X-Forwarded-Host",
    "X-Original-Method", "X-Original-URI", "X_Original_URI", "x-original-uri", "X-Original-Url",
    "X-Rewrite-Url", "X_Rewrite_Url",
    "X-Real-IP", "X_Real_IP", "Forwarded")]


def check_identity(scene, user, key, organization):
    request = scene.passed()
    for name, value in zip(IDENTITY, (user, key, organization), strict=True):
        # An empty value may also be a header that is not there.
        assert (request.values(name) or [""]) == [value]
    assert "forged" not in str(request.headers)


def check_peer(scene, request):
    """X-Forwarded-For is the peer alone; a peer on loopback is the machine's address to Envoy."""
    [address] = request.values("X-Forwarded-For")
    assert address == "127.0.0.1" or scene.proxy.name == "envoy"


def refused_by_envoy(scene, response):
    """Envoy answers 400 where `Connection` names what it does not know as a connection's own."""
    if scene.proxy.name != "envoy":
        return False
    assert response.status == 400
    assert scene.keyledger.requests == scene.upstream.requests == []
    return True


def test_only_keyledger_says_who_it_is(scene):
    assert scene.send("GET", "/", CLAIMS).status == 200
    check_identity(scene, "user-1", "key-1", "org-1")


def test_a_claim_does_not_fill_an_empty_name(scene):
    scene.keyledger.say = allowed(user="", key="", organization="")
    assert scene.send("GET", "/", CLAIMS).status == 200
    check_identity(scene, "", "", "")


def test_the_client_cannot_have_the_identity_dropped(scene):
    """`Connection` names what a proxy drops before it passes a request on."""
    dropped = [("Connection", ", ".join(IDENTITY)), ("Connection", "close, X-Forwarded-For")]
    response = scene.send("GET", "/", dropped)
    if refused_by_envoy(scene, response):
        return
    assert response.status == 200
    check_identity(scene, "user-1", "key-1", "org-1")
    check_peer(scene, scene.passed())


def test_trailers_claim_nothing(scene):
    """A proxy may pass trailers on, as trailers; none may turn into a header."""
    scene.send("POST", "/", [("Trailer", "Keyledger-User-Id")], chunks=[b"body"],
               trailers=[("Keyledger-User-Id", "forged")])
    if scene.upstream.requests:
        check_identity(scene, "user-1", "key-1", "org-1")


def test_forwarding_headers_of_the_client_reach_nobody(scene):
    assert scene.send("GET", "/api/tasks?a=1", FORWARDED).status == 200
    [request] = scene.keyledger.requests
    assert "203.0.113.9" not in str(request.headers)
    assert "203.0.113.9" not in str(scene.passed().headers)
    check_peer(scene, request)
    check_peer(scene, scene.passed())
    assert scene.passed().values("Host") == [urlsplit(scene.url).netloc]
    assert scene.passed().values("X-Forwarded-Proto") == ["http"]
    assert scene.asked() == ("GET", "/api/tasks?a=1")
    other = "X-Original" if scene.proxy.name == "caddy" else "X-Forwarded"
    assert request.values(f"{other}-Method") == request.values(f"{other}-Uri") == []


def test_the_pair_cannot_be_dropped_by_connection(scene):
    names = ("X-Forwarded-Method", "X-Forwarded-Uri", "X-Original-Method", "X-Original-URI",
             "X-Forwarded-For", "close")
    dropped = [("Connection", ", ".join(names))]
    response = scene.send("DELETE", "/api/x", dropped)
    if refused_by_envoy(scene, response):
        return
    assert response.status == 200
    assert scene.asked() == ("DELETE", "/api/x")
    check_peer(scene, scene.keyledger.requests[0])


def test_no_upgrade_but_websocket_is_passed_on(scene):
    """A connection upgraded to h2c would carry any number of requests past keyledger."""
    upgrade = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"),
               ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")]
    scene.send("GET", "/", upgrade)
    for request in scene.upstream.requests + scene.keyledger.requests:
        assert request.values("Upgrade") == []
        assert "upgrade" not in str(request.values("Connection")).lower()


def test_keys_and_cookies_reach_keyledger(scene):
    sent = [("Authorization", "Bearer zaz_live_abc"), ("azen-api-key", "azen_live_abc"),
            ("Cookie", "authjs.session-token.0=abc; authjs.session-token.1=def"),
            ("X-Organization-Id", "org-1"), ("User-Agent", "example/1.0")]
    assert scene.send("GET", "/api/tasks", sent).status == 200
    for name, value in sent:
        assert scene.keyledger.requests[0].values(name) == [value]


def test_a_session_in_many_parts_reaches_keyledger(scene):
    parts = "; ".join(f"authjs.session-token.{number}={'a' * 3900}" for number in range(5))
    assert scene.send("GET", "/api/tasks", [("Cookie", parts)]).status == 200
    assert scene.keyledger.requests[0].values("Cookie") == [parts]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_the_method_is_the_clients(scene, method):
    assert scene.send(method, "/api/tasks").status == 200
    assert scene.asked() == (method, "/api/tasks")
    assert scene.passed().method == method


@pytest.mark.parametrize("target", [
    "/api/tasks?mode=auth_request", "/?", "/?a=b&a=c&%20=+", "/api/tasks/", "//api//tasks",
    "/api/%74asks", "/a%20b", "/a%2fb", "/a%2Fb", "/a%5cb", "/a%25b", "/%7Euser/~user", "/a;b=c,d",
    "/a+b", "/@:!$&'()*", "/%c3%a9", "/%C3%A9?q=%C3%A9", "/auth/zazmic", "/auth/azen?x=y",
    "/?next=https://example.com/%2e%2e/", "/{env.HOME}", "/$request_uri", "/" + "a" * 3000])
def test_paths_arrive_as_they_were_sent(scene, target):
    assert scene.send("GET", target).status == 200
    assert scene.asked() == ("GET", target)
    [request] = scene.keyledger.requests
    if scene.proxy.name != "envoy":
        query = "?mode=auth_request" if scene.proxy.name == "nginx" else ""
        assert request.target.removesuffix("?") == f"/auth/{scene.profile}{query}"
    if target != "/?" and "{" not in target:
        assert scene.passed().target == target


@pytest.mark.parametrize("target", [
    "/a/../b", "/./a", "/a/..%2fb", "/%2e%2e/a", "/../../x", "/a\\b", '/a"b', "/a<b>", "/caf\xe9",
    "/a%00b", "/a%zz", "/a%", "*", "http://other.example/api/tasks?a=1", "/a#b"])
def test_an_odd_path_is_asked_about_or_refused(scene, target):
    """Refused by the proxy, or asked about as it was sent; never passed on unasked."""
    response = scene.send("OPTIONS" if target == "*" else "GET", target)
    if not scene.keyledger.requests:
        assert scene.upstream.requests == []
        assert response.status >= 400 or target == "*"
        return
    # nginx and Envoy take the host out of a target that has one.
    assert scene.asked() in [("GET", target), ("GET", target.removeprefix("http://other.example"))]


@pytest.mark.parametrize("target", ["/_keyledger", "/_keyledger?mode=auth_request", "/keyledger"])
def test_the_proxys_own_path_is_no_way_in(scene, target):
    scene.keyledger.say = refused(403, FORBIDDEN)
    assert scene.send("GET", target).status in (403, 404)
    assert scene.upstream.requests == []


@nginx_alone
def test_the_proxys_own_path_is_not_keyledgers_answer(scene):
    assert scene.send("GET", "/_keyledger").status == 404
    assert scene.upstream.requests == []


def test_connect_is_asked_about_or_refused(scene):
    scene.keyledger.say = refused(403, FORBIDDEN)
    assert scene.send("CONNECT", "example.com:443").status >= 400
    assert scene.upstream.requests == []
