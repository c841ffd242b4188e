"""Ten failed tasks in ten minutes block the account; nine do not; refunds, contradictions."""

import pytest

from live import SESSION_USER, cookie, living
from traffic import api, azen, zazmic

BLOCKED = ('{"error":"Too Many Requests","message":"Account temporarily blocked due to repeated '
           'task failures"}')
CREDITS = 50
BLOCK_SECONDS = 600


class Account:
    """A user with a key for each API, whose tasks fail."""

    def __init__(self, live, name, token):
        self.live, self.name, self.token = live, name, token
        live.user(name, CREDITS)
        self.zazmic, self.azen = (live.key(each, user=name) for each in ("zazmic", "azen"))

    def outcome(self, task, outcome="failed", **more):
        told = {"user": self.name, "task": task, "outcome": outcome} | more
        return self.live.send(api(self.token, "POST", "/v1/outcomes", told))

    def failures(self, numbers):
        """Reports failed tasks; the sequences of the reports."""
        replies = [self.outcome(f"task-{number}") for number in numbers]
        assert {reply.status for reply in replies} == {200}, replies
        return [reply.json["sequence"] for reply in replies]

    def lists(self, *headers):
        """The answer to a request that no limit touches."""
        return self.live.send(zazmic(None if headers else self.zazmic.secret, "GET",
                                     "/api/tasks", *headers))

    def executes(self):
        """The sequence of an allowed execution, which costs a credit."""
        answer = self.live.send(api(self.token, "POST", "/v1/verify", {
            "profile": "zazmic", "method": "POST", "path": "/api/tasks",
            "headers": {"authorization": f"bearer {self.zazmic.secret}"},
            "clientAddress": "192.0.2.1"})).json
        assert answer["allowed"] and answer["userId"] == self.name, answer
        return answer["sequence"]

    @property
    def balance(self):
        return self.live.balance(self.name)

    def blocks(self, *options):
        rows = self.live.ledger.ask("blocks", *options)
        return [row for row in rows if row["user"] == self.name]


@pytest.fixture(scope="module")
def live(blank, tmp_path_factory):
    ledger = blank.copy(tmp_path_factory.mktemp("abuse") / "data")
    with living(ledger, sessions=True) as live:
        yield live
        live.stop()
        assert live.is_in_order()


@pytest.fixture(scope="module")
def token(live):
    return live.token("gateway")


@pytest.fixture
def account(live, token, request):
    return Account(live, request.node.name[:60], token)


def test_nine_failures_do_not_block_and_the_tenth_does_with_its_evidence(account):
    evidence = account.failures(range(9))
    assert account.lists().status == 200 and account.blocks() == []
    size = account.live.size()
    evidence += account.failures([9])
    refused = account.lists()
    assert (refused.status, refused.text) == (429, BLOCKED)
    assert 1 <= int(refused["Retry-After"]) <= BLOCK_SECONDS
    block, = account.blocks()
    assert sorted(block["evidence"]) == evidence
    reports = account.live.trail("--user", account.name, "--type", "task.reported")
    assert [row["sequence"] for row in reports] == evidence
    assert account.blocks("--as-of", size) == []
    assert account.live.trail("--user", account.name, "--type", "abuse.blocked")
    assert account.live.trail("--user", account.name, "--reason", "abuse_blocked")


def test_ten_reports_of_nine_tasks_do_not_block(account):
    first = account.failures(range(9))
    assert account.failures([4]) == [first[4]], "a repeat answers the first sequence"
    assert account.lists().status == 200 and account.blocks() == []
    account.failures([9])
    assert account.lists().status == 429


def test_tasks_that_succeed_do_not_block(account):
    for number in range(15):
        assert account.outcome(f"good-{number}", "succeeded").status == 200
    account.failures(range(9))
    assert account.lists().status == 200 and account.blocks() == []


@pytest.mark.parametrize("first, second", [("failed", "succeeded"), ("succeeded", "failed")])
def test_a_contradiction_is_a_conflict_and_changes_nothing(live, token, first, second):
    account = Account(live, f"contradicted-{first}", token)
    sequence = account.outcome("t", first).json["sequence"]
    refused = account.outcome("t", second)
    assert (refused.status, refused.json["error"]) == (409, "conflict")
    assert account.outcome("t", first).json["sequence"] == sequence
    assert len(live.trail("--user", account.name, "--type", "task.reported")) == 1


