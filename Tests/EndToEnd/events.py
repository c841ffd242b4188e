"""CloudTrail events and files made for one test."""

import gzip
import json

ACCOUNT = "444455556666"
USERS = f"arn:aws:iam::{ACCOUNT}:user"


def call(number, time, name="sts:GetCallerIdentity", key="AKIAEXAMPLE000000001", **more):
    """One API call by the user `ada`; `number` makes the event's id."""
    source, action = name.split(":")
    identity = {"type": "IAMUser", "accountId": ACCOUNT, "userName": "ada",
                "arn": f"{USERS}/ada", "principalId": "AIDAEXAMPLE"}
    if key:
        identity["accessKeyId"] = key
    event = {
        "eventVersion": "1.09", "eventID": f"00000000-0000-4000-a000-{number:012d}",
        "eventTime": time, "eventSource": f"{source}.amazonaws.com", "eventName": action,
        "eventType": "AwsApiCall", "awsRegion": "eu-west-1", "recipientAccountId": ACCOUNT,
        "sourceIPAddress": "198.51.100.7", "userAgent": "example/1.0", "userIdentity": identity,
        "requestParameters": None, "responseElements": None}
    return event | more


def creation(number, time, key, owner="mallory"):
    made = {"accessKeyId": key, "userName": owner, "status": "Active"}
    return call(number, time, "iam:CreateAccessKey", requestParameters={"userName": owner},
                responseElements={"accessKey": made})


def update(number, time, key, status):
    return call(number, time, "iam:UpdateAccessKey",
                requestParameters={"accessKeyId": key, "status": status})


def deletion(number, time, key):
    return call(number, time, "iam:DeleteAccessKey", requestParameters={"accessKeyId": key})


def document(path, events):
    """A file as CloudTrail delivers it."""
    return written(path, json.dumps({"Records": list(events)}))


def array(path, events):
    return written(path, json.dumps(list(events), indent=1))


def lines(path, events):
    """JSON lines."""
    return written(path, "".join(json.dumps(event) + "\n" for event in events))


def pipeline_lines(path, events):
    """JSON lines with @timestamp, as some pipelines export them."""
    def exported(event):
        kept = {name: value for name, value in event.items() if name != "eventTime"}
        return {"@timestamp": event["eventTime"].replace("Z", ".000Z")} | kept
    return lines(path, map(exported, events))


def written(path, text):
    """Compressed when the name says so."""
    content = text.encode()
    path.write_bytes(gzip.compress(content, 6, mtime=0) if path.suffix == ".gz" else content)
    return path
