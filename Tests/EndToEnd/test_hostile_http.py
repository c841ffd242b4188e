"""What strangers send: always answered with 4xx, never with 5xx, and the service goes on."""

import base64
import json
import re
import socket
import threading
import time

import pytest

from service import azen, bearer, decisions, exchange, recorded, start_service
from two_apis import ZAZMIC_NO_CREDENTIAL, World

IDLE = 2
"""Seconds after which this service cuts a client that does not get on."""

CUT = 45
"""Seconds within which a slow client must be cut, whatever it dribbles."""

HANGING = 20
"""Seconds without a byte after which a connection counts as forgotten; IDLE should end it."""

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@pytest.fixture(scope="module")
def world(blank, tmp_path_factory):
    place = tmp_path_factory.mktemp("hostile")
    ledger = blank.copy(place / "data")
    config = place / "config.json"
    config.write_text(json.dumps({"idleSeconds": IDLE, "unauthenticatedPerSecond": 1_000_000}))
    secrets = place / "secrets"
    secrets.write_text("a-session-secret\n")
    secrets.chmod(0o600)
    with start_service(
            ledger, "--config", config, "--session-secret-file", secrets) as service:
        yield World(service)
        assert ledger.ask("verify")["verdict"] == "ok"


@pytest.fixture(autouse=True)
def still_answers(world):
    """After every test an honest client is served, and nothing was a fault of the service."""
    yield
    assert world.service.is_running, world.service.stderr[-2000:]
    assert world.service.ask("GET", "/healthz").json == {"status": "ok"}
    answer = world.service.auth("zazmic", "GET", "/api/tasks")
    assert (answer.status, answer.text) == (401, ZAZMIC_NO_CREDENTIAL)


def statuses(world, data, **options):
    """The statuses of all answers to these bytes, which must end with a closed connection."""
    started = time.monotonic()
    received = exchange(world.service.port, data, timeout=HANGING, **options)
    assert time.monotonic() - started < HANGING, f"still open after {HANGING} s: {received}"
    return [int(status) for status in STATUS.findall(received)]


def refused(world, data, closed=False):
    """Sends bytes that must be answered with 4xx; or, where told, by closing without a word."""
    found = statuses(world, data)
    if closed and found == []:
        return None
    assert found and all(400 <= status < 500 for status in found), found
    return found[0]


