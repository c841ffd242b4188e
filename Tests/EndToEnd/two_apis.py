"""The table of the two APIs, a row for each answer: who asks, what comes back, what is recorded."""

import itertools
import time
from dataclasses import dataclass, field

from service import azen, bearer, make_organization, make_token

MINUTE = 60

ZAZMIC_NO_CREDENTIAL = '{"error":"Unauthorized","message":"No authorization header provided"}'
ZAZMIC_BAD_CREDENTIAL = '{"error":"Unauthorized","message":"Invalid API key"}'
ZAZMIC_FORBIDDEN = '{"error":"Forbidden","message":"Insufficient permissions"}'
ZAZMIC_NO_CREDITS = (
    '{"error":"Forbidden",'
    '"message":"Insufficient balance. Please add credits to your account."}')
ZAZMIC_LIMITED = (
    '{"error":"Rate limit exceeded",'
    '"message":"You have exceeded the rate limit of 10 requests per minute"}')
ZAZMIC_BLOCKED = (
    '{"error":"Too Many Requests",'
    '"message":"Account temporarily blocked due to repeated task failures"}')
ZAZMIC_UNAVAILABLE = (
    '{"error":"Service Unavailable","message":"The request could not be recorded"}')
AZEN_NO_CREDENTIAL = '{"status":"unauthorized","message":"no api key","code":401}'
AZEN_FORBIDDEN = '{"status":"forbidden","message":"Invalid API key","code":403}'
AZEN_LIMITED = (
    '{"status":"rate_limited","message":"Rate limit exceeded for this API key","code":429}')
AZEN_UNAVAILABLE = (
    '{"status":"unavailable","message":"The request could not be recorded","code":503}')

IDENTITY = ["Keyledger-User-Id", "Keyledger-Api-Key-Id", "Keyledger-Organization-Id"]
STANDING = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]

LIMIT = 10
"""Executions a minute of a user of the first API."""

numbers = itertools.count(1)


@dataclass
class Caller:
    """Who asks: what is sent, and whom keyledger should know it to be."""

    headers: list
    user: str = ""
    organization: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)


class World:
    """A running service with an organization in it; every caller is a user of its own."""

    def __init__(self, service, foreign=None):
        self.service = service
        self.foreign = foreign  # a well-formed secret of each API that this service never made
        self.admin, self.auditor, self.billing, self.gateway = (
            make_token(service, role) for role in ("admin", "auditor", "billing", "gateway"))
        make_organization(service, "acme")

    def run(self, *arguments):
        return self.service.ledger.ask(*arguments)

    def post(self, path, body):
        """What the administration answers; quicker than a process for each user and key."""
        answer = self.service.ask("POST", path, body=body, token=self.admin)
        assert answer.status in (200, 201), str(answer)
        return answer.json

    def user(self, credits=100, organization="acme"):
        name = f"user-{next(numbers)}"
        self.post("/v1/users", {"id": name, "organization": organization})
        if credits:
            self.post("/v1/credits", {"user": name, "amount": credits})
        return name

    def caller(self, profile, credits=100, organization="acme", user=None, **properties):
        """A user with a good key of an API."""
        user = user or self.user(credits, organization)
        made = self.post("/v1/keys", {
            "organization": organization, "user": user, "profile": profile, **properties})
        send = bearer if profile == "zazmic" else azen
        return Caller(send(made["secret"]), user, organization, made["id"], made["secret"])

    def fail(self, user, times):
        """Reports so many failed tasks."""
        for number in range(times):
            answer = self.service.outcome(self.gateway, user, f"{user}-{number}", "failed")
            assert answer.status == 200, str(answer)


def room(seconds):
    """Waits for the next window of a minute if less than so many seconds are left of this one."""
    left = MINUTE - time.time() % MINUTE
    if left < seconds:
        time.sleep(left + 0.01)


