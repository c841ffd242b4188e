"""A third API that nobody wrote code for: parcels, by a profile file alone."""

import copy
import json

import pytest

from ledger import PATIENCE
from service import (
    ServiceEnded, decisions, launch_service, make_organization, start_service)
from two_apis import World, names, room

NO_CREDENTIAL = '<error code="401">Who are you?</error>'
BAD_CREDENTIAL = '<error code="401">We do not know this key.</error>'
FORBIDDEN = '<error code="403">Not yours.</error>'
NO_CREDITS = '<error code="402">Buy postage first.</error>'
LIMITED = '<error code="420">Calm down: ${limit} per ${unit}.</error>'
UNAVAILABLE = '<error code="503">The post office is closed.</error>'
XML = {"Content-Type": "application/xml; charset=utf-8"}

PARCELS = {
    "name": "parcels",
    "keyPrefix": "pcl",
    "credentials": [{"kind": "header", "name": "X-Parcel-Key"}, {"kind": "bearer"}],
    "operations": [
        {"name": "labels.print", "method": "POST", "path": "/v2/parcels/{parcel}/label"},
        {"name": "parcels.read", "method": "GET", "path": "/v2/parcels/{parcel}"},
        {"name": "tracking.read", "method": "GET", "path": "/v2/tracking/**"}],
    "public": [{"method": "GET", "path": "/v2/offices/**"}, {"method": "OPTIONS"}],
    "limits": [
        {"per": "user", "algorithm": "fixed-window", "requests": 3, "seconds": 3600,
         "operation": "labels.print", "headers": True},
        {"per": "key", "algorithm": "token-bucket", "requests": 6, "seconds": 86400,
         "custom": True}],
    "credits": {"labels.print": 5},
    "tenant": {"header": "X-Post-Office"},
    "answers": {
        "noCredential": {
            "status": 401, "headers": XML | {"WWW-Authenticate": 'Parcel realm="post"'},
            "body": NO_CREDENTIAL},
        "badCredential": {
            "status": 401, "headers": XML | {"WWW-Authenticate": 'Parcel realm="post"'},
            "body": BAD_CREDENTIAL},
        "forbidden": {"status": 403, "headers": XML, "body": FORBIDDEN},
        "noCredits": {"status": 402, "headers": XML, "body": NO_CREDITS},
        "limited": {"status": 429, "headers": XML, "body": LIMITED},
        "unavailable": {"status": 503, "headers": XML, "body": UNAVAILABLE}}}


def written(place, document, name="parcels.json"):
    path = place / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.fixture(scope="module")
def world(blank, tmp_path_factory):
    place = tmp_path_factory.mktemp("third")
    ledger = blank.copy(place / "data")
    with start_service(ledger, "--profile", written(place, PARCELS)) as service:
        yield World(service)
        assert ledger.ask("verify")["verdict"] == "ok"


def caller(world, **properties):
    made = world.caller("parcels", **properties)
    made.headers = [("X-Parcel-Key", made.secret)]
    return made


def ask(world, method, path, headers=()):
    """The answer and the record of a request."""
    answer = world.service.auth("parcels", method, path, headers)
    return answer, decisions(world.service)[-1]


def check(answer, status, body):
    assert (answer.status, answer.text) == (status, body), str(answer)
    assert answer.header("Content-Type") == XML["Content-Type"]
    wanted = ['Parcel realm="post"'] if status == 401 else []
    assert answer.values("WWW-Authenticate") == wanted


def test_its_keys_begin_with_its_prefix(world):
    assert caller(world).secret.startswith("pcl_live_")
    assert caller(world, environment="test").secret.startswith("pcl_test_")


@pytest.mark.parametrize("method, path, operation", [
    ("POST", "/v2/parcels/77/label", "labels.print"),
    ("POST", "/v2/parcels/a%20b/label?copies=2", "labels.print"),
    ("GET", "/v2/parcels/77", "parcels.read"),
    ("GET", "/v2/tracking/a/b/c", "tracking.read"),
    ("GET", "/v2/parcels/77/label", "other"),
    ("POST", "/v2/parcels//label", "other"),
    ("GET", "/v2/parcels", "other"),
    ("GET", "/v2/parcels/77/78", "other"),
    ("DELETE", "/v2/parcels/77", "other")])
def test_paths_with_parameters_are_its_operations(world, method, path, operation):
    asker = caller(world)
    answer, record = ask(world, method, path, asker.headers)
    assert (answer.status, record["operation"]) == (200, operation), str(answer)
    assert answer.header("Keyledger-User-Id") == asker.user
    assert record["key"] == asker.key


def test_both_its_credentials_work(world):
    asker = caller(world)
    for headers in (asker.headers, [("Authorization", f"Bearer {asker.secret}")],
                    [("x-parcel-key", asker.secret)]):
        assert ask(world, "GET", "/v2/parcels/1", headers)[0].status == 200


