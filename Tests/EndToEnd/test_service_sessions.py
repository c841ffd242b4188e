"""Session cookies of both generations beside API keys: which of the two decides, and why."""

import time
import uuid

import pytest

from service import bearer, decisions, start_service
from sessions import make_session
from two_apis import (
    AZEN_NO_CREDENTIAL, STANDING, ZAZMIC_BAD_CREDENTIAL, ZAZMIC_LIMITED, ZAZMIC_NO_CREDENTIAL,
    World, names, room)

NEW, OLD, NEVER = "the-newest-secret", "the-secret-before-it", "a-secret-of-somebody-else"
V4, V5 = (4, "next-auth.session-token"), (5, "authjs.session-token")
NAMES = [(version, prefix + name) for version, name in (V4, V5) for prefix in ("", "__Secure-")]
IDS = [name for _, name in NAMES]

KNOWN_TOKENS = {
    "authjs.session-token":
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoiMnd5bmg2RDBhdDh3NXk5cDlxM3N1NXcx"
        "TlRqMUdUSDZmTUdHcVZ2NFJVNThYQkhLWDNMQThiYkJnenJtX1lhUUJmNFNnTUtVQVRuZDhRS2FwV2o0M1EifQ.."
        "AAECAwQFBgcICQoLDA0ODw.1OABkVANENggEJcHIbSPYuxs_NfyaEGtoHBUtUHntKOrQVnZK1I36E9DrVaK-oeTl"
        "HYlIpCDyB0hmxCOTimOTWNU8fiUduwteNYcIYND8ICZ10F4LH5mwZMnHgne6KV0p1eWIVI1NqLsVfRV4Dx9aKy7V"
        "MD7x4EE3e2GR20ytA9Xppbsdf78EOOjxp0c15XC.pn2G9FFCe5z4NKz7AUajDbiI3f80xuQm9y0gBrSG7_A",
    "next-auth.session-token":
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAECAwQFBgcICQoL.-rR6CJiC-Jj-6hAUEFbHkaD6JoTPal"
        "5Ibn3JEOSEiLT6_HKSKztNF94vN_3soV-Mpbn-_8YZDE_l7vc0snVEzXt9xDjIkGDnmMNKRbk3lMvAhSv8Okg-5V"
        "r-Zrrhz1rx91-Ew0NBpNmYtq2Y82dptKH3cTKIuQP-NWmPF0NKlLbIsKPgZ54.Sa1_L3igngm736GjzpY6ZA"}
"""Made by NextAuth's own rules from KNOWN_SECRET for user_1, valid until the year 2100."""

KNOWN_SECRET = "keyledger-test-secret"


@pytest.fixture(scope="module")
def world(blank, tmp_path_factory):
    place = tmp_path_factory.mktemp("sessions")
    ledger = blank.copy(place / "data")
    secrets = place / "secrets"
    secrets.write_text(f"{NEW}\n{OLD}\n{KNOWN_SECRET}\n")
    secrets.chmod(0o600)
    with start_service(ledger, "--session-secret-file", secrets) as service:
        yield World(service)


def session(user, name=NAMES[2], secret=NEW, life=3600, **claims):
    """A cookie, as one pair of name and value."""
    version, cookie = name
    now = int(time.time())
    told = {"sub": user, "iat": now - 60, "exp": now + life, "jti": str(uuid.uuid4())} | claims
    told = {claim: value for claim, value in told.items() if value is not None}
    return cookie, make_session(version, cookie, secret, told)


def cookies(*pairs):
    return [("Cookie", "; ".join(f"{name}={value}" for name, value in pairs))]


def execute(world, headers):
    return world.service.auth("zazmic", "POST", "/api/tasks", headers)


def last(world):
    return decisions(world.service)[-1]


@pytest.mark.parametrize("secret", [NEW, OLD], ids=["newest secret", "rotated secret"])
@pytest.mark.parametrize("name", NAMES, ids=IDS)
def test_a_valid_session_is_its_user(world, name, secret):
    user = world.user()
    room(3)
    answer = execute(world, cookies(("theme", "dark"), session(user, name, secret)))
    assert (answer.status, answer.header("X-RateLimit-Remaining")) == (200, "9"), str(answer)
    assert (answer.header("Keyledger-User-Id"), answer.header("Keyledger-Api-Key-Id"),
            answer.header("Keyledger-Organization-Id")) == (user, "", "acme")
    record = last(world)
    assert (record["user"], record["key"], record["reason"]) == (user, None, "allowed")