def test_a_released_account_passes_and_the_old_evidence_never_counts_again(account):
    old = account.failures(range(10))
    assert account.lists().status == 429
    account.live.ledger.text("blocks", "release", account.name)
    assert account.lists().status == 200 and account.blocks() == []
    account.failures(range(20, 29))
    assert account.lists().status == 200, "nine new failures, the old ones do not count"
    new = account.failures([29])
    assert account.lists().status == 429
    block, = account.blocks()
    assert len(block["evidence"]) == 10 and not set(block["evidence"]) & set(old)
    assert new[0] in block["evidence"]


def test_an_administrator_releases_by_the_interface_too(account):
    admin = account.live.token("admin", "releaser")
    account.failures(range(10))
    told = account.live.send(api(admin, "DELETE", f"/v1/blocks/{account.name}"))
    assert (told.status, told.json["released"]) == (200, True)
    assert account.lists().status == 200
    again = account.live.send(api(admin, "DELETE", f"/v1/blocks/{account.name}"))
    assert (again.status, again.json["released"]) == (200, False)


def test_an_account_is_blocked_by_key_and_by_session_for_every_operation_but_not_at_azen(
        live, token):
    account = Account(live, SESSION_USER, token)
    ways = [zazmic(account.zazmic.secret, "GET"), zazmic(None, "GET", "/api/tasks", cookie()),
            zazmic(account.zazmic.secret, "DELETE", "/api/else"),
            zazmic(None, "POST", "/api/tasks", cookie(2))]
    assert [reply.status for reply in live.send(*ways)] == [200] * 4
    balance = account.balance
    account.failures(range(10))
    replies = live.send(*ways)
    assert [(reply.status, reply.text) for reply in replies] == [(429, BLOCKED)] * 4
    assert account.balance == balance, "a blocked request costs nothing"
    reply = live.send(azen(account.azen.secret))
    assert (reply.status, reply["Keyledger-User-Id"]) == (200, SESSION_USER)


def test_only_a_failure_that_names_its_decision_is_refunded_and_once(account):
    decided = [account.executes() for _ in range(4)]
    assert account.balance == CREDITS - 4
    assert account.outcome("a", sequence=decided[0]).status == 200
    assert account.balance == CREDITS - 3
    assert account.outcome("a", sequence=decided[0]).status == 200
    assert account.balance == CREDITS - 3, "a repeat refunds nothing"
    account.outcome("another task", sequence=decided[0])
    assert account.balance == CREDITS - 3, "a decision is refunded once, whatever the task"
    assert account.outcome("b").status == 200
    assert account.outcome("c", "succeeded", sequence=decided[1]).status == 200
    assert account.balance == CREDITS - 3
    refund, = account.live.trail("--user", account.name, "--type", "credits.refunded")
    assert refund["sequence"] > decided[0]


def test_an_outcome_of_nobody_or_of_somebody_elses_decision_is_refused(live, token):
    account, other = (Account(live, name, token) for name in ("one", "two"))
    size = live.size()
    nobody = live.send(api(token, "POST", "/v1/outcomes", {
        "user": "nobody", "task": "t", "outcome": "failed"}))
    assert (nobody.status, nobody.json["error"]) == (404, "not_found")
    assert live.size() == size
    decided = other.executes()
    for sequence in (decided, 0, 10**15):
        refused = account.outcome("t", sequence=sequence)
        assert (refused.status, refused.json["error"]) == (422, "unprocessable")
    for wrong in ({"user": "one"}, {"user": "one", "task": "t", "outcome": "maybe"},
                  {"user": "one", "task": "t", "outcome": "failed", "sequence": -1},
                  {"user": "one", "task": "t", "outcome": "failed", "more": 1}):
        assert live.send(api(token, "POST", "/v1/outcomes", wrong)).status in (400, 422)
    assert live.trail("--user", "one", "--type", "task.reported") == []
    assert other.balance == CREDITS - 1