def test_its_public_routes_need_no_credential(world):
    for method, path in (("GET", "/v2/offices/1/hours"), ("OPTIONS", "/v2/parcels/7")):
        assert world.service.auth("parcels", method, path).status == 200
    check(world.service.auth("parcels", "GET", "/v2/officesx"), 401, NO_CREDENTIAL)
    assert world.service.auth("parcels", "GET", "/v2/offices/../parcels/1").status == 400


def test_its_refusals_are_in_its_own_words(world):
    answer, record = ask(world, "GET", "/v2/parcels/1")
    check(answer, 401, NO_CREDENTIAL)
    assert record["reason"] == "no_credential"
    answer, record = ask(world, "GET", "/v2/parcels/1", [("X-Parcel-Key", "nonsense")])
    check(answer, 401, BAD_CREDENTIAL)
    assert record["reason"] == "malformed_credential"
    asker = caller(world, scopes=["parcels.read"])
    answer, record = ask(world, "POST", "/v2/parcels/1/label", asker.headers)
    check(answer, 403, FORBIDDEN)
    assert record["reason"] == "missing_permission"
    asker = caller(world, credits=4)
    answer, record = ask(world, "POST", "/v2/parcels/1/label", asker.headers)
    check(answer, 402, NO_CREDITS)
    assert record["reason"] == "insufficient_credits"


def test_a_key_acts_for_its_own_tenant_only(world):
    make_organization(world.service, "another")
    asker = caller(world)
    office = "X-Post-Office"
    assert ask(world, "GET", "/v2/parcels/1", [*asker.headers, (office, "acme")])[0].status == 200
    for tenant in ("another", "nobody", "ACME", "acme "[::-1] + "x"):
        answer, record = ask(world, "GET", "/v2/parcels/1", [*asker.headers, (office, tenant)])
        check(answer, 403, FORBIDDEN)
        assert (record["reason"], record["key"]) == ("wrong_tenant", asker.key)


def test_its_limits_have_its_numbers_and_a_refusal_consumes_none_of_them(world):
    asker = caller(world)
    room(5)
    left = []
    for _ in range(3):
        answer, _ = ask(world, "POST", "/v2/parcels/1/label", asker.headers)
        left.append(answer.header("X-RateLimit-Remaining"))
    assert left == ["2", "1", "0"] and answer.header("X-RateLimit-Limit") == "3"
    for _ in range(4):
        answer, record = ask(world, "POST", "/v2/parcels/1/label", asker.headers)
        check(answer, 429, LIMITED.replace("${limit}", "3").replace("${unit}", "hour"))
        assert record["reason"] == "rate_limited"
        assert 1 <= int(answer.header("Retry-After")) <= 3600
    for _ in range(3):
        assert ask(world, "GET", "/v2/parcels/1", asker.headers)[0].status == 200
    answer, _ = ask(world, "GET", "/v2/parcels/1", asker.headers)
    check(answer, 429, LIMITED.replace("${limit}", "6").replace("${unit}", "day"))
    assert answer.header("X-RateLimit-Limit") == "3"
    balance, = (row["balance"] for row in world.run("credits") if row["user"] == asker.user)
    assert balance == 85


def test_a_keys_own_limit_takes_the_place_of_the_one_that_may_be_replaced(world):
    asker = caller(world, limit="1/30s")
    assert ask(world, "GET", "/v2/parcels/1", asker.headers)[0].status == 200
    answer, _ = ask(world, "GET", "/v2/parcels/1", asker.headers)
    check(answer, 429, LIMITED.replace("${limit}", "1").replace("${unit}", "30 seconds"))
    assert int(answer.header("Retry-After")) in range(1, 31)


def test_the_shipped_apis_are_there_beside_it_and_keys_do_not_cross(world):
    listed = world.service.ask("GET", "/v1/profiles", token=world.admin).json
    assert {"zazmic", "azen", "parcels"} <= {item["name"] for item in listed["items"]}
    other = world.caller("azen")
    answer, record = ask(world, "GET", "/v2/parcels/1", [("X-Parcel-Key", other.secret)])
    check(answer, 401, BAD_CREDENTIAL)
    assert record["reason"] == "wrong_profile"
    assert names(answer, "X-RateLimit", "Keyledger-") == []


