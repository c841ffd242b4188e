"""What an operator meets: configuration, start and stop, TLS, health, metrics, logs."""

import hashlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess

import pytest

import traffic
from live import SESSION_SECRET, SESSION_USER, cookie, eventually, living
from service import ServiceEnded, service_program, start_service
from traffic import Request, api, azen, zazmic

PATIENCE = 30


@pytest.fixture
def live(empty):
    with living(empty) as live:
        yield live


@pytest.fixture
def write(tmp_path):
    """Writes a configuration file."""
    def written(document, name="config.json"):
        text = document if isinstance(document, str) else json.dumps(document)
        (tmp_path / name).write_text(text)
        return tmp_path / name
    return written


def check(*flags):
    """`keyledgerd … --check-config`, which ends by itself and listens nowhere."""
    return subprocess.run([str(service_program()), *map(str, flags), "--check-config"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE, env={"PATH": os.environ["PATH"]}, check=False)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(live, target):
    return live.send(Request("GET", target))


# Configuration.

GOOD = {"listen": "127.0.0.1:0", "trustedProxies": ["127.0.0.0/8", "::1/128", "10.0.0.0/8"],
        "queueDepth": 4096, "unauthenticatedPerSecond": 100, "checkpointSeconds": 10,
        "idleSeconds": 60, "logLevel": "info"}


def test_a_good_configuration_is_good_and_nothing_is_recorded(empty, write):
    size = empty.ask("verify")["records"]
    for document in ({}, GOOD, GOOD | {"data": str(empty.path)}):
        answer = check("--data", empty.path, "--config", write(document))
        assert answer.returncode == 0, answer.stderr
    assert empty.ask("verify")["records"] == size


WRONG = [
    ({"listne": "127.0.0.1:0"}, "listne"), ({"listen": 8080}, "listen"),
    ({"listen": "somewhere"}, "listen"), ({"listen": "127.0.0.1:65536"}, "listen"),
    ({"queueDepth": "many"}, "queueDepth"), ({"queueDepth": 0}, "queueDepth"),
    ({"queueDepth": 1.5}, "queueDepth"), ({"queueDepth": "4096"}, "queueDepth"),
    ({"trustedProxies": "10.0.0.0/8"}, "trustedProxies"),
    ({"trustedProxies": ["10.0.0.0/33"]}, "trustedProxies"),
    ({"unauthenticatedPerSecond": -1}, "unauthenticatedPerSecond"),
    ({"checkpointSeconds": True}, "checkpointSeconds"), ({"idleSeconds": None}, "idleSeconds"),
    ({"logLevel": "loud"}, "logLevel"), ({"sessions": {"secrets": ["x"]}}, "secrets"),
    ({"sessions": {"secretFiles": ["nowhere.txt"]}}, "secretFiles"),
    ({"tls": {"certificate": "nowhere.pem", "key": "nowhere.key"}}, "certificate"),
    ({"tls": {"certificate": "nowhere.pem"}}, "tls"), ({"profiles": ["nowhere.json"]}, "profiles"),
    ({"data": 7}, "data")]


@pytest.mark.parametrize("document, setting", WRONG, ids=[json.dumps(each[0]) for each in WRONG])
def test_a_wrong_setting_is_named(empty, write, document, setting):
    config = write(document)
    answer = check("--data", empty.path, "--config", config)
    assert answer.returncode == 2, answer
    assert setting in answer.stderr and "Backtrac" not in answer.stderr
    with pytest.raises(ServiceEnded) as ended:
        start_service(empty, "--config", config)
    assert ended.value.code == 2 and setting in ended.value.err


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"listen": "127.0.0.1:0",}', "\0"])
def test_a_configuration_that_is_none_is_refused(empty, write, text):
    answer = check("--data", empty.path, "--config", write(text))
    assert answer.returncode == 2 and "config.json" in answer.stderr, answer


def test_files_that_are_missing_are_named(empty, tmp_path):
    for flags in (["--config", tmp_path / "no.json"], ["--profile", tmp_path / "no.json"],
                  ["--session-secret-file", tmp_path / "no.txt"],
                  ["--tls-certificate", tmp_path / "no.pem", "--tls-key", tmp_path / "no.pem"]):
        answer = check("--data", empty.path, *flags)
        assert answer.returncode == 2 and flags[1].name in answer.stderr, answer


