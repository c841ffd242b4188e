"""schemas/openapi.yaml says what the service does: every route, every answer, for every role.

The requests that look for a contradiction are made by schemathesis, from the file alone.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from service import decisions, make_key, make_token, make_user, start_service

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = ROOT / "schemas/openapi.yaml"
ENDPOINTS = ROOT / "Sources/Gateway/Interface/Endpoint.swift"
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")

SETTINGS = """
[checks]
positive_data_acceptance.enabled = false

# Any method is taken, and a refusal in mode=auth_request has no body.
[[operations]]
include-path-regex = "^/auth/"
checks.content_type_conformance.enabled = false
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
"""
"""All of schemathesis' checks but the one that takes every refusal of a possible call for wrong."""

CALLERS = {
    "key": ["--phases", "examples,fuzzing", "--max-examples", "6",
            "--include-path-regex", "^/auth/"],
    "nobody": ["--phases", "examples", "--include-path-regex", "^/v1/"],
    "auditor": ["--phases", "examples,fuzzing", "--max-examples", "6"],
    "admin": ["--phases", "examples,coverage,fuzzing", "--max-examples", "20"]}
"""Who calls, and how hard is searched. The admin last, who disables whom the key belongs to."""

ENDLESS = "/v1/events/stream"
"""Left out of the search; test_admin_api.py reads it."""

PATIENCE = 120
"""Seconds until a search counts as hanging."""

FORWARDED = ("/auth/{profile}", "/auth/{profile}/{path}")
"""They take every method and no token."""


def endpoints():
    """(path, method) -> roles, of the service's own table; no roles for what is open to all."""
    source = ENDPOINTS.read_text()
    named = {name: set(re.findall(r"\.(\w+)", roles)) for name, roles in re.findall(
        r"static let (\w+): Set<TokenRole> = \[(.*)\]", source)}
    rows = re.findall(r'Endpoint\(\s*"([A-Z]+)", "([^"]+)", (\w+), \.\w+\)', source)
    return {(path, method.lower()): named.get(roles, set()) for method, path, roles in rows}


ROUTES = {path: {m for p, m in endpoints() if p == path} for path, _ in endpoints()}


@pytest.fixture(scope="module")
def description():
    return yaml.safe_load(DESCRIPTION.read_text())


@pytest.fixture(scope="module")
def service(blank, tmp_path_factory):
    """A service with somebody in it, so that answers are not empty."""
    ledger = blank.copy(tmp_path_factory.mktemp("openapi") / "data")
    with start_service(ledger) as service:
        make_user(service)
        made = make_key(service, "zazmic")
        ledger.text("credits", "grant", "--user", "ada", 5)
        secret = [("Authorization", f"Bearer {made['secret']}")]
        for path in ("/api/tasks", "/nowhere"):
            assert service.auth("zazmic", "POST", path, secret).status == 200
        assert service.auth("azen", "POST", "/api/v1/memory").status == 401
        service.tokens = {role: make_token(service, role) for role in ("admin", "auditor")}
        service.tokens["key"] = made["secret"]
        service.key = make_key(service, "azen", name="to be changed and revoked")["id"]
        service.decision = decisions(service)[0]["sequence"]
        yield service
        assert ledger.ask("verify")["verdict"] == "ok"