def test_it_can_be_put_while_the_service_runs(world):
    other = copy.deepcopy(PARCELS) | {"name": "letters", "keyPrefix": "ltr"}
    other["answers"]["noCredential"]["body"] = "no stamp"
    assert world.service.ask("GET", "/auth/letters").status == 404
    answer = world.service.ask("PUT", "/v1/profiles/letters", token=world.admin, body=other)
    assert (answer.status, answer.json) == (200, {"name": "letters", "version": 1}), str(answer)
    assert world.service.auth("letters", "GET", "/v2/parcels/1").text == "no stamp"
    other["answers"]["noCredential"]["body"] = "still no stamp"
    answer = world.service.ask("PUT", "/v1/profiles/letters", token=world.admin, body=other)
    assert answer.json == {"name": "letters", "version": 2}
    assert world.service.auth("letters", "GET", "/v2/parcels/1").text == "still no stamp"
    del other["answers"]["limited"]
    answer = world.service.ask("PUT", "/v1/profiles/letters", token=world.admin, body=other)
    assert answer.status in (400, 422) and "answers.limited" in answer.json["message"]
    answer = world.service.ask("PUT", "/v1/profiles/other", token=world.admin, body=PARCELS)
    assert answer.status in (400, 422), "the name in the document is another"


def test_a_profile_survives_the_service_without_its_file(blank, tmp_path):
    ledger = blank.copy(tmp_path / "data")
    path = written(tmp_path, PARCELS)
    with start_service(ledger, "--profile", path) as service:
        asker = caller(World(service))
        size = ledger.ask("verify")["records"]
    with start_service(ledger, "--profile", path) as service:
        assert service.auth("parcels", "GET", "/v2/parcels/1", asker.headers).status == 200
    set_again = [row for row in ledger.ask("events", "--type", "profile.set")
                 if row["sequence"] >= size]
    assert set_again == [], "a profile that did not change is not recorded again"
    with start_service(ledger) as service:
        assert service.auth("parcels", "GET", "/v2/parcels/1", asker.headers).status == 200


def without(*path):
    def change(document):
        for part in path[:-1]:
            document = document[part]
        del document[path[-1]]
    return change


def put(value, *path):
    def change(document):
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = value
    return change


BAD = {
    "limits[0].seconds": put(0, "limits", 0, "seconds"),
    "limits[1].algorithm": put("leaky", "limits", 1, "algorithm"),
    "limits[0].requests": put(2.5, "limits", 0, "requests"),
    "operations[1].path": put("v2/parcels", "operations", 1, "path"),
    "operations[0].method": put(7, "operations", 0, "method"),
    "credentials[0].kind": put("oauth", "credentials", 0, "kind"),
    "credentials[0].name": without("credentials", 0, "name"),
    "answers.limited": without("answers", "limited"),
    "answers.noCredits": without("answers", "noCredits"),
    "answers.forbidden.status": put("403", "answers", "forbidden", "status"),
    "answers.forbidden.colour": put("red", "answers", "forbidden", "colour"),
    "credits": put([1], "credits"),
    "name": put("Parcels!", "name"),
    "keyPrefix": without("keyPrefix"),
    "surprise": put(1, "surprise")}


def refusal(*flags):
    """How a service that must not start ends."""
    with launch_service(*flags) as service:
        try:
            service.wait()
        except ServiceEnded as ended:
            return ended
    return pytest.fail("it started")


@pytest.mark.parametrize("path", BAD)
def test_a_bad_profile_stops_the_start_with_the_path_in_the_document(empty, tmp_path, path):
    document = copy.deepcopy(PARCELS)
    BAD[path](document)
    ended = refusal(empty, "--profile", written(tmp_path, document))
    assert ended.code == 2, str(ended)
    assert "parcels.json" in ended.err and f"{path}: " in ended.err
    assert "listening" not in ended.out
    assert empty.ask("events", "--type", "profile.set") == []


def test_all_problems_of_a_bad_profile_are_told_at_once(empty, tmp_path):
    document = copy.deepcopy(PARCELS)
    for path in ("limits[0].seconds", "answers.limited", "surprise"):
        BAD[path](document)
    ended = refusal(empty, "--profile", written(tmp_path, document))
    assert ended.code == 2
    assert all(path in ended.err for path in ("limits[0].seconds", "answers.limited", "surprise"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name":"x"', "\u00ff", "{}\n{}"])
def test_a_profile_that_is_no_json_object_stops_the_start(empty, tmp_path, text):
    ended = refusal(empty, "--profile", written(tmp_path, text))
    assert ended.code == 2 and "parcels.json" in ended.err


def test_a_profile_file_that_is_not_there_stops_the_start(empty, tmp_path):
    ended = refusal(empty, "--profile", tmp_path / "nowhere.json")
    assert ended.code == 2 and "nowhere.json" in ended.err


def test_check_config_tells_of_a_bad_profile_too(empty, tmp_path):
    document = copy.deepcopy(PARCELS)
    BAD["limits[0].seconds"](document)
    with launch_service(
            empty, "--check-config", "--profile", written(tmp_path, document)) as service:
        assert service.process.wait(PATIENCE) == 2
        assert "limits[0].seconds" in service.stderr
