"""schemas/profile.schema.json and `keyledgerd --check-profile` accept and refuse the same.

The program is `.build/release/keyledgerd` of this project, or what KEYLEDGERD_BIN names.
"""

import copy
import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "schemas/profiles").glob("*.json"))
SCHEMA = json.loads((ROOT / "schemas/profile.schema.json").read_text())
ABSENT = object()


@pytest.fixture(scope="module")
def daemon():
    """The path of the service."""
    chosen = Path(os.environ.get("KEYLEDGERD_BIN", ROOT / ".build/release/keyledgerd"))
    if not chosen.is_file():
        pytest.fail(f"missing: {chosen.name}; build it with: swift build -c release")
    return chosen.resolve()


@pytest.fixture
def check(daemon, tmp_path):
    """Problems that the program tells of a document; none if it takes it."""
    def check(text):
        file = tmp_path / "profile.json"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = subprocess.run(
            [daemon, "--check-profile", file], capture_output=True, text=True, timeout=60)
        problems = done.stderr.splitlines()
        assert done.returncode == (2 if problems else 0), done
        return problems
    return check


def schema_accepts(document):
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def zazmic():
    return json.loads((ROOT / "schemas/profiles/zazmic.json").read_text())


def place(document, path):
    """The container of what a path of keys and indices means, and the last of them."""
    *way, last = path
    for step in way:
        document = document[step]
    return document, last


def changed(*changes):
    """The profile zazmic with values put at paths, or taken away."""
    document = zazmic()
    for path, value in changes:
        container, last = place(document, path)
        if value is ABSENT:
            del container[last]
        elif isinstance(container, list) and last == len(container):
            container.append(copy.deepcopy(value))
        else:
            container[last] = copy.deepcopy(value)
    return document


LIMIT = {"per": "key", "algorithm": "token-bucket", "requests": 5, "seconds": 9}
NO_LENGTH = {"Content-Length": "2"}
ANSWER = {"status": 403, "body": ""}

