"""What the ledger must answer about CloudTrail events, worked out the slow and plain way.

Written from CLOUDTRAIL.md alone: every question sorts all events again and folds them from the
start. Times are aware datetimes; rows have the names of the command line's JSON.
"""

import json
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

ESTIMATED_LIFE = timedelta(hours=36)
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
THROTTLED = {"RequestLimitExceeded", "TooManyRequestsException", "SlowDown"}
DENIED = {"UnauthorizedOperation", "AuthFailure"}


def read(directory):
    """All events of the {"Records": [...]} files of a directory."""
    events = []
    for path in sorted(Path(directory).glob("*.json")):
        events += json.loads(path.read_text())["Records"]
    return events


def given(value):
    """None for all that CloudTrail writes where it has nothing to say."""
    return None if value in (None, "", HIDDEN) else value


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def shown(time):
    """RFC 3339 UTC with microseconds."""
    return time and time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def happened(event):
    return moment(event["eventTime"])


def order(event):
    return (happened(event), event["eventID"])


def caller(event):
    identity = event["userIdentity"]
    return {name: given(value) for name, value in identity.items()}


def organization(event):
    account = caller(event).get("accountId")
    if account and len(account) == 12 and account.isdigit():
        return account
    return event["recipientAccountId"]


def user(event):
    identity = caller(event)
    if identity.get("type") == "IAMUser" and identity.get("userName"):
        partition = (identity.get("arn") or "arn:aws:").split(":")[1]
        return f"arn:{partition}:iam::{organization(event)}:user/{identity['userName']}"
    names = (identity.get(name) for name in ("arn", "principalId", "invokedBy"))
    return next((name for name in names if name), "unknown")


def operation(event):
    return f"{event['eventSource']}:{event['eventName']}"


def reason(event):
    code = given(event.get("errorCode")) or ""
    for prefix in ("Client.", "Server."):
        code = code.removeprefix(prefix)
    if "Throttl" in code or code in THROTTLED:
        return "rate_limited"
    if code.startswith("AccessDenied") or code in DENIED:
        return "forbidden"
    answer = event.get("responseElements") or {}
    if event["eventName"] == "ConsoleLogin" and answer.get("ConsoleLogin") == "Failure":
        return "forbidden"
    return "allowed"


def decision(event):
    return "allowed" if reason(event) == "allowed" else "refused"


def expiry(event, credentials):
    if given(credentials.get("expiration")):
        text = credentials["expiration"].replace(",", "")
        return datetime.strptime(text + " +0000", "%b %d %Y %I:%M:%S %p %z")
    seconds = (event.get("requestParameters") or {}).get("durationSeconds")
    return happened(event) + timedelta(seconds=seconds) if seconds else None


def change(event):
    """What an event did to a key: (key, what, details), or None."""
    if given(event.get("errorCode")):
        return None
    asked = event.get("requestParameters") or {}
    answer = event.get("responseElements") or {}
    credentials = answer.get("credentials") or {}
    if event["eventName"] == "CreateAccessKey":
        key = answer["accessKey"]
        owner = f"arn:aws:iam::{organization(event)}:user/{key['userName']}"
        return key["accessKeyId"], "created", {"owner": owner, "expires": None}
    if given(credentials.get("accessKeyId")):
        owner = (answer.get("assumedRoleUser") or {}).get("arn") or asked.get("roleArn")
        details = {"owner": owner or user(event), "expires": expiry(event, credentials)}
        return credentials["accessKeyId"], "created", details
    if event["eventName"] == "UpdateAccessKey":
        what = {"Inactive": "disabled", "Active": "enabled"}[asked["status"]]
        return asked["accessKeyId"], what, {}
    if event["eventName"] == "DeleteAccessKey":
        return asked["accessKeyId"], "revoked", {}
    return None


def keys(events, as_of):
    """`keys list` as of a time, sorted by id."""
    found = {}
    for event in sorted(events, key=order):
        if happened(event) >= as_of:
            break
        used, changed = caller(event).get("accessKeyId"), change(event)
        if used:
            count(introduced(found, used, event), event)
        if changed:
            apply(introduced(found, changed[0], event), event, *changed[1:])
    return [row(key, as_of) for _, key in sorted(found.items())]


def introduced(found, name, event):
    temporary = name.startswith("ASIA")
    return found.setdefault(name, {
        "id": name, "organization": organization(event), "user": user(event), "created": None,
        "kind": "temporary" if temporary else "permanent", "by": None, "enabled": True,
        "expires": happened(event) + ESTIMATED_LIFE if temporary else None,
        "estimated": temporary, "revoked": None, "revokedBy": None, "used": None, "requests": 0})


def count(key, event):
    key["requests"] += 1
    if decision(event) == "allowed":
        key["used"] = happened(event)


def apply(key, event, what, details):
    if what == "created":
        key |= {"user": details["owner"], "created": happened(event), "by": user(event)}
        if details["expires"]:
            key |= {"expires": details["expires"], "estimated": False}
    elif what == "revoked" and not key["revoked"]:
        key |= {"revoked": happened(event), "revokedBy": user(event)}
    elif what in ("disabled", "enabled"):
        key["enabled"] = what == "enabled"


def state(key, as_of):
    if key["revoked"]:
        return "revoked"
    if key["expires"] and key["expires"] <= as_of:
        return "expired"
    return "active" if key["enabled"] else "disabled"


def row(key, as_of):
    return {
        "id": key["id"], "organization": key["organization"], "user": key["user"], "name": None,
        "kind": key["kind"], "environment": None, "state": state(key, as_of),
        "createdAt": shown(key["created"]), "createdBy": key["by"],
        "expiresAt": shown(key["expires"]), "expiryEstimated": key["estimated"],
        "revokedAt": shown(key["revoked"]), "revokedBy": key["revokedBy"],
        "lastUsedAt": shown(key["used"]), "requests": key["requests"]}


DIMENSIONS = {
    "org": organization, "user": user, "key": lambda event: caller(event).get("accessKeyId"),
    "operation": operation, "decision": decision, "reason": reason,
    "source": lambda event: "cloudtrail"}
"""What usage is counted by, as `--by` names it."""


def usage(events, by, period=lambda event: None):
    """A count of events for each combination of dimensions, and of the period's start."""
    return Counter(
        (*(DIMENSIONS[name](event) for name in by), period(event)) for event in events)


def hour(event):
    return shown(happened(event).replace(minute=0, second=0, microsecond=0))


def day(event):
    return shown(happened(event).replace(hour=0, minute=0, second=0, microsecond=0))


def month(event):
    return shown(happened(event).replace(day=1, hour=0, minute=0, second=0, microsecond=0))