@pytest.mark.parametrize("flags, named", [
    (["--nonsense"], "nonsense"), (["--listen", "nowhere"], "listen"),
    (["--trusted-proxy", "home"], "home"), (["--tls-key", "x.pem"], "tls")])
def test_a_wrong_flag_is_a_usage_error(empty, flags, named):
    answer = check("--data", empty.path, *flags)
    assert answer.returncode == 2 and named in answer.stderr, answer


def test_a_data_directory_that_is_none_is_refused(tmp_path):
    with pytest.raises(ServiceEnded) as ended:
        start_service(tmp_path)
    assert ended.value.code in (1, 5) and str(tmp_path) in ended.value.err


def test_a_flag_wins_over_the_environment_and_that_over_the_file(empty, write, tmp_path):
    ports = {source: free_port() for source in ("file", "environment", "flag")}
    config = write({"listen": f"127.0.0.1:{ports['file']}", "data": str(empty.path)})
    environment = {"KEYLEDGER_LISTEN": f"127.0.0.1:{ports['environment']}"}
    flag = f"127.0.0.1:{ports['flag']}"

    def listens(flags, env):
        """The port of a service whose listening address its flags leave open."""
        process = subprocess.Popen(
            [str(service_program()), "--config", str(config), *flags],
            env={"PATH": os.environ["PATH"]} | env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        return int(re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)[1])

    assert listens([], {}) == ports["file"]
    assert listens([], environment) == ports["environment"]
    assert listens(["--listen", flag], environment) == ports["flag"]
    other = empty.copy(tmp_path / "other")
    size = empty.ask("verify")["records"]
    listens([], environment | {"KEYLEDGER_DATA": str(other.path)})
    assert empty.ask("verify")["records"] == size
    assert other.ask("events", "--type", "log.started")


# Start and stop.

def test_a_port_of_zero_picks_a_free_one_and_says_which(live):
    assert live.port > 0 and get(live, "/healthz").status == 200
    assert live.service.stdout == f"listening on http://127.0.0.1:{live.port}\n"


def test_a_port_that_is_taken_is_said_and_nothing_is_left_locked(empty):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServiceEnded) as ended:
            start_service(empty, "--listen", address)
    assert ended.value.code == 1 and ended.value.out == ""
    assert address in ended.value.err and "in use" in ended.value.err
    empty.ask("organizations", "create", "acme")
    assert empty.ask("verify")["verdict"] == "ok"


def test_a_second_service_is_refused_and_told_who_holds_the_directory(live):
    with pytest.raises(ServiceEnded) as ended:
        start_service(live.ledger)
    assert ended.value.code == 1 and str(live.service.pid) in ended.value.err
    assert get(live, "/healthz").status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_leaves_a_clean_signed_log(live, number):
    key = live.key("zazmic")
    live.send(*[zazmic(key.secret, "GET")] * 20)
    live.service.signal(number)
    eventually(lambda: not live.service.is_running)
    assert live.service.process.returncode == 0
    report = live.ledger.ask("verify")
    assert report["verdict"] == "ok" and report["signedRecords"] == report["records"]
    rows = live.trail()
    assert rows[-1]["type"] == "log.stopped" and len(rows) == report["records"]
    assert [row["type"] for row in rows].count("log.stopped") == [
        row["type"] for row in rows].count("log.started")
    signed = live.ledger.text("checkpoint").splitlines()[1]
    assert int(signed) == report["records"]
    assert not (live.ledger.path / "control.sock").exists()


def test_a_stop_lets_every_request_under_way_have_its_answer(live):
    key = live.key("azen", "--limit", "100000/1h")
    with socket.create_connection(("127.0.0.1", live.port), PATIENCE) as stream:
        stream.sendall(azen(key.secret).wire * 20)
        answers = stream.recv(65536)
        live.service.signal(signal.SIGTERM)
        while chunk := stream.recv(65536):
            answers += chunk
    eventually(lambda: not live.service.is_running)
    assert live.service.process.returncode == 0
    passed = sum(row["reason"] == "allowed" for row in live.trail("--key", key.id))
    assert answers.count(b"HTTP/1.1 200") == passed