def operations(description):
    for path, item in description["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_the_description_is_valid(description):
    OpenAPIV31SpecValidator(description).validate()


def test_every_route_stands_in_the_description_and_no_other(description):
    described = {(path, method) for path, method, _ in operations(description)}
    forwarded = {(path, method) for path in FORWARDED for method in METHODS}
    assert len(endpoints()) > 30
    assert described == set(endpoints()) | forwarded


def test_who_may_do_what_is_as_the_service_has_it(description):
    for path, method, operation in operations(description):
        security = operation.get("security", description["security"])
        roles = endpoints().get((path, method), set())
        assert (security == []) == (not roles), f"{method} {path}"
        if roles:
            assert {"401", "403"} <= set(operation["responses"]), f"{method} {path}"
            said = re.match(r"Roles? ([a-z, ]+)\.", operation["description"])
            assert said and set(said[1].split(", ")) == roles, f"{method} {path}"


def test_bodies_take_no_unknown_member(description):
    schemas = description["components"]["schemas"]
    for path, method, operation in operations(description):
        body = operation.get("requestBody", {})
        if "$ref" in body:
            body = description["components"]["requestBodies"][body["$ref"].split("/")[-1]]
        for kind, content in body.get("content", {}).items():
            if kind == "application/json":
                schema = content["schema"]
                schema = schemas[schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
                assert schema["additionalProperties"] is False, f"{method} {path}"


def filled(path):
    """The path of a route with something in each place."""
    for name, value in {"{profile}": "zazmic", "{sequence}": "0", "{path}": "api/tasks"}.items():
        path = path.replace(name, value)
    return "/".join("nobody" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("path", ROUTES)
def test_the_service_has_the_route_and_only_its_methods(service, path):
    """Every other method is 405, with the ones that there are (RFC 9110, 15.5.6)."""
    described = {method.upper() for method in ROUTES[path]}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "PURGE"} - described:
        answer = service.ask(method, filled(path), token=service.tokens["admin"])
        assert answer.status == 405, f"{method} {path}: {answer}"
        assert answer.json["error"] == "method_not_allowed"
        listed = {name.strip() for name in (answer.header("Allow") or "").split(",")}
        assert listed - {"HEAD", "OPTIONS"} == described, f"{method} {path}: {answer}"


@pytest.mark.parametrize("path", FORWARDED)
def test_forwarded_requests_may_have_any_method(service, path):
    for method in (*METHODS, "PURGE"):
        named = [("X-Forwarded-Method", method.upper()), ("X-Forwarded-Uri", "/api/tasks")]
        answer = service.ask(
            method.upper(), filled(path), named if path == "/auth/{profile}" else [])
        assert answer.status == (200 if method == "options" else 401), f"{method} {path}: {answer}"


@pytest.mark.parametrize("path", [
    "/", "/v1", "/v1/", "/v2/keys", "/v1/nothing", "/v1/keys/nobody/nothing",
    "/v1/keys/nobody/rotate/more", "/v1/tokens/nobody/more", "/v1/sessions",
    "/v1/events/nothing", "/v1/explain", "/v1/verify/more", "/auth", "/auth/", "/auth/nobody",
    "/auth/nobody/api/tasks", "/metrics/more", "/tile/0/000"])
def test_what_is_no_route_is_not_found(service, path):
    for method in ("GET", "POST"):
        answer = service.ask(method, path, token=service.tokens["admin"])
        assert (answer.status, answer.json["error"]) == (404, "not_found"), f"{method} {answer}"


def closed(node):
    """The description with nothing left open: a member that it does not name is an error."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {name: closed(value) for name, value in node.items()}
    if isinstance(node.get("properties"), dict):
        node.setdefault("additionalProperties", False)
    return node


def about(service, description):
    """The description with examples that name what is there."""
    description["components"]["parameters"]["KeyId"]["example"] = service.key
    sequence, = description["paths"]["/v1/explain/{sequence}"]["get"]["parameters"]
    sequence["example"] = service.decision
    return description


def answered(recording):
    """The (method, path, status) of each exchange that schemathesis has recorded."""
    for entry in json.loads(recording.read_text())["log"]["entries"]:
        path = urlsplit(entry["request"]["url"]).path
        yield entry["request"]["method"].lower(), path, entry["response"]["status"]


@pytest.fixture(scope="module")
def successes():
    """The (method, path) of every call that was answered with a success, of all callers."""
    return set()


@pytest.mark.parametrize("caller", CALLERS)
def test_no_answer_contradicts_the_description(
        service, description, tmp_path, caller, successes):
    written = yaml.safe_dump(about(service, closed(description)))
    (tmp_path / "openapi.yaml").write_text(written)
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    token = service.tokens.get(caller)
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", "openapi.yaml", "--url", service.url,
         *(["-H", f"Authorization: Bearer {token}"] if token else []),
         *CALLERS[caller], "--exclude-path", ENDLESS, "--generation-deterministic",
         "--no-shrink", "--workers", "2", "--warnings", "off", "--no-color",
         "--report", "har", "--report-har-path", "calls.har"],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    successes |= {(method, path) for method, path, status in answered(tmp_path / "calls.har")
                  if 200 <= status < 300}
    assert done.returncode == 0, done.stdout[-20000:]
    assert service.ask("GET", "/readyz").status == 200


def test_every_operation_was_seen_to_succeed(description, successes):
    """Or the search above has compared nothing but refusals with the description."""
    if not successes:
        pytest.skip("not run: the search did not run")
    missed = []
    for path, method, _ in operations(description):
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        if path != ENDLESS and not any(
                called == method and pattern.fullmatch(seen) for called, seen in successes):
            missed.append(f"{method} {path}")
    assert missed == []
