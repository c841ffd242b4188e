"""The command line beside a running service: the very next request sees what it changed."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import traffic
from events import call, document
from ledger import Ledger, copied
from live import SESSION_USER, Key, cookie, living, strange_secret, within_a_minute
from traffic import api, azen, verify, zazmic

NOBODY = 65534
JTI = "00000000-0000-4000-8000-000000000001"
"""Of the session cookies."""

BAD_KEY = 401, '{"error":"Unauthorized","message":"Invalid API key"}'
NO_PERMISSION = 403, '{"error":"Forbidden","message":"Insufficient permissions"}'
NO_BALANCE = (
    403, '{"error":"Forbidden","message":"Insufficient balance. Please add credits to your '
         'account."}')
BAD_AZEN_KEY = 403, '{"status":"forbidden","message":"Invalid API key","code":403}'
PASSED = 200, ""


class Commands:
    """Write commands through control.sock, or over HTTP with a token."""

    def __init__(self, live, way):
        self.live, self.way = live, way
        self.remote = Remote(live) if way == "--server" else live.ledger

    def __call__(self, *arguments):
        return self.remote.ask(*arguments)

    def key(self, profile, *options, user="ada"):
        made = self("keys", "create", "--org", "acme", "--user", user, "--profile", profile,
                    "--name", "k", *options)
        return Key(made["id"], made["secret"])

    def seen(self, request):
        reply = self.live.send(request)
        return reply.status, reply.text


class Remote(Ledger):
    """The command line without a data directory: `--server URL` and KEYLEDGER_TOKEN."""

    def __init__(self, live, token=None):
        super().__init__(live.ledger.program, live.ledger.path)
        self.live = live
        self.token = token or live.token("admin", "remote")

    def command(self, *arguments):
        return [str(self.program), *map(str, arguments), "--server", self.live.service.url]

    def run(self, *arguments, **environment):
        return super().run(*arguments, KEYLEDGER_TOKEN=self.token, **environment)


@pytest.fixture(scope="module", params=["control.sock", "--server"])
def commands(request, blank, tmp_path_factory):
    ledger = blank.copy(tmp_path_factory.mktemp("commands") / "data")
    with living(ledger, sessions=True) as live:
        live.user(SESSION_USER)
        yield Commands(live, request.param)
        live.stop()
        assert live.is_in_order()
        types = [row["type"] for row in live.trail()]
        last = len(types) - types[::-1].index("log.started")
        assert types.count("log.stopped") == types.count("log.started")
        assert types[last:].count("log.stopped") == 1, "a command opened the log beside the service"
        assert "key.created" in types[last:]


def lists(key):
    return zazmic(key.secret, "GET")


def test_a_key_is_disabled_and_enabled(commands):
    key = commands.key("zazmic")
    assert commands.seen(lists(key)) == PASSED
    commands("keys", "disable", key.id)
    assert commands.seen(lists(key)) == BAD_KEY
    commands("keys", "enable", key.id)
    assert commands.seen(lists(key)) == PASSED


def test_a_key_is_revoked_and_rotated(commands):
    key = commands.key("azen")
    assert commands.seen(azen(key.secret)) == PASSED
    made = commands("keys", "rotate", key.id)
    assert commands.seen(azen(key.secret)) == BAD_AZEN_KEY
    assert commands.seen(azen(made["secret"])) == PASSED
    commands("keys", "revoke", made["id"])
    assert commands.seen(azen(made["secret"])) == BAD_AZEN_KEY


def test_a_key_expires_and_lives_again(commands):
    key = commands.key("zazmic", "--expires", "1h")
    assert commands.seen(lists(key)) == PASSED
    commands("keys", "set-expiry", key.id, "2020-01-01")
    assert commands.seen(lists(key)) == BAD_KEY
    commands("keys", "set-expiry", key.id, "never")
    assert commands.seen(lists(key)) == PASSED


def test_a_keys_limit_is_its_own_and_then_the_profiles_again(commands):
    key = commands.key("azen")
    commands("keys", "set-limit", key.id, "2/1h")
    replies = commands.live.send(*[azen(key.secret)] * 4)
    assert [reply.status for reply in replies] == [200, 200, 429, 429]
    key = commands.key("azen", "--limit", "2/1h")
    commands("keys", "set-limit", key.id, "default")
    replies = commands.live.send(*[azen(key.secret)] * 4)
    assert [reply.status for reply in replies] == [200] * 4


def test_scopes_and_addresses(commands):
    key = commands.key("zazmic", "--scope", "tasks.list")
    assert commands.seen(lists(key)) == PASSED
    assert commands.seen(zazmic(key.secret)) == NO_PERMISSION
    commands("keys", "set-scopes", key.id, "tasks.execute")
    assert commands.seen(lists(key)) == NO_PERMISSION
    commands("keys", "set-scopes", key.id)
    assert commands.seen(lists(key)) == PASSED
    commands("keys", "set-addresses", key.id, "192.0.2.0/24")
    assert commands.seen(lists(key)) == NO_PERMISSION
    inside = zazmic(key.secret, "GET", "/api/tasks", ("X-Forwarded-For", "192.0.2.9"))
    assert commands.seen(inside) == PASSED
    commands("keys", "set-addresses", key.id)
    assert commands.seen(lists(key)) == PASSED


def test_a_name_and_metadata(commands):
    key = commands.key("azen")
    commands("keys", "rename", key.id, "other")
    commands("keys", "set-metadata", key.id, "team=core")
    shown = commands.live.ledger.ask("keys", "show", key.id)
    assert (shown["name"], shown["metadata"]) == ("other", {"team": "core"})


@pytest.mark.parametrize("kind", ["users", "organizations"])
def test_an_owner_is_disabled_and_enabled(commands, kind):
    commands("organizations", "create", f"owner-{kind}")
    commands("users", "create", f"of-{kind}", "--org", f"owner-{kind}")
    name = {"users": f"of-{kind}", "organizations": f"owner-{kind}"}[kind]
    made = commands("keys", "create", "--org", f"owner-{kind}", "--user", f"of-{kind}",
                    "--profile", "azen", "--name", "k")
    assert commands.seen(azen(made["secret"])) == PASSED
    commands(kind, "disable", name)
    assert commands.seen(azen(made["secret"])) == BAD_AZEN_KEY
    commands(kind, "enable", name)
    assert commands.seen(azen(made["secret"])) == PASSED


def test_credits_are_granted(commands):
    user = "poor"
    commands("users", "create", user, "--org", "acme")
    key = commands.key("zazmic", user=user)
    assert commands.seen(zazmic(key.secret)) == NO_BALANCE
    told = commands("credits", "grant", "--user", user, 1)
    assert told["balance"] == 1
    replies = commands.live.send(*[zazmic(key.secret)] * 2)
    assert [(reply.status, reply.text) for reply in replies] == [PASSED, NO_BALANCE]


def test_tokens_are_made_and_revoked(commands):
    token = commands("tokens", "create", "--role", "auditor", "reader")["token"]
    ask = api(token, "GET", "/v1/keys")
    assert commands.live.send(ask).status == 200
    listed = {row["name"]: row for row in commands.live.ledger.ask("tokens", "list")}
    assert listed["reader"]["role"] == "auditor" and token not in json.dumps(listed)
    commands("tokens", "revoke", "reader")
    assert commands.live.send(ask).status == 401


def test_a_block_is_released(commands):
    user = "unlucky"
    commands("users", "create", user, "--org", "acme")
    key, token = commands.key("zazmic", user=user), commands.live.token("gateway", "outcomes")
    commands.live.send(*(api(token, "POST", "/v1/outcomes", {
        "user": user, "task": f"t{number}", "outcome": "failed"}) for number in range(10)))
    assert commands.seen(lists(key))[0] == 429
    commands("blocks", "release", user)
    assert commands.seen(lists(key)) == PASSED


def test_a_session_is_denied(commands):
    ask = zazmic(None, "GET", "/api/tasks", cookie())
    assert commands.seen(ask) == PASSED
    commands("sessions", "deny", JTI, "--expires", "2100-01-01")
    assert commands.live.send(ask).status == 401


def test_history_is_imported_beside_requests(commands, tmp_path):
    key = commands.key("azen")
    path = document(tmp_path / "a.json", [
        call(number, f"2024-05-01T10:00:{number:02}Z") for number in range(20)])
    summary = commands("import", "cloudtrail", path)
    assert summary["added"] == 20
    assert commands("import", "cloudtrail", path)["known"] == 20
    assert commands.seen(azen(key.secret)) == PASSED
    assert commands.live.ledger.key("AKIAEXAMPLE000000001")["requests"] == 20


def test_what_cannot_be_is_refused_as_without_a_service(commands):
    remote = commands.remote
    assert "nobody" in remote.fails(5, "credits", "grant", "--user", "nobody", 1).err
    assert remote.fails(5, "keys", "disable", "key_nothing").out == ""
    assert "exists already" in remote.fails(1, "organizations", "create", "acme").err
    key = commands.key("azen")
    commands("keys", "revoke", key.id)
    assert "revoked" in remote.fails(1, "keys", "enable", key.id).err


def test_every_change_names_who_did_it(commands):
    key = commands.key("azen")
    row, = commands.live.trail("--key", key.id, "--type", "key.created")
    if commands.way == "control.sock":
        assert row["actor"] == f"operator:{os.geteuid()}"
    else:
        assert "remote" in row["actor"]


# Who may, and who may not.

@pytest.fixture
def live(empty):
    with living(empty, sessions=True) as live:
        live.user(SESSION_USER)
        yield live


@pytest.mark.parametrize("role", ["auditor", "billing", "gateway"])
def test_a_token_that_may_not_write_exits_4(live, role):
    key = live.key("azen")
    remote = Remote(live, live.token(role))
    answer = remote.fails(4, "keys", "disable", key.id)
    assert answer.out == "" and len(answer.lines) == 1
    assert live.send(azen(key.secret)).status == 200
    remote.token = "klt_nonsense"
    remote.fails(4, "keys", "disable", key.id)


def test_a_server_that_is_not_there_is_an_error_of_one_line(live):
    remote = Remote(live)
    url = live.service.url
    live.stop()
    answer = remote.fails(1, "users", "disable", "ada")
    assert url.split("//")[1] in answer.err and len(answer.lines) == 1


PEER = """
import socket, sys
stream = socket.socket(socket.AF_UNIX)
stream.connect(sys.argv[1])
stream.sendall(b"GET /v1/keys HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
answer = b""
try:
    while chunk := stream.recv(65536):
        answer += chunk
except ConnectionError:
    pass
sys.stdout.buffer.write(answer)
"""


@pytest.fixture
def somebody(is_root):
    """What runs a command as another user."""
    if not is_root or not shutil.which("setpriv"):
        pytest.skip("not run: needs root and setpriv to become somebody else")
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


@pytest.fixture
def public(blank, somebody):
    """A service in a place that everybody may enter, the program beside its data."""
    place = Path(tempfile.mkdtemp(prefix="keyledger-"))
    place.chmod(0o755)
    shutil.copy(blank.program, place / "keyledger")
    ledger = Ledger(place / "keyledger", copied(blank.path, place / "data"))
    ledger.path.chmod(0o755)
    with living(ledger) as live:
        yield live
    shutil.rmtree(place)


def test_another_uid_is_refused_at_the_socket(public, somebody):
    key = public.key("azen")
    size = public.size()
    other = Ledger(public.ledger.program, public.ledger.path, somebody)
    answer = other.fails(4, "keys", "disable", key.id)
    assert answer.out == "" and len(answer.lines) == 1
    sock = public.ledger.path / "control.sock"
    assert sock.stat().st_mode & 0o007 == 0, oct(sock.stat().st_mode)
    # Even where the mode of the socket lets them in, the peer's uid is the authority.
    sock.chmod(0o777)
    other.fails(4, "keys", "disable", key.id)
    peer = [*somebody, sys.executable, "-c", PEER, str(sock)]
    done = subprocess.run(peer, capture_output=True, timeout=30, check=False)
    assert done.stdout == b"" or b" 403 " in done.stdout.splitlines()[0], done
    assert public.size() == size
    assert public.send(azen(key.secret)).status == 200


def test_the_socket_asks_its_peer_for_no_token(live):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(str(live.ledger.path / "control.sock"))
        stream.sendall(b"GET /v1/keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert stream.recv(65536).startswith(b"HTTP/1.1 200")
    assert live.send(traffic.Request("GET", "/v1/keys")).status == 401


# Without the service.

def test_the_same_commands_take_the_lock_where_no_service_runs(live):
    key = live.key("zazmic")
    live.stop()
    ledger = live.ledger
    commands = [["keys", "disable", key.id], ["users", "create", "eve", "--org", "acme"],
                ["credits", "grant", "--user", "ada", 3], ["sessions", "deny", JTI, "--expires",
                                                           "2100-01-01"],
                ["tokens", "create", "--role", "gateway", "offline"]]
    made = [ledger.ask(*command) for command in commands]
    types = [row["type"] for row in live.trail()]
    assert types.count("log.started") == types.count("log.stopped")
    live.start()
    assert live.send(zazmic(key.secret, "GET")).status == 401
    assert live.balance() == 3
    assert live.send(zazmic(None, "GET", "/api/tasks", cookie())).status == 401
    told = live.send(verify(made[-1]["token"], "zazmic", None, "GET", "/"))
    assert told.json["reason"] == "no_credential"


def test_a_key_made_before_the_first_start_works(blank, tmp_path):
    ledger = blank.copy(tmp_path / "data")
    with living(ledger) as live:
        live.stop()
        key = live.key("azen")
        live.start()
        assert live.send(azen(key.secret)).status == 200
        live.kill()
        key = live.key("azen")
        live.start()
        assert live.send(azen(key.secret)).status == 200


def test_a_socket_left_by_a_killed_service_is_in_nobodys_way(live):
    live.kill()
    assert (live.ledger.path / "control.sock").exists()
    live.ledger.ask("users", "create", "eve", "--org", "acme")
    live.start()
    live.ledger.ask("users", "create", "eva", "--org", "acme")
    assert {"eve", "eva"} <= {row["id"] for row in live.ledger.ask("users", "list")}


# Questions beside the service.

def test_questions_are_answered_beside_it_about_all_that_was_answered(live):
    key = live.key("zazmic")
    for count in range(1, 6):
        live.send(lists(key))
        assert live.ledger.key(key.id)["requests"] == count
        assert len(live.trail("--key", key.id, "--type", "request.decided")) == count
    for question in (["keys", "list"], ["users", "list"], ["organizations", "list"], ["events"],
                     ["usage"], ["limits"], ["blocks"], ["credits"], ["state"], ["verify"],
                     ["replay"], ["tokens", "list"], ["diff", "0", "5"]):
        assert live.ledger.ask(*question) is not None
    for export in ("usage", "events"):
        assert live.ledger.text("export", export)
    assert live.trail("--type", "audit.accessed") == [], "a local read appends nothing"


ASKED = [["keys", "list"], ["users", "list"], ["organizations", "list"], ["tokens", "list"],
         ["credits"], ["blocks"], ["limits"], ["events"]]


def test_a_question_by_the_server_is_told_the_same_and_is_noted(live):
    key = live.key("zazmic")
    live.send(lists(key))
    remote = Remote(live, live.token("auditor"))
    size = live.size()
    for question in ASKED:
        asked = [*question, *([] if question[0] == "tokens" else ["--as-of", size])]
        assert remote.ask(*asked) == live.ledger.ask(*asked), question
    assert remote.ask("keys", "show", key.id) == live.ledger.ask("keys", "show", key.id)
    noted = live.trail("--type", "audit.accessed")
    assert len(noted) >= len(ASKED) + 1 and all("auditor" in row["actor"] for row in noted)


@pytest.mark.parametrize("question", [["verify"], ["replay"], ["export", "usage"], ["checkpoint"]])
def test_a_question_that_reads_files_refuses_a_server_instead_of_asking_nobody(live, question):
    answer = Remote(live).fails(2, *question)
    assert "--data" in answer.err and answer.out == "" and len(answer.lines) == 1


def test_limits_blocks_and_credits_as_of_before_and_after(live):
    live.user("ben", 20)
    key, token = live.key("zazmic", user="ben"), live.token("gateway")
    before = live.size()
    within_a_minute(10)
    assert [reply.status for reply in live.send(*[zazmic(key.secret)] * 4)] == [200] * 4
    used = live.size()
    live.send(*(api(token, "POST", "/v1/outcomes", {
        "user": "ben", "task": f"t{number}", "outcome": "failed"}) for number in range(10)))
    blocked = live.size()
    live.ledger.ask("blocks", "release", "ben")
    released = live.size()

    def of_ben(kind, size):
        return [row for row in live.ledger.ask(kind, "--as-of", size) if row["user"] == "ben"]

    assert [live.balance("ben", "--as-of", size) for size in (before, used, blocked)] == [
        20, 16, 16]
    assert [len(of_ben("blocks", size)) for size in (before, used, blocked, released)] == [
        0, 0, 1, 0]
    assert of_ben("limits", before) == []
    limit, = of_ben("limits", used)
    assert (limit["operation"], limit["limit"], limit["remaining"]) == ("tasks.execute", 10, 6)
    live.stop()
    assert live.balance("ben", "--as-of", used) == 16
    assert of_ben("limits", used) == [limit]


# Why.

def refusals(live, strange):
    """{reason: (a request that is refused for it, the key that explains it or None)}."""
    made = {}

    def owned(name, profile="zazmic", *options, credits=0):
        live.user(name, credits)
        return live.key(profile, *options, user=name)

    other = owned("other", "azen")
    made["wrong_profile"] = zazmic(other.secret, "GET"), other
    made["malformed_credential"] = zazmic(other.secret[:-1], "GET"), None
    made["unknown_key"] = azen(strange), None
    made["no_credential"] = azen(None), None
    for reason, change in (("revoked", ["revoke"]), ("disabled", ["disable"]),
                           ("expired", ["set-expiry", "2020-01-01"]),
                           ("address_not_allowed", ["set-addresses", "192.0.2.1"]),
                           ("missing_permission", ["set-scopes", "tasks.list"])):
        key = owned(f"of-{reason}")
        live.ledger.ask("keys", change[0], key.id, *change[1:])
        made[reason] = zazmic(key.secret), key
    poor = owned("poor")
    made["insufficient_credits"] = zazmic(poor.secret), poor
    limited = owned("limited", "azen", "--limit", "1/1h")
    assert live.send(azen(limited.secret)).status == 200
    made["rate_limited"] = azen(limited.secret), limited
    blocked, token = owned("blocked"), live.token("gateway")
    live.send(*(api(token, "POST", "/v1/outcomes", {
        "user": "blocked", "task": f"t{number}", "outcome": "failed"}) for number in range(10)))
    made["abuse_blocked"] = zazmic(blocked.secret, "GET"), blocked
    name, value = cookie()
    made["session_invalid"] = zazmic(None, "GET", "/", (name, value[:-9] + "AAAAAAAAA")), None
    live.ledger.ask("sessions", "deny", JTI, "--expires", "2100-01-01")
    made["session_denied"] = zazmic(None, "GET", "/", (name, value)), None
    return made


def test_every_kind_of_refusal_is_explained(live, blank, tmp_path):
    asked = refusals(live, strange_secret(blank, tmp_path / "other"))
    for reason, (request, _) in asked.items():
        live.send(request)
    rows = {row["reason"]: row for row in live.trail("--decision", "refused")}
    assert set(asked) <= set(rows), set(asked) - set(rows)
    for reason, (_, key) in asked.items():
        sequence = rows[reason]["sequence"]
        told = live.ledger.ask("explain", sequence)
        assert (told["reason"], told["derived"], told["agrees"]) == (reason, reason, True)
        assert told["key"] == (key.id if key else None)
        assert (told["profile"], told["operation"]) == (
            "azen" if rows[reason]["operation"] == "memory.create" else "zazmic",
            rows[reason]["operation"])
        assert reason in live.ledger.text("explain", sequence)
        behind = [event["sequence"] for event in told["events"]]
        if reason == "rate_limited":
            limit, = told["limits"]
            assert (limit["scope"], limit["algorithm"], limit["limit"], limit["remaining"]) == (
                "key", "token-bucket", 1, 0)
        if reason == "abuse_blocked":
            reports = [row["sequence"] for row in live.trail("--type", "task.reported")]
            assert told["block"]["evidence"] == reports and set(reports) < set(behind)
        if reason == "insufficient_credits":
            assert (told["credits"]["balance"], told["credits"]["cost"]) == (0, 1)
        if reason in CAUSES:
            cause = live.trail("--type", CAUSES[reason], *(["--key", key.id] if key else []))[-1]
            assert cause["sequence"] in behind, (reason, told)


CAUSES = {
    "revoked": "key.revoked", "disabled": "key.disabled", "expired": "key.expiry_set",
    "address_not_allowed": "key.addresses_set", "missing_permission": "key.scopes_set",
    "session_denied": "session.denied"}
"""The change without which the request would have passed."""


def test_an_explanation_is_the_same_after_the_service_has_stopped(live):
    key = live.key("azen", "--limit", "1/1h")
    live.send(*[azen(key.secret)] * 2)
    allowed, refused = live.trail("--key", key.id, "--type", "request.decided")
    told = [live.ledger.ask("explain", row["sequence"]) for row in (allowed, refused)]
    assert "allowed" in json.dumps(told[0]) and "rate_limited" in json.dumps(told[1])
    live.stop()
    assert [live.ledger.ask("explain", row["sequence"]) for row in (allowed, refused)] == told
    assert live.ledger.fails(5, "explain", 10**9).out == ""
    other = live.ledger.run("explain", 0)
    assert other.code != 0 and len(other.lines) == 1, "the start of the log is no request"