# name: (changes, the path of the first problem told)
BAD = {
    "no name": ([(["name"], ABSENT)], "name"),
    "name in capitals": ([(["name"], "Zazmic")], "name"),
    "name begins with a digit": ([(["name"], "1a")], "name"),
    "name too long": ([(["name"], "a" * 65)], "name"),
    "name with a line break": ([(["name"], "zazmic\n")], "name"),
    "name is null": ([(["name"], None)], "name"),
    "prefix with a dash": ([(["keyPrefix"], "za-z")], "keyPrefix"),
    "prefix too long": ([(["keyPrefix"], "z" * 33)], "keyPrefix"),
    "unknown member": ([(["nmae"], "x")], "nmae"),
    "credentials empty": ([(["credentials"], [])], "credentials"),
    "credentials no list": ([(["credentials"], {"kind": "bearer"})], "credentials"),
    "credential of unknown kind": ([(["credentials", 0], {"kind": "basic"})],
                                   "credentials[0].kind"),
    "credential twice": ([(["credentials", 0], {"kind": "bearer"})], "credentials[1]"),
    "header without name": ([(["credentials", 0], {"kind": "header"})], "credentials[0].name"),
    "header with a space": ([(["credentials", 0], {"kind": "header", "name": "a b"})],
                            "credentials[0].name"),
    "header is the cookies": ([(["credentials", 0], {"kind": "header", "name": "Cookie"})],
                              "credentials[0].name"),
    "bearer with name": ([(["credentials", 1, "name"], "x")], "credentials[1].name"),
    "operation without path": ([(["operations", 0, "path"], ABSENT)], "operations[0].path"),
    "operation without name": ([(["operations", 1, "name"], ABSENT)], "operations[1].name"),
    "operation with a space": ([(["operations", 1, "name"], "a b")], "operations[1].name"),
    "method small": ([(["operations", 0, "method"], "post")], "operations[0].method"),
    "method HEAD": ([(["operations", 0, "method"], "HEAD")], "operations[0].method"),
    "path without slash": ([(["operations", 0, "path"], "api")], "operations[0].path"),
    "path empty": ([(["operations", 0, "path"], "")], "operations[0].path"),
    "path with slash at the end": ([(["operations", 0, "path"], "/a/")], "operations[0].path"),
    "path with an empty segment": ([(["operations", 0, "path"], "/a//b")], "operations[0].path"),
    "path with a dot segment": ([(["operations", 0, "path"], "/a/../b")], "operations[0].path"),
    "path ends in a dot segment": ([(["operations", 0, "path"], "/a/.")], "operations[0].path"),
    "path with stars within": ([(["operations", 0, "path"], "/**/a")], "operations[0].path"),
    "path with one star": ([(["operations", 0, "path"], "/a/*")], "operations[0].path"),
    "path with a query": ([(["operations", 0, "path"], "/a?b")], "operations[0].path"),
    "path with an escape": ([(["operations", 0, "path"], "/a%20b")], "operations[0].path"),
    "path with a brace": ([(["operations", 0, "path"], "/{a")], "operations[0].path"),
    "path with part of a segment": ([(["operations", 0, "path"], "/a{b}")], "operations[0].path"),
    "path with empty braces": ([(["operations", 0, "path"], "/{}")], "operations[0].path"),
    "path too long": ([(["operations", 0, "path"], "/" + "a" * 1024)], "operations[0].path"),
    "public everything": ([(["public", 0], {})], "public[0]"),
    "public unknown": ([(["public", 0, "name"], "x")], "public[0].name"),
    "limit of nothing": ([(["limits", 0, "requests"], 0)], "limits[0].requests"),
    "limit too large": ([(["limits", 0, "requests"], 2 ** 32)], "limits[0].requests"),
    "limit of half": ([(["limits", 0, "requests"], 0.5)], "limits[0].requests"),
    "limit as text": ([(["limits", 0, "seconds"], "60")], "limits[0].seconds"),
    "limit without window": ([(["limits", 0, "seconds"], ABSENT)], "limits[0].seconds"),
    "limit per team": ([(["limits", 0, "per"], "team")], "limits[0].per"),
    "limit with null": ([(["limits", 0, "operation"], None)], "limits[0].operation"),
    "limit leaks": ([(["limits", 0, "algorithm"], "leaky-bucket")], "limits[0].algorithm"),
    "window with refill": ([(["limits", 0, "refill"], 5)], "limits[0].refill"),
    "custom per user": ([(["limits", 0, "custom"], True)], "limits[0].custom"),
    "custom is 1": ([(["limits", 0, "custom"], 1)], "limits[0].custom"),
    "two custom": ([(["limits", 1], LIMIT | {"custom": True}),
                    (["limits", 2], LIMIT | {"custom": True, "seconds": 8})], "limits"),
    "two with headers": ([(["limits", 1], LIMIT | {"headers": True})], "limits"),
    "credits empty": ([(["credits"], {})], "credits"),
    "credits negative": ([(["credits", "tasks.execute"], -1)], 'credits["tasks.execute"]'),
    "credits nothing": ([(["credits", "tasks.execute"], 0)], 'credits["tasks.execute"]'),
    "abuse without block": ([(["abuse", "blockSeconds"], ABSENT)], "abuse.blockSeconds"),
    "abuse of nothing": ([(["abuse", "failures"], 0)], "abuse.failures"),
    "abuse too many": ([(["abuse", "failures"], 10_001)], "abuse.failures"),
    "tenant without header": ([(["tenant"], {})], "tenant.header"),
    "tenant in the cookies": ([(["tenant", "header"], "cookie")], "tenant.header"),
    "tenant in Authorization": ([(["tenant", "header"], "Authorization")], "tenant.header"),
    "no answers": ([(["answers"], ABSENT)], "answers"),
    "an answer is missing": ([(["answers", "limited"], ABSENT)], "answers.limited"),
    "no answer for credits": ([(["answers", "noCredits"], ABSENT)], "answers.noCredits"),
    "no answer for abuse": ([(["answers", "blocked"], ABSENT)], "answers.blocked"),
    "unknown answer": ([(["answers", "teapot"], ANSWER)], "answers.teapot"),
    "status of success": ([(["answers", "limited", "status"], 200)], "answers.limited.status"),
    "status as text": ([(["answers", "limited", "status"], "429")], "answers.limited.status"),
    "no body": ([(["answers", "limited", "body"], ABSENT)], "answers.limited.body"),
    "body as object": ([(["answers", "limited", "body"], {})], "answers.limited.body"),
    "body with control": ([(["answers", "limited", "body"], "\x00")], "answers.limited.body"),
    "body too long": ([(["answers", "limited", "body"], "a" * 2049)], "answers.limited.body"),
    "unknown placeholder": ([(["answers", "limited", "body"], "a\n${user}")],
                            "answers.limited.body"),
    "placeholder open": ([(["answers", "limited", "body"], "${limit")], "answers.limited.body"),
    "placeholder elsewhere": ([(["answers", "blocked", "body"], "a\n${limit}")],
                              "answers.blocked.body"),
    "401 without challenge": ([(["answers", "noCredential", "headers"], {"A": "b"})],
                              "answers.noCredential"),
    "401 without headers": ([(["answers", "noCredential", "headers"], ABSENT)],
                            "answers.noCredential"),
    "header of the code": ([(["answers", "limited", "headers"], {"retry-After": "1"})],
                           'answers.limited.headers.retry-After'),
    "header that frames": ([(["answers", "limited", "headers"], NO_LENGTH)],
                           "answers.limited.headers.Content-Length"),
    "header of keyledger": ([(["answers", "limited", "headers"], {"KeyLedger-User-Id": "1"})],
                            "answers.limited.headers.KeyLedger-User-Id"),
    "header name empty": ([(["answers", "limited", "headers"], {"": "1"})],
                          'answers.limited.headers[""]'),
    "header value splits": ([(["answers", "limited", "headers"], {"A": "b\r\nC: d"})],
                            "answers.limited.headers.A"),
    "header value with space": ([(["answers", "limited", "headers"], {"A": " b"})],
                                "answers.limited.headers.A"),
    "header value ends in space": ([(["answers", "limited", "headers"], {"A": "b "})],
                                   "answers.limited.headers.A"),
    "header value not ASCII": ([(["answers", "limited", "headers"], {"A": "ä"})],
                               "answers.limited.headers.A"),
    "header value a number": ([(["answers", "limited", "headers"], {"A": 1})],
                              "answers.limited.headers.A"),
    "too many operations": (
        [(["operations"], [{"name": "a", "path": f"/{n}"} for n in range(257)])], "operations"),
}