def request(line, *headers, body=b""):
    lines = [line, b"Host: keyledger", *headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\nConnection: close\r\n\r\n" + body


FORWARDED = [b"X-Forwarded-Method: POST", b"X-Forwarded-Uri: /api/tasks"]


@pytest.mark.parametrize("kibibytes", [64, 256, 4096])
def test_an_oversized_header_is_4xx_or_a_closed_connection(world, kibibytes):
    value = b"x" * (kibibytes * 1024)
    for name in (b"Cookie", b"Authorization", b"X-Whatever", b"X" * 1024 * kibibytes):
        refused(world, request(b"GET /auth/zazmic HTTP/1.1", *FORWARDED, name + b": " + value),
                closed=True)
    refused(world, request(b"GET /auth/zazmic/" + value + b" HTTP/1.1"), closed=True)


def test_ten_thousand_cookies_are_4xx(world):
    one = b"Cookie: " + b"; ".join(b"c%d=v" % number for number in range(10_000))
    refused(world, request(b"GET /auth/zazmic HTTP/1.1", *FORWARDED, one), closed=True)
    many = [b"Cookie: c%d=v" % number for number in range(10_000)]
    refused(world, request(b"GET /auth/zazmic HTTP/1.1", *FORWARDED, *many), closed=True)


def test_ten_thousand_headers_are_4xx(world):
    many = [b"X-%d: v" % number for number in range(10_000)]
    refused(world, request(b"GET /auth/zazmic HTTP/1.1", *FORWARDED, *many), closed=True)


BYTES = {
    "invalid UTF-8": b"\xff\xfe\xc3\x28", "overlong": b"\xc0\xaf", "surrogate": b"\xed\xa0\x80",
    "latin-1": b"caf\xe9", "NUL": b"a\x00b", "DEL": b"a\x7fb", "ESC": b"\x1b[2J",
    "tab": b"a\tb", "emoji": "🔑".encode()}


@pytest.mark.parametrize("value", BYTES.values(), ids=BYTES)
@pytest.mark.parametrize("header", [
    b"Authorization: Bearer ", b"azen-api-key: ", b"Cookie: authjs.session-token=", b"Cookie: ",
    b"X-Forwarded-For: ", b"User-Agent: ", b"X-Organization-Id: "])
def test_bytes_that_are_no_text_in_a_header_are_4xx(world, header, value):
    for profile in (b"zazmic", b"azen"):
        refused(world, request(b"GET /auth/%b HTTP/1.1" % profile, *FORWARDED, header + value))


@pytest.mark.parametrize("value", BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_text_in_a_path_are_4xx_and_decide_nothing(world, value):
    caller = world.caller("zazmic")
    key = b"Authorization: Bearer " + caller.secret.encode()
    size = recorded(world.service)
    refused(world, request(b"POST /auth/zazmic/api/" + value + b" HTTP/1.1", key))
    refused(world, request(
        b"GET /auth/zazmic HTTP/1.1", b"X-Forwarded-Method: POST",
        b"X-Forwarded-Uri: /api/" + value, key))
    assert recorded(world.service) == size


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwe(header, *parts):
    return ".".join([encoded(json.dumps(header).encode()), *parts])


BOMBS = {
    "zip": jwe({"alg": "dir", "enc": "A256GCM", "zip": "DEF"}, "", encoded(bytes(12)),
               encoded(bytes(1000)), encoded(bytes(16))),
    "PBES2": jwe({"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2c": 2**31 - 1,
                  "p2s": encoded(bytes(16))}, encoded(bytes(40)), encoded(bytes(12)),
                 encoded(bytes(16)), encoded(bytes(16))),
    "alg none": jwe({"alg": "none"}, "", "", "", ""),
    "signed, not encrypted": jwe({"alg": "HS256"}, encoded(b'{"sub":"ada"}'), encoded(bytes(32))),
    "deep JSON": ".".join([encoded(b'{"a":' * 200 + b"1" + b"}" * 200), "", "AAAA", "AAAA", "A"]),
    "dots": "." * 3000,
    "another enc": jwe({"alg": "dir", "enc": "A128GCM"}, "", encoded(bytes(12)),
                       encoded(bytes(16)), encoded(bytes(16))),
    "crit": jwe({"alg": "dir", "enc": "A256GCM", "crit": ["exp"], "exp": 1}, "",
                encoded(bytes(12)), encoded(bytes(16)), encoded(bytes(16)))}


@pytest.mark.parametrize("token", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("cookie", ["authjs.session-token", "__Secure-next-auth.session-token"])
def test_a_bomb_in_a_session_cookie_is_an_invalid_session(world, cookie, token):
    answer = world.service.auth(
        "zazmic", "POST", "/api/tasks", [("Cookie", f"{cookie}={token}")])
    assert (answer.status, answer.text) == (401, ZAZMIC_NO_CREDENTIAL)
    assert decisions(world.service)[-1]["reason"] == "session_invalid"


def dribble(port, data, ended):
    """Sends a byte at a time, often enough not to be idle, until it is cut; what came back."""
    received = b""
    until = time.monotonic() + CUT
    with socket.create_connection(("127.0.0.1", port), timeout=IDLE / 4) as stream:
        for number in range(10**6):
            if time.monotonic() > until:
                return
            try:
                stream.sendall(data[number:number + 1] or b"x")
                chunk = stream.recv(65536)
                received += chunk
                if not chunk:
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    ended.append(received)


SLOW = {
    "in the request line": b"GET /auth/zazmic/" + b"a" * 1000,
    "in a header": b"GET /auth/zazmic HTTP/1.1\r\nHost: keyledger\r\nX-Slow: ",
    "in the body": b"POST /v1/verify HTTP/1.1\r\nHost: keyledger\r\nContent-Length: 4000\r\n"
                   b"Authorization: Bearer %b\r\n\r\n{"}


def test_clients_that_send_a_byte_at_a_time_hold_nobody_up_and_are_cut(world):
    ended = {case: [] for case in SLOW}
    threads = []
    for case, data in SLOW.items():
        if b"%b" in data:
            data = data % world.gateway.encode()
        arguments = (world.service.port, data, ended[case])
        threads += [threading.Thread(target=dribble, args=arguments) for _ in range(20)]
    for thread in threads:
        thread.start()
    caller = world.caller("azen")
    for _ in range(50):
        answer = world.service.auth("azen", "GET", "/", caller.headers)
        assert answer.status == 200, str(answer)
    for thread in threads:
        thread.join()
    assert {case: len(found) for case, found in ended.items()} == {case: 20 for case in SLOW}
    for found in ended.values():
        for received in found:
            assert all(400 <= int(status) < 500 for status in STATUS.findall(received)), received


@pytest.mark.parametrize("data", [b"", b"GET /healthz HTTP/1.1\r\nHost: keyledger\r\n\r\n"],
                         ids=["without a request", "after an answer"])
def test_an_idle_connection_is_cut(world, data):
    with socket.create_connection(("127.0.0.1", world.service.port), timeout=CUT) as stream:
        stream.sendall(data)
        while stream.recv(65536):
            pass


ODD = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "no target": b"GET\r\n\r\n",
    "unknown version": b"GET /healthz HTTP/9.9\r\nHost: keyledger\r\n\r\n",
    "space in a header name": request(b"GET /healthz HTTP/1.1", b"X Y: 1"),
    "two lengths": request(b"POST /v1/verify HTTP/1.1", b"Content-Length: 1",
                           b"Content-Length: 2"),
    "negative length": request(b"POST /v1/verify HTTP/1.1", b"Content-Length: -1"),
    "huge length": request(b"POST /v1/verify HTTP/1.1", b"Content-Length: 99999999999999999999"),
    "length and chunks": request(
        b"POST /v1/verify HTTP/1.1", b"Content-Length: 5", b"Transfer-Encoding: chunked",
    ) + b"0\r\n\r\n",
    "bad chunk": request(b"POST /v1/verify HTTP/1.1", b"Transfer-Encoding: chunked") + b"zz\r\n",
    "unknown coding": request(b"POST /v1/verify HTTP/1.1", b"Transfer-Encoding: gzip"),
    "absolute target": request(b"GET http://169.254.169.254/auth/nope HTTP/1.1"),
    "CONNECT": request(b"CONNECT 127.0.0.1:22 HTTP/1.1")}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_what_is_no_proper_request_is_4xx_or_a_closed_connection(world, data):
    refused(world, data, closed=True)


def test_a_second_request_smuggled_behind_a_first_is_not_believed(world):
    caller = world.caller("zazmic")
    inner = request(b"GET /auth/zazmic/api/tasks HTTP/1.1",
                    b"Authorization: Bearer " + caller.secret.encode())
    outer = b"\r\n".join([
        b"POST /auth/zazmic HTTP/1.1", b"Host: keyledger", b"Content-Length: 5",
        b"Transfer-Encoding: chunked", b"", b"0", b"", b""])
    assert 200 not in statuses(world, outer + inner)


PATHS = ["/../etc/passwd", "/v1/../healthz/../../x", "/auth/zazmic/%2e%2e/azen", "/auth/../v1/keys",
         "/%00", "/auth/%7a%61zmic%2f", "/v1/keys/%ff", "/v1/keys/..%2f..%2fsecret", "/tile/../x",
         "/auth/zazmic/../../v1/state", "//", "/v1//keys/\u00e9".encode().decode("latin-1")]


@pytest.mark.parametrize("path", PATHS)
def test_odd_paths_are_4xx_without_a_token(world, path):
    size = recorded(world.service)
    found = refused(world, request(b"GET " + path.encode("latin-1") + b" HTTP/1.1"))
    assert found in (400, 401, 404), found
    assert recorded(world.service) == size


@pytest.mark.parametrize("name", ["..", "%2e%2e", "%00", "a%2fb", "%ff", "x" * 5000, "%F0%9F%94%91",
                                  "' OR 1=1 --".replace(" ", "%20"), "*", "-1"])
def test_odd_names_in_paths_of_the_administration_are_4xx(world, name):
    for method, path in (("GET", "/v1/keys/{}"), ("GET", "/v1/profiles/{}"),
                         ("GET", "/v1/explain/{}"), ("DELETE", "/v1/blocks/{}"),
                         ("PATCH", "/v1/users/{}"), ("DELETE", "/v1/tokens/{}")):
        answer = world.service.ask(
            method, path.format(name), token=world.admin,
            body={"enabled": True} if method == "PATCH" else None)
        assert 400 <= answer.status < 500, f"{method} {path}: {answer}"


@pytest.mark.parametrize("query", [
    "limit=0", "limit=-1", "limit=99999999999999999999", "limit=x", "after=-1", "after=x",
    "asOf=yesterday", "since=2020-99-99", "logSize=99999999999", "type=no.such", "decision=maybe",
    "reason=because", "nope=1", "limit=1&limit=2", "asOf=%ff", "after=1.5"])
def test_odd_queries_are_400(world, query):
    answer = world.service.ask("GET", f"/v1/events?{query}", token=world.admin)
    assert (answer.status, answer.json["error"]) == (400, "bad_request"), f"{query}: {answer}"


BODIES = {
    "empty": b"", "half": b'{"profile":"zaz', "no object": b"[1,2,3]", "a text": b'"x"',
    "null": b"null", "NUL": b"\x00", "invalid UTF-8": b'{"profile":"\xff"}',
    "deep": b'{"headers":' * 2000 + b"1" + b"}" * 2000, "deep lists": b"[" * 100_000,
    "unknown member": b'{"profile":"zazmic","method":"GET","path":"/","headers":{},'
                      b'"clientAddress":"192.0.2.1","x":1}',
    "wrong type": b'{"profile":1,"method":"GET","path":"/","headers":{},'
                  b'"clientAddress":"192.0.2.1"}',
    "no address": b'{"profile":"zazmic","method":"GET","path":"/","headers":{},'
                  b'"clientAddress":"not an address"}',
    "twice": b'{"profile":"zazmic","profile":"azen","method":"GET","path":"/","headers":{},'
             b'"clientAddress":"192.0.2.1"} trailing'}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_not_what_is_asked_for_is_400(world, body):
    size = recorded(world.service)
    for path in ("/v1/verify", "/v1/outcomes", "/v1/keys", "/v1/credits", "/v1/sessions/deny"):
        answer = world.service.ask("POST", path, token=world.admin, body=body)
        assert (answer.status, answer.json["error"]) == (400, "bad_request"), f"{path}: {answer}"
        assert answer.json["message"]
    assert recorded(world.service) == size


NUMBERS = ["-1", "0", "1.5", "1e3", "18446744073709551616", "1e400", '"5"', "null", "true", "[]"]


@pytest.mark.parametrize("amount", NUMBERS)
def test_an_amount_that_is_no_positive_whole_number_is_refused(world, amount):
    user = world.user(credits=7)
    body = f'{{"user":"{user}","amount":{amount}}}'.encode()
    answer = world.service.ask("POST", "/v1/credits", token=world.admin, body=body)
    assert answer.status in (400, 422) or amount == "1e3", str(answer)
    balance, = (row["balance"] for row in world.run("credits") if row["user"] == user)
    assert balance == (1007 if answer.status == 200 else 7)


def test_a_huge_body_is_413(world):
    big = b'{"profile":"' + b"x" * (2 << 20) + b'"}'
    head = [b"Authorization: Bearer " + world.admin.encode()]
    for path in (b"/v1/verify", b"/v1/keys", b"/v1/outcomes"):
        found = refused(world, request(b"POST " + path + b" HTTP/1.1", *head, body=big),
                        closed=True)
        assert found in (413, None), path
    just = request(b"POST /v1/verify HTTP/1.1", *head, body=b" " * (1 << 20) + b"x")
    assert refused(world, just, closed=True) in (413, None)
    chunk = b"%x\r\n" % 65536 + b"x" * 65536 + b"\r\n"
    chunked = request(b"POST /v1/verify HTTP/1.1", *head, b"Transfer-Encoding: chunked")
    assert refused(world, chunked + chunk * 20 + b"0\r\n\r\n", closed=True) in (413, None)


def test_a_huge_body_without_a_token_is_refused_before_it_is_read(world):
    data = request(b"POST /v1/imports?source=cloudtrail HTTP/1.1", b"Content-Length: 60000000")
    assert refused(world, data) in (401, 413)


@pytest.mark.parametrize("method, path", [
    ("GET", "/v1/verify"), ("GET", "/v1/outcomes"), ("DELETE", "/v1/keys"), ("PUT", "/v1/users"),
    ("POST", "/v1/events"), ("POST", "/v1/state"), ("POST", "/healthz"), ("DELETE", "/checkpoint"),
    ("PATCH", "/v1/tokens"), ("POST", "/metrics"), ("GET", "/v1/sessions/deny")])
def test_a_method_that_is_not_meant_is_405(world, method, path):
    answer = world.service.ask(method, path, token=world.admin)
    assert (answer.status, answer.json["error"]) == (405, "method_not_allowed"), str(answer)


def test_what_does_not_exist_is_404(world):
    for path in ("/", "/v1", "/v1/nope", "/auth", "/v1/keys/x/y/z", "/favicon.ico"):
        answer = world.service.ask("GET", path, token=world.admin)
        assert (answer.status, answer.json["error"]) == (404, "not_found"), f"{path}: {answer}"


CREDENTIALS = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer klt_", "Bearer klt_" + "0" * 41,
               "Bearer " + "k" * 4000, "klt_x"]


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_the_administration_without_a_good_token_is_401(world, credential):
    headers = [("Authorization", credential)] if credential else []
    for method, path in (("GET", "/v1/keys"), ("POST", "/v1/verify"), ("GET", "/v1/events/stream"),
                         ("POST", "/v1/organizations"), ("DELETE", "/v1/blocks/ada")):
        answer = world.service.ask(method, path, headers)
        assert (answer.status, answer.json["error"]) == (401, "unauthorized"), f"{path}: {answer}"
        assert answer.header("WWW-Authenticate").split()[0] == "Bearer"


def test_an_api_key_is_no_token_and_a_token_is_no_api_key(world):
    caller = world.caller("zazmic")
    assert world.service.ask("GET", "/v1/keys", token=caller.secret).status == 401
    for profile, headers in (("zazmic", bearer(world.admin)), ("azen", azen(world.admin))):
        answer = world.service.auth(profile, "GET", "/api/tasks", headers)
        assert answer.status in (401, 403)


def test_nothing_a_stranger_sent_reaches_the_operators_terminal_raw(world):
    """Neither the trail's table nor the service's own words carry control characters."""
    evil = "\x1b[2Jx\x07\x9b"
    for method, path, agent in (("GET", "/", evil), ("GET", "/" + evil, "x"), (evil, "/", "x")):
        body = {"profile": "azen", "method": method, "path": path,
                "headers": {"User-Agent": agent, "azen-api-key": evil},
                "clientAddress": "192.0.2.1"}
        answer = world.service.ask("POST", "/v1/verify", token=world.gateway, body=body)
        assert answer.status in (200, 400), str(answer)
    for text in (world.service.ledger.text("events"), world.service.stderr):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