def resets(before, after):
    """The values X-RateLimit-Reset may have between two times of our own clock."""
    return {str((int(moment) // MINUTE + 1) * MINUTE) for moment in (before, after)}


@dataclass(frozen=True)
class Row:
    """One answer of one API."""

    name: str
    profile: str
    prepare: object
    status: int
    body: str
    reason: str
    method: str = "POST"
    uri: str = ""
    remaining: int | None = None
    retry: range | None = None
    is_known: bool = True
    """Whether the record names the key."""

    @property
    def id(self):
        return f"{self.profile}: {self.name}"

    @property
    def target(self):
        return self.uri or ("/api/tasks" if self.profile == "zazmic" else "/api/v1/memory")

    @property
    def operation(self):
        operations = {
            ("zazmic", "POST", "/api/tasks"): "tasks.execute",
            ("zazmic", "GET", "/api/tasks"): "tasks.list",
            ("azen", "POST", "/api/v1/memory"): "memory.create"}
        return operations.get((self.profile, self.method, self.target.split("?")[0]), "other")


def nobody(world):
    return Caller([])


def sending(*headers):
    return lambda world: Caller(list(headers))


def stranger(profile):
    def prepare(world):
        secret = world.foreign[profile]
        return Caller(bearer(secret) if profile == "zazmic" else azen(secret))
    return prepare


def mistyped(profile):
    def prepare(world):
        caller = world.caller(profile)
        last = "0" if caller.secret[-1] != "0" else "1"
        secret = caller.secret[:-1] + last
        return Caller(bearer(secret) if profile == "zazmic" else azen(secret))
    return prepare


def known(profile, credits=100, **properties):
    return lambda world: world.caller(profile, credits, **properties)


def after(profile, *change):
    """A key after `keys …` was run on it."""
    def prepare(world):
        caller = world.caller(profile)
        world.run("keys", *(word.format(caller.key) for word in change))
        return caller
    return prepare


def without_user(profile):
    def prepare(world):
        caller = world.caller(profile)
        world.run("users", "disable", caller.user)
        return caller
    return prepare


def without_organization(profile):
    def prepare(world):
        organization = f"org-{next(numbers)}"
        make_organization(world.service, organization)
        caller = world.caller(profile, organization=organization)
        world.run("organizations", "disable", organization)
        return caller
    return prepare


def ownerless(profile):
    """A key without the organization and the user that a request is to be known by."""
    def prepare(world):
        made = world.post("/v1/keys", {"profile": profile, "name": "ownerless"})
        send = bearer if profile == "zazmic" else azen
        return Caller(send(made["secret"]), key=made["id"])
    return prepare


def of_the_other(profile):
    """A key of the other API, sent the way this one wants it."""
    def prepare(world):
        caller = world.caller("azen" if profile == "zazmic" else "zazmic")
        caller.headers = bearer(caller.secret) if profile == "zazmic" else azen(caller.secret)
        return caller
    return prepare


def for_tenant(profile, tenant):
    """A good key in a request that names an organization."""
    def prepare(world):
        caller = world.caller(profile)
        caller.headers = [*caller.headers, ("X-Organization-Id", tenant)]
        return caller
    return prepare


def used(profile, times, **properties):
    """A key with which so many requests were allowed in this window."""
    def prepare(world):
        caller = world.caller(profile, **properties)
        room(8)
        for _ in range(times):
            target = "/api/tasks" if profile == "zazmic" else "/api/v1/memory"
            answer = world.service.auth(profile, "POST", target, caller.headers)
            assert answer.status == 200, str(answer)
        return caller
    return prepare


def failing(times):
    def prepare(world):
        caller = world.caller("zazmic")
        world.fail(caller.user, times)
        return caller
    return prepare


def lower_case_scheme(world):
    caller = world.caller("zazmic")
    caller.headers = [("authorization", f"bearer {caller.secret}")]
    return caller


def upper_case_header(world):
    caller = world.caller("azen")
    caller.headers = [("AZEN-API-KEY", caller.secret)]
    return caller


def bad(profile, name, prepare, reason, **more):
    """A credential that is refused as such."""
    status, body = ((401, ZAZMIC_BAD_CREDENTIAL) if profile == "zazmic"
                    else (403, AZEN_FORBIDDEN))
    return Row(name, profile, prepare, status, body, reason, **more)


def bad_credentials(profile):
    header = "Authorization" if profile == "zazmic" else "azen-api-key"
    scheme = "Bearer " if profile == "zazmic" else ""
    return [
        bad(profile, "key of the documentation",
            sending((header, scheme + "your_api_key_here")), "malformed_credential",
            is_known=False),
        bad(profile, "mistyped key", mistyped(profile), "malformed_credential", is_known=False),
        bad(profile, "unknown key", stranger(profile), "unknown_key", is_known=False),
        bad(profile, "revoked key", after(profile, "revoke", "{}"), "revoked"),
        bad(profile, "disabled key", after(profile, "disable", "{}"), "disabled"),
        bad(profile, "expired key", after(profile, "set-expiry", "{}", "2020-01-01"), "expired"),
        bad(profile, "rotated key", after(profile, "rotate", "{}"), "expired"),
        bad(profile, "user disabled", without_user(profile), "disabled"),
        bad(profile, "organization disabled", without_organization(profile), "disabled"),
        bad(profile, "key of nobody", ownerless(profile), "missing_metadata"),
        bad(profile, "key of the other API", of_the_other(profile), "wrong_profile")]


def not_permitted(profile, body, scope, remaining=None):
    """`scope` is an operation the request is not."""
    cases = {
        "no permission": (known(profile, scopes=[scope]), "missing_permission"),
        "wrong tenant": (for_tenant(profile, "another"), "wrong_tenant"),
        "address not allowed": (
            known(profile, addresses=["192.0.2.0/24"]), "address_not_allowed")}
    return [Row(name, profile, prepare, 403, body, reason, remaining=remaining)
            for name, (prepare, reason) in cases.items()]


REFUSALS = [
    Row("no credential", "zazmic", nobody, 401, ZAZMIC_NO_CREDENTIAL, "no_credential",
        is_known=False),
    *bad_credentials("zazmic"),
    *not_permitted("zazmic", ZAZMIC_FORBIDDEN, "tasks.list", LIMIT),
    Row("no credits", "zazmic", known("zazmic", credits=0), 403, ZAZMIC_NO_CREDITS,
        "insufficient_credits", remaining=LIMIT),
    Row("limited", "zazmic", used("zazmic", LIMIT), 429, ZAZMIC_LIMITED, "rate_limited",
        remaining=0, retry=range(1, 61)),
    Row("blocked", "zazmic", failing(10), 429, ZAZMIC_BLOCKED, "abuse_blocked", remaining=LIMIT,
        retry=range(570, 601)),
    Row("no credential", "azen", nobody, 401, AZEN_NO_CREDENTIAL, "no_credential",
        is_known=False),
    *bad_credentials("azen"),
    *not_permitted("azen", AZEN_FORBIDDEN, "memory.delete"),
    Row("limited", "azen", used("azen", 3, limit="3/1h"), 429, AZEN_LIMITED, "rate_limited",
        retry=range(1, 3601))]

PASSES = [
    Row("execution", "zazmic", known("zazmic"), 200, "", "allowed", remaining=9),
    Row("list", "zazmic", known("zazmic", credits=0), 200, "", "allowed", "GET", remaining=10),
    Row("list with a query", "zazmic", known("zazmic", credits=0), 200, "", "allowed", "GET",
        "/api/tasks?page=2&q=a%20b", remaining=10),
    Row("something else", "zazmic", known("zazmic", credits=0), 200, "", "allowed", "GET",
        "/api/agents/7", remaining=10),
    Row("list after the limit", "zazmic", used("zazmic", LIMIT), 200, "", "allowed", "GET",
        remaining=0),
    Row("nine failed tasks", "zazmic", failing(9), 200, "", "allowed", remaining=9),
    Row("scheme in lower case", "zazmic", lower_case_scheme, 200, "", "allowed", remaining=9),
    Row("scope of the operation", "zazmic", known("zazmic", scopes=["tasks.execute"]), 200, "",
        "allowed", remaining=9),
    Row("own tenant", "zazmic", for_tenant("zazmic", "acme"), 200, "", "allowed", remaining=9),
    Row("own tenant", "azen", for_tenant("azen", "acme"), 200, "", "allowed"),
    Row("memory", "azen", known("azen"), 200, "", "allowed"),
    Row("something else", "azen", known("azen"), 200, "", "allowed", "GET", "/api/v1/whatever"),
    Row("header in upper case", "azen", upper_case_header, 200, "", "allowed")]


def names(answer, *prefixes):
    """The header names, as spelled, that begin with one of these in any spelling."""
    return sorted(name for name in answer.names
                  if name.lower().startswith(tuple(each.lower() for each in prefixes)))


def check_standing(row, answer, before, after):
    """The limit headers of an authenticated answer of the first API, and of no other."""
    if row.remaining is None:
        assert names(answer, "X-RateLimit") == [], str(answer)
        return
    assert names(answer, "X-RateLimit") == sorted(STANDING), str(answer)
    assert answer.header("X-RateLimit-Limit") == str(LIMIT)
    assert answer.header("X-RateLimit-Remaining") == str(row.remaining), str(answer)
    assert answer.header("X-RateLimit-Reset") in resets(before, after)


def check_refusal_headers(row, answer):
    """Retry-After with every 429, WWW-Authenticate with every 401, each once and spelled so."""
    assert names(answer, "Retry-After") == (["Retry-After"] if row.status == 429 else [])
    if row.retry is not None:
        assert int(answer.header("Retry-After")) in row.retry, str(answer)
    wanted = ["WWW-Authenticate"] if row.status == 401 else []
    assert names(answer, "WWW-Authenticate") == wanted, str(answer)


def check_record(row, caller, record):
    """What the trail says of the request, however little the API said."""
    told = {name: record[name] for name in ("type", "decision", "reason", "operation")}
    assert told == {
        "type": "request.decided", "decision": "allowed" if row.status == 200 else "refused",
        "reason": row.reason, "operation": row.operation}
    if row.is_known:
        found = tuple(record[name] or "" for name in ("organization", "user", "key"))
        assert found == (caller.organization, caller.user, caller.key)
    else:
        assert (record["user"], record["key"]) == (None, None)