# What a schema cannot say, and the program refuses all the same.
ONLY_CODE = {
    "limit of no operation": ([(["limits", 0, "operation"], "tasks")], "limits[0].operation"),
    "credits of no operation": ([(["credits", "tasks"], 1)], "credits.tasks"),
    "limit twice": ([(["limits", 1], LIMIT), (["limits", 2], LIMIT | {"requests": 6})],
                    "limits[2]"),
    "route hidden": ([(["operations", 2], {"name": "x", "method": "POST", "path": "/api/tasks"})],
                     "operations[2]"),
    "header credential twice": ([(["credentials", 2], {"kind": "header", "name": "X-Key"}),
                                 (["credentials", 3], {"kind": "header", "name": "x-key"})],
                                "credentials[3]"),
    "Authorization twice": ([(["credentials", 2], {"kind": "header", "name": "Authorization"})],
                            "credentials[2]"),
    "tenant in the key's header": (
        [(["credentials", 2], {"kind": "header", "name": "x-organization-id"})], "tenant.header"),
    "header twice": ([(["answers", "limited", "headers"], {"A": "b", "a": "b"})],
                     "answers.limited.headers.a"),
    "body too long in bytes": ([(["answers", "limited", "body"], "ä" * 1025)],
                               "answers.limited.body"),
    "integer with a fraction": ([(["limits", 0, "requests"], 10.0)], "limits[0].requests"),
}

