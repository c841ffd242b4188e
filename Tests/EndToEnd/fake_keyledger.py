"""A stand-in for keyledgerd's `/auth/{profile}`: it says what a test tells it to.

What the service itself cannot be made to say or show at will: each answer on demand, silence, and
what a proxy sent it.
"""

import threading

from upstream import Answer, RecordingServer

LIMITS = [("X-RateLimit-Limit", "10"), ("X-RateLimit-Remaining", "7"),
          ("X-RateLimit-Reset", "1642252800")]
JSON = ("Content-Type", "application/json")


def allowed(user="user-1", key="key-1", organization="org-1", limits=True):
    identity = [("Keyledger-User-Id", user), ("Keyledger-Api-Key-Id", key),
                ("Keyledger-Organization-Id", organization)]
    return Answer(200, identity + (LIMITS if limits else []))


def refused(status, body, *headers):
    return Answer(status, [JSON, *headers], body.encode())


class FakeKeyledger(RecordingServer):
    def __init__(self):
        super().__init__()
        self.say = allowed()
        self.knows_modes = True
        self.speak = threading.Event()
        self.speak.set()

    def reset(self):
        self.clear()
        self.say = allowed()
        self.knows_modes = True
        self.speak.set()

    def answer(self, request):
        self.speak.wait()
        path, _, query = request.target.partition("?")
        answer = self.say
        if not path.startswith(("/auth/zazmic", "/auth/azen")):
            return refused(404, '{"error":"not_found","message":"no such profile"}')
        if not self.knows_modes or query != "mode=auth_request" or answer.status == 200:
            return answer
        status = 401 if answer.status == 401 else 403
        headers = [pair for pair in answer.headers if pair != JSON]
        told = [("Keyledger-Status", str(answer.status)), ("Keyledger-Body", answer.body.decode())]
        return Answer(status, headers + told)