@pytest.mark.parametrize("cookie", KNOWN_TOKENS)
def test_a_token_made_by_nextauth_is_accepted(world, cookie):
    if "user_1" not in [row["id"] for row in world.run("users", "list")]:
        world.run("users", "create", "user_1", "--org", "acme")
    answer = world.service.auth("azen", "POST", "/api/v1/memory",
                                cookies((cookie, KNOWN_TOKENS[cookie])))
    assert (answer.status, answer.header("Keyledger-User-Id")) == (200, "user_1")


@pytest.mark.parametrize("name", NAMES, ids=IDS)
def test_chunks_are_joined_by_their_number_in_whatever_order_they_come(world, name):
    user = world.user()
    cookie, token = session(user, name, padding="x" * 3000)
    size = len(token) // 11
    chunks = [(f"{cookie}.{number}", token[number * size:(number + 1) * size])
              for number in range(11)]
    chunks.append((f"{cookie}.11", token[11 * size:]))
    answer = execute(world, cookies(*reversed(chunks)))
    assert (answer.status, answer.header("Keyledger-User-Id")) == (200, user), str(answer)
    assert execute(world, cookies(*chunks[:3], *chunks[4:])).status == 401


def wrong(world, user, case):
    """A cookie that must not be believed."""
    name, token = session(user)
    flipped = token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:]
    return {
        "another's secret": lambda: session(user, secret=NEVER),
        "under another name": lambda: ("__Secure-authjs.session-token", token),
        "a bit flipped": lambda: (name, flipped),
        "cut": lambda: (name, token[:-8]),
        "no token at all": lambda: (name, "nonsense"),
        "without exp": lambda: session(user, exp=None),
        "exp that is no number": lambda: session(user, exp="soon"),
        "without sub": lambda: session(user, sub=None),
        "empty sub": lambda: session(user, sub="")}[case]()


WRONG = ["another's secret", "under another name", "a bit flipped", "cut", "no token at all",
         "without exp", "exp that is no number", "without sub", "empty sub"]


@pytest.mark.parametrize("case", WRONG)
def test_an_invalid_session_alone_is_no_credential(world, case):
    user = world.user()
    cookie = cookies(wrong(world, user, case))
    answer = execute(world, cookie)
    assert (answer.status, answer.text) == (401, ZAZMIC_NO_CREDENTIAL), str(answer)
    assert names(answer, "X-RateLimit", "Keyledger-") == []
    assert (last(world)["decision"], last(world)["reason"]) == ("refused", "session_invalid")
    answer = world.service.auth("azen", "POST", "/api/v1/memory", cookie)
    assert (answer.status, answer.text) == (401, AZEN_NO_CREDENTIAL)
    assert last(world)["reason"] == "session_invalid"


@pytest.mark.parametrize("case", WRONG[:3])
def test_beside_an_invalid_session_the_key_decides(world, case):
    user = world.user()
    caller = world.caller("zazmic")
    cookie = cookies(wrong(world, user, case))
    answer = execute(world, cookie + caller.headers)
    assert (answer.status, answer.header("Keyledger-User-Id"),
            answer.header("Keyledger-Api-Key-Id")) == (200, caller.user, caller.key)
    world.run("keys", "disable", caller.key)
    answer = execute(world, cookie + caller.headers)
    assert (answer.status, answer.text) == (401, ZAZMIC_BAD_CREDENTIAL)
    assert last(world)["reason"] == "disabled"


def test_a_valid_session_decides_whatever_the_key(world):
    user, caller = world.user(), world.caller("zazmic")
    for headers in (caller.headers, bearer("your_api_key_here")):
        answer = execute(world, cookies(session(user)) + headers)
        assert (answer.status, answer.header("Keyledger-User-Id"),
                answer.header("Keyledger-Api-Key-Id")) == (200, user, "")


def test_a_valid_session_wins_over_an_invalid_one_beside_it(world):
    user = world.user()
    for good, poor in ((NAMES[0], NAMES[2]), (NAMES[2], NAMES[0]), (NAMES[3], NAMES[2])):
        pairs = [session(user, poor, NEVER), session(user, good)]
        for each in (pairs, pairs[::-1]):
            assert execute(world, cookies(*each)).header("Keyledger-User-Id") == user


@pytest.mark.parametrize("name", NAMES[::2], ids=IDS[::2])
def test_an_expiry_has_fifteen_seconds_of_tolerance(world, name):
    user = world.user()
    assert execute(world, cookies(session(user, name, life=-5))).status == 200
    answer = execute(world, cookies(session(user, name, life=-17)))
    assert (answer.status, answer.text) == (401, ZAZMIC_NO_CREDENTIAL)
    assert last(world)["reason"] == "session_expired"