SLOW = {
    "idle": b"", "half a head": b"GET /auth/azen HTTP/1.1\r\nHost: x\r\n",
    "half a body": b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                   b"Content-Length: 500\r\n\r\n{",
    "a stream": b"GET /v1/events/stream?after=0 HTTP/1.1\r\nHost: x\r\n"
                b"Authorization: Bearer %s\r\n\r\n"}
GRACE = 20
"""Seconds within which a service must have stopped; supervisors wait for 30 to 90."""


@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_client_does_not_hold_up_a_stop(live, kind):
    token = live.token("admin", "second").encode()
    with socket.create_connection(("127.0.0.1", live.port), PATIENCE) as stream:
        stream.sendall(SLOW[kind].replace(b"%s", token))
        assert get(live, "/healthz").status == 200
        live.service.signal(signal.SIGTERM)
        eventually(lambda: not live.service.is_running, GRACE)
    assert live.service.process.returncode == 0
    assert live.trail()[-1]["type"] == "log.stopped"


# Health and metrics.

def test_health_and_readiness(live):
    health, ready = get(live, "/healthz"), get(live, "/readyz")
    assert (health.status, health.json) == (200, {"status": "ok"})
    assert ready.status == 200 and health["Content-Type"].startswith("application/json")


SAMPLE = re.compile(
    r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*=\"(?:[^\"\\\n]|\\[\\n\"])*\",?)*)\})? "
    r"(-?[0-9.]+(?:[eE][+-]?\d+)?|[+-]Inf|NaN)(?: \d+)?")


def samples(text):
    """{(name, labels): value} of Prometheus text, every line of which must be valid."""
    found, kinds = {}, {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds and kind in (
                "counter", "gauge", "histogram", "summary", "untyped"), line
            kinds[name] = kind
        elif line and not line.startswith("#"):
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            labels = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample[2] or ""))
            assert (sample[1], labels) not in found, line
            found[sample[1], labels] = float(sample[3])
            family = re.sub(r"_(bucket|sum|count|total)$", "", sample[1])
            assert sample[1] in kinds or family in kinds, line
    return found


def reasons(text):
    """{reason: how often} of the metric that counts decisions by it."""
    found = {}
    for (_, labels), value in samples(text).items():
        reason = dict(labels).get("reason")
        if reason:
            found[reason] = found.get(reason, 0) + value
    return found


def test_metrics_are_prometheus_text_and_count_by_reason(live):
    key, limited = live.key("zazmic"), live.key("azen", "--limit", "1/1h")
    gone = live.key("azen")
    live.ledger.text("keys", "revoke", gone.id)
    before = reasons(get(live, "/metrics").text)
    live.send(*[zazmic(key.secret, "GET")] * 3, azen(limited.secret), azen(limited.secret),
              azen(gone.secret), azen(None), zazmic("no key"), zazmic(key.secret))
    reply = get(live, "/metrics")
    assert reply.status == 200 and reply["Content-Type"].startswith("text/plain")
    after = reasons(reply.text)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert {name: count for name, count in grown.items() if count} == {
        "allowed": 4, "rate_limited": 1, "revoked": 1, "no_credential": 1,
        "malformed_credential": 1, "insufficient_credits": 1}
    for secret in (key.secret, key.id, '"ada"', '"acme"'):
        assert secret not in reply.text


def test_the_checkpoint_is_served_as_it_is_signed(empty, write):
    with living(empty, "--config", write({"checkpointSeconds": 1})) as live:
        key = live.key("zazmic")
        size = 0

        def covers_everything():
            reply = get(live, "/checkpoint")
            assert reply.status == 200 and reply["Content-Type"].startswith("text/plain")
            return int(reply.text.splitlines()[1]) > size

        live.send(zazmic(key.secret, "GET"))
        size = live.trail()[-1]["sequence"]
        eventually(covers_everything)
        assert live.ledger.ask("verify")["signedRecords"] > size