GOOD = {
    "least": [([name], ABSENT) for name in
              ("operations", "public", "limits", "credits", "abuse", "tenant")]
             + [(["answers", "noCredits"], ABSENT), (["answers", "blocked"], ABSENT)],
    "bounds": [(["name"], "a" * 64), (["keyPrefix"], "z" * 32),
               (["limits", 0, "seconds"], 2 ** 32 - 1), (["limits", 0, "requests"], 1),
               (["abuse", "failures"], 10_000),
               (["answers", "limited", "body"], "ä" * 1024)],
    "paths": [(["operations", n + 2], {"name": f"x{n}", "path": path}) for n, path in enumerate(
        ["/", "/a/{b_1}/c.d", "/...", "/.a/~b@c:d+e,f", "/a/{b}/**", "/**"])],
    "other": [(["credits", "other"], 2), (["limits", 1], LIMIT | {"operation": "other"})],
    "bucket": [(["limits", 1], LIMIT | {"custom": True, "headers": False, "refill": 1})],
    "raw Authorization": [(["credentials"], [{"kind": "header", "name": "Authorization"}])],
    "challenge in small letters": [
        (["answers", "noCredential", "headers"], {"www-authenticate": "Key"})],
    "body of lines": [(["answers", "limited", "body"], '{\r\n\t"a": "${limit} ${unit} $"\n}\n')],
}


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_profile_is_one(check, file):
    assert check(file.read_bytes()) == []
    assert schema_accepts(json.loads(file.read_text()))


def test_there_are_shipped_profiles():
    assert [file.stem for file in SHIPPED] == ["azen", "zazmic"]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD)
def test_both_accept(check, changes):
    document = changed(*changes)
    assert check(json.dumps(document)) == []
    assert check(json.dumps(document, ensure_ascii=False, indent=1)) == []
    assert schema_accepts(document)


@pytest.mark.parametrize("changes, path", BAD.values(), ids=BAD)
def test_both_refuse(check, changes, path):
    document = changed(*changes)
    problems = check(json.dumps(document))
    assert problems and problems[0].startswith(path + ": "), problems
    assert not schema_accepts(document)


@pytest.mark.parametrize("changes, path", ONLY_CODE.values(), ids=ONLY_CODE)
def test_the_program_refuses_what_a_schema_cannot(check, changes, path):
    document = changed(*changes)
    problems = check(json.dumps(document))
    assert problems and problems[0].startswith(path + ": "), problems
    assert schema_accepts(document)


def test_a_member_given_twice_is_refused(check):
    text = json.dumps(zazmic())
    assert check(text[:-1] + ', "name": "zazmic"}') == ["name: given twice"]


@pytest.mark.parametrize("text", ["[]", "null", '"zazmic"', "1"])
def test_what_is_no_object_is_refused(check, text):
    (problem,) = check(text)
    assert problem.startswith("expected an object, found ")
    assert not schema_accepts(json.loads(text))


def test_what_is_not_json_is_refused_with_its_place(check):
    assert check('{\n  "name": zazmic\n}') == [
        "line 2, column 11: expected a value, found 'z'"]


def test_all_problems_are_told_at_once(check):
    changes = [(["name"], 1), (["limits", 0, "seconds"], 0), (["answers", "limited"], ABSENT)]
    assert [problem.split(": ")[0] for problem in check(json.dumps(changed(*changes)))] == [
        "name", "limits[0].seconds", "answers.limited"]