def test_beside_an_expired_session_the_key_decides(world):
    caller = world.caller("zazmic")
    answer = execute(world, cookies(session(world.user(), life=-60)) + caller.headers)
    assert (answer.status, answer.header("Keyledger-Api-Key-Id")) == (200, caller.key)


@pytest.mark.parametrize("name", NAMES[::2], ids=IDS[::2])
def test_a_session_denied_by_its_jti_is_refused_from_the_next_request_on(world, name):
    user, jti = world.user(), str(uuid.uuid4())
    cookie = cookies(session(user, name, jti=jti))
    other = cookies(session(user, name))
    assert execute(world, cookie).status == 200
    world.run("sessions", "deny", jti, "--expires", "2h")
    answer = execute(world, cookie)
    assert (answer.status, answer.text) == (401, ZAZMIC_NO_CREDENTIAL)
    assert last(world)["reason"] == "session_denied"
    assert execute(world, other).status == 200
    caller = world.caller("zazmic")
    answer = execute(world, cookie + caller.headers)
    assert (answer.status, answer.header("Keyledger-User-Id")) == (200, caller.user)


def test_five_by_cookie_and_six_by_key_give_ten(world):
    caller = world.caller("zazmic")
    cookie = cookies(session(caller.user))
    room(6)
    answers = []
    for number in range(11):
        answers.append(execute(world, cookie if number % 2 else caller.headers))
        assert names(answers[-1], "X-RateLimit") == sorted(STANDING)
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    left = [answer.header("X-RateLimit-Remaining") for answer in answers]
    assert left == [str(number) for number in range(9, -1, -1)] + ["0"]
    assert answers[-1].text == ZAZMIC_LIMITED
    assert execute(world, cookie).status == 429
    records = decisions(world.service, "--user", caller.user)
    assert [record["decision"] for record in records] == ["allowed"] * 10 + ["refused"] * 2
    assert [record["key"] for record in records].count(caller.key) == 6


def test_credits_are_the_users_whichever_way_it_came_in(world):
    caller = world.caller("zazmic", credits=2)
    cookie = cookies(session(caller.user))
    room(3)
    statuses = [execute(world, each).status for each in (cookie, caller.headers, cookie)]
    assert statuses == [200, 200, 403]
    assert last(world)["reason"] == "insufficient_credits"


def test_a_block_holds_for_sessions_too(world):
    user = world.user()
    world.fail(user, 10)
    answer = execute(world, cookies(session(user)))
    assert (answer.status, last(world)["reason"]) == (429, "abuse_blocked")
    azen = world.service.auth("azen", "POST", "/api/v1/memory", cookies(session(user)))
    assert azen.status == 200


def test_a_session_of_azen_has_no_limit(world):
    user = world.user(credits=0)
    cookie = cookies(session(user))
    with world.service.connection() as connection:
        for _ in range(70):
            answer = connection.ask("GET", "/auth/azen", [
                ("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/api/v1/memory"), *cookie])
            assert answer.status == 200, str(answer)
    assert names(answer, "X-RateLimit") == []


def test_the_session_of_a_disabled_or_unknown_user_passes_nowhere(world):
    user = world.user()
    world.run("users", "disable", user)
    for each in (user, "nobody-we-know"):
        for profile, target in (("zazmic", "/api/tasks"), ("azen", "/api/v1/memory")):
            answer = world.service.auth(profile, "POST", target, cookies(session(each)))
            assert answer.status in (401, 403), str(answer)
            assert last(world)["decision"] == "refused"


def test_without_secrets_no_session_is_valid(blank, tmp_path):
    ledger = blank.copy(tmp_path / "data")
    with start_service(ledger) as service:
        world = World(service)
        answer = execute(world, cookies(session(world.user())))
        assert answer.status == 401
        assert last(world)["reason"] == "session_invalid"


def test_secrets_come_from_the_environment_too(blank, tmp_path):
    ledger = blank.copy(tmp_path / "data")
    secrets = {"KEYLEDGER_SESSION_SECRETS": f"{NEW},{OLD}"}
    with start_service(ledger, env=secrets) as service:
        world = World(service)
        user = world.user()
        for secret in (NEW, OLD):
            answer = execute(world, cookies(session(user, secret=secret)))
            assert (answer.status, answer.header("Keyledger-User-Id")) == (200, user)