# Logs.

def test_what_the_service_prints_is_json_lines_without_a_secret(empty, write):
    config = write({"logLevel": "debug"})
    with living(empty, "--config", config) as live:
        key = live.key("zazmic")
        admin = live.token("admin", "second")
        live.send(zazmic(key.secret), zazmic("wrong"), zazmic(None), api(admin, "GET", "/v1/keys"),
                  api("klt_wrong", "GET", "/v1/keys"), Request("GET", "/nowhere"))
        live.stop()
        lines = live.service.stderr.splitlines()
        assert lines
        for line in lines:
            assert isinstance(json.loads(line), dict), line
        for secret in (key.secret, admin, "klt_"):
            assert secret not in live.service.stderr


def test_the_level_of_the_log_is_obeyed(empty, write):
    with living(empty, "--config", write({"logLevel": "critical"})) as live:
        live.send(zazmic("wrong"))
        live.stop()
        assert live.service.stderr == ""


# TLS.

def certificate(place, name):
    """A self-signed certificate and its key, made by openssl; and the fingerprint."""
    pem, key = place / f"{name}.pem", place / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", pem],
        check=True, capture_output=True)
    return pem, key, fingerprint(pem.read_text())


def fingerprint(pem):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def served(live):
    return fingerprint(ssl.get_server_certificate(("127.0.0.1", live.port), timeout=PATIENCE))


@pytest.fixture
def tls(empty, tmp_path):
    pem, key, _ = certificate(tmp_path, "first")
    with living(empty, "--tls-certificate", pem, "--tls-key", key) as live:
        yield live


def test_tls_is_served_and_a_new_certificate_after_sighup(tls, tmp_path):
    assert tls.service.url.startswith("https://")
    key = tls.key("zazmic")
    trust = ssl.create_default_context(cafile=tmp_path / "first.pem")
    trust.check_hostname = False
    assert traffic.send(tls.port, zazmic(key.secret, "GET"), trust=trust).status == 200
    assert served(tls) == fingerprint((tmp_path / "first.pem").read_text())

    pem, new_key, expected = certificate(tmp_path, "second")
    (tmp_path / "first.key").write_bytes(new_key.read_bytes())
    (tmp_path / "first.pem").write_bytes(pem.read_bytes())
    tls.service.signal(signal.SIGHUP)
    eventually(lambda: served(tls) == expected)
    assert traffic.send(tls.port, zazmic(key.secret, "GET"), trust=traffic.insecure()).status == 200
    tls.stop()
    assert tls.is_in_order()


def test_a_bad_certificate_at_sighup_leaves_the_old_one_and_is_said(tls, tmp_path):
    old = served(tls)
    (tmp_path / "first.pem").write_text("no certificate")
    printed = len(tls.service.stderr)
    tls.service.signal(signal.SIGHUP)
    eventually(lambda: "first.pem" in tls.service.stderr[printed:])
    assert served(tls) == old
    tls.stop()


def test_plain_http_to_a_tls_port_gets_no_answer_of_the_service(tls):
    with socket.create_connection(("127.0.0.1", tls.port), PATIENCE) as stream:
        stream.sendall(zazmic(None).wire)
        try:
            assert b"HTTP/1.1 401" not in stream.recv(4096)
        except ConnectionError:
            pass
    assert traffic.send(tls.port, zazmic(None), trust=traffic.insecure()).status == 401


def test_session_secrets_are_read_again_at_sighup(empty, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.write_text("another secret\n")
    with living(empty, "--session-secret-file", secrets) as live:
        live.user(SESSION_USER)
        ask = zazmic(None, "GET", "/api/tasks", cookie())
        assert live.send(ask).status == 401
        secrets.write_text(f"another secret\n{SESSION_SECRET}\n")
        live.service.signal(signal.SIGHUP)
        eventually(lambda: live.send(ask).status == 200)


def test_a_connection_that_idles_is_closed(empty, write):
    with living(empty, "--config", write({"idleSeconds": 1})) as live:
        with socket.create_connection(("127.0.0.1", live.port), PATIENCE) as stream:
            assert stream.recv(1) == b""
