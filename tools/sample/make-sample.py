#!/usr/bin/env python3
"""Writes the three CloudTrail files beside it: a small invented incident.

Account 111122223333, Tuesday 2025-03-04. Every name, key id and address is made up (addresses from
RFC 5737). The same files come out every time:

  *_0900Z_*.json      {"Records": [...]}, as CloudTrail delivers it: an ordinary morning
  *_1230Z_*.json.gz   the same, compressed: the incident
  afternoon.jsonl     JSON lines with @timestamp, as a log pipeline exports it: cleaning up

The story: the deploy user works as every day. At 12:03 someone uses the admin's key from a new
address, creates the user svc-backup and, at 12:05:30, an access key for it. That key looks around
until the responder sets it Inactive at 12:26:05 and deletes it at 12:31:20.
"""

import hashlib
import json
import pathlib
import struct
import zlib

ACCOUNT = "111122223333"
REGION = "eu-central-1"
DAY = "2025-03-04"
NAME = f"{ACCOUNT}_CloudTrail_{REGION}_20250304T"

DEPLOY_KEY = "AKIA111EXAMPLEDEPLOY"
ADMIN_KEY = "AKIA1111EXAMPLEADMIN"
BACKDOOR_KEY = "AKIA111EXAMPLEBACKUP"
RESPONDER_KEY = "AKIA1111EXAMPLEJOANA"
DEPLOY_SESSION_1 = "ASIA111EXAMPLEDEPLY1"
DEPLOY_SESSION_2 = "ASIA111EXAMPLEDEPLY2"
LAMBDA_SESSION = "ASIA111EXAMPLELAMBDA"
RESPONDER_SESSION = "ASIA111EXAMPLEONCALL"

BUILD_HOST = "198.51.100.20"
OFFICE = "192.0.2.10"
STRANGER = "203.0.113.66"
STRANGER_2 = "203.0.113.77"

TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5"
CLI = "aws-cli/2.17.20 md/Botocore#2.17.20 os/linux lang/python#3.11.9"
BOTO = "Boto3/1.34.149 md/Botocore#1.34.149 os/linux lang/python#3.12.4"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

ARTIFACTS = {"bucketName": "example-artifacts"}
CUSTOMERS = {"bucketName": "example-customers"}
SHOP = {"cluster": "main", "service": "shop"}
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def uuid(text):
    digits = hashlib.sha256(text.encode()).hexdigest()
    parts = [digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:32]]
    return "-".join(parts)


def principal(prefix, name):
    return prefix + "111EXAMPLE" + hashlib.sha256(name.encode()).hexdigest()[:7].upper()


def user(name, key=None):
    identity = {
        "type": "IAMUser",
        "principalId": principal("AIDA", name),
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "userName": name,
    }
    if key:
        identity["accessKeyId"] = key
    return identity


def session(role, name, key):
    return {
        "type": "AssumedRole",
        "principalId": f"{principal('AROA', role)}:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal("AROA", role),
                "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                "accountId": ACCOUNT,
                "userName": role,
            },
            "webIdFederationData": {},
            "attributes": {"mfaAuthenticated": "false"},
        },
    }


def service(name):
    return {"type": "AWSService", "invokedBy": name}


def call(time, identity, operation, address, agent, parameters=None, response=None, error=None,
         kind="AwsApiCall", **more):
    """One event; `operation` is `service:Name`, `error` a code and a message."""
    source, name = operation.split(":")
    seed = f"{time} {operation}"
    event = {
        "eventVersion": "1.09",
        "userIdentity": identity,
        "eventTime": f"{DAY}T{time}Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": address,
        "userAgent": agent,
    }
    if error:
        event["errorCode"], event["errorMessage"] = error
    event |= {
        "requestParameters": parameters,
        "responseElements": response,
        "requestID": uuid("request " + seed),
        "eventID": uuid("event " + seed),
        "readOnly": name.startswith(("Get", "List", "Describe")),
        "eventType": kind,
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    return event | more


def assume_role(time, identity, role, name, key, expires, address, agent, seconds=3600):
    return call(
        time, identity, "sts:AssumeRole", address, agent,
        {
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
            "roleSessionName": name,
            "durationSeconds": seconds,
        },
        {
            "credentials": {
                "accessKeyId": key,
                "sessionToken": "invented-session-token",
                "expiration": expires,
            },
            "assumedRoleUser": {
                "assumedRoleId": f"{principal('AROA', role)}:{name}",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
            },
        })


def morning():
    deploy = user("ci-deploy", DEPLOY_KEY)
    release = session("release", "build-1841", DEPLOY_SESSION_1)
    indexer = session("indexer", "indexer", LAMBDA_SESSION)
    maria = user("maria", ADMIN_KEY)
    build = (BUILD_HOST, TERRAFORM)
    yield call("08:55:02", deploy, "sts:GetCallerIdentity", *build)
    yield assume_role("08:55:04", deploy, "release", "build-1841", DEPLOY_SESSION_1,
                      "Mar 4, 2025, 9:55:04 AM", *build)
    yield call("08:55:09", release, "s3:GetBucketVersioning", *build, ARTIFACTS)
    yield call("08:55:12", release, "ecr:DescribeRepositories", *build)
    yield call("08:55:40", release, "ecs:RegisterTaskDefinition", *build, {"family": "shop"})
    yield call("08:55:44", release, "ecs:UpdateService", *build, SHOP)
    yield call("08:56:10", release, "ecs:DescribeServices", *build, {"cluster": "main"})
    yield call("08:56:40", release, "ecs:DescribeServices", *build, {"cluster": "main"},
               error=("ThrottlingException", "Rate exceeded"))
    yield call("08:57:10", release, "ecs:DescribeServices", *build, {"cluster": "main"})
    yield call("09:00:00", service("lambda.amazonaws.com"), "sts:AssumeRole",
               "lambda.amazonaws.com", "lambda.amazonaws.com",
               {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/indexer", "roleSessionName": "indexer"},
               {"credentials": {"accessKeyId": LAMBDA_SESSION,
                                "sessionToken": "invented-session-token",
                                "expiration": "Mar 4, 2025 9:00:00 PM"}},
               sharedEventID=uuid("shared"))
    yield call("09:00:03", indexer, "s3:ListBuckets", "198.51.100.31", BOTO)
    yield call("09:12:27", user("maria"), "signin:ConsoleLogin", OFFICE, BROWSER, None,
               {"ConsoleLogin": "Success"}, kind="AwsConsoleSignIn",
               additionalEventData={"MFAUsed": "Yes"})
    yield call("09:14:50", maria, "iam:ListUsers", OFFICE, CLI)
    yield call("09:15:31", maria, "ec2:CreateVpc", OFFICE, CLI, {"cidrBlock": "10.9.0.0/16"},
               error=("Client.VpcLimitExceeded", "The maximum number of VPCs has been reached."))
    yield call("09:21:06", maria, "cloudwatch:DescribeAlarms", OFFICE, CLI)


def incident():
    maria = user("maria", ADMIN_KEY)
    backup = user("svc-backup", BACKDOOR_KEY)
    joan = user("joan", RESPONDER_KEY)
    stranger = (STRANGER, CLI)
    tool = (STRANGER_2, BOTO)
    denied = ("AccessDenied", f"User: {backup['arn']} is not authorized to perform this action")
    yield call("11:58:40", {"type": "IAMUser", "accountId": ACCOUNT, "accessKeyId": "",
                            "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"},
               "signin:ConsoleLogin", STRANGER, BROWSER, None, {"ConsoleLogin": "Failure"},
               kind="AwsConsoleSignIn", errorMessage="No username found in supplied account")
    yield call("12:03:11", maria, "sts:GetCallerIdentity", *stranger)
    yield call("12:03:19", maria, "iam:ListUsers", *stranger)
    yield call("12:03:42", maria, "iam:ListAccessKeys", *stranger)
    yield call("12:04:37", maria, "iam:CreateUser", *stranger, {"userName": "svc-backup"},
               {"user": {"userName": "svc-backup", "path": "/",
                         "arn": f"arn:aws:iam::{ACCOUNT}:user/svc-backup",
                         "createDate": "Mar 4, 2025, 12:04:37 PM"}})
    yield call("12:05:02", maria, "iam:AttachUserPolicy", *stranger,
               {"userName": "svc-backup", "policyArn": READ_ONLY})
    yield call("12:05:30", maria, "iam:CreateAccessKey", *stranger, {"userName": "svc-backup"},
               {"accessKey": {"userName": "svc-backup", "accessKeyId": BACKDOOR_KEY,
                              "status": "Active", "createDate": "Mar 4, 2025, 12:05:30 PM"}})
    yield call("12:11:14", backup, "sts:GetCallerIdentity", *tool)
    yield call("12:11:21", backup, "s3:ListBuckets", *tool)
    yield call("12:11:58", backup, "iam:ListAccessKeys", *tool, error=denied)
    yield call("12:12:03", backup, "secretsmanager:ListSecrets", *tool, error=denied)
    yield call("12:12:09", backup, "ec2:DescribeInstances", *tool,
               error=("Client.UnauthorizedOperation", "You are not authorized."))
    yield call("12:12:44", backup, "s3:GetBucketAcl", *tool, ARTIFACTS)
    yield call("12:13:02", backup, "s3:GetBucketPolicy", *tool, ARTIFACTS,
               error=("NoSuchBucketPolicy", "The bucket policy does not exist"))
    yield call("12:13:05", backup, "s3:GetBucketPolicy", *tool, CUSTOMERS)
    yield call("12:14:30", backup, "s3:ListObjects", *tool, CUSTOMERS)
    yield call("12:14:31", backup, "s3:ListObjects", *tool, CUSTOMERS,
               error=("SlowDown", "Please reduce your request rate."))
    yield call("12:14:32", backup, "s3:ListObjects", *tool, CUSTOMERS,
               error=("SlowDown", "Please reduce your request rate."))
    yield call("12:14:40", backup, "s3:ListObjects", *tool, CUSTOMERS)
    yield assume_role("12:20:18", joan, "incident-response", "joan", RESPONDER_SESSION,
                      "Mar 4, 2025, 1:20:18 PM", OFFICE, CLI)
    responder = session("incident-response", "joan", RESPONDER_SESSION)
    yield call("12:21:02", responder, "cloudtrail:LookupEvents", OFFICE, CLI)
    yield call("12:22:47", backup, "ssm:DescribeParameters", *tool,
               error=("ThrottlingException", "Rate exceeded"))
    yield call("12:23:09", backup, "s3:GetBucketTagging", *tool, CUSTOMERS)
    yield call("12:24:51", responder, "iam:ListAccessKeys", OFFICE, CLI, {"userName": "svc-backup"})
    yield call("12:26:05", responder, "iam:UpdateAccessKey", OFFICE, CLI,
               {"userName": "svc-backup", "accessKeyId": BACKDOOR_KEY, "status": "Inactive"})
    yield call("12:27:10", responder, "iam:UpdateAccessKey", OFFICE, CLI,
               {"userName": "maria", "accessKeyId": ADMIN_KEY, "status": "Inactive"})


def afternoon():
    responder = session("incident-response", "joan", RESPONDER_SESSION)
    deploy = user("ci-deploy", DEPLOY_KEY)
    release = session("release", "build-1842", DEPLOY_SESSION_2)
    build = (BUILD_HOST, TERRAFORM)
    yield call("12:31:20", responder, "iam:DeleteAccessKey", OFFICE, CLI,
               {"userName": "svc-backup", "accessKeyId": BACKDOOR_KEY})
    yield call("12:31:55", responder, "iam:DetachUserPolicy", OFFICE, CLI,
               {"userName": "svc-backup", "policyArn": READ_ONLY})
    yield call("12:32:08", responder, "iam:DeleteUser", OFFICE, CLI, {"userName": "svc-backup"})
    yield call("12:40:12", responder, "iam:ListUsers", OFFICE, CLI)
    yield call("13:00:00", service("kms.amazonaws.com"), "kms:RotateKey", "kms.amazonaws.com",
               "kms.amazonaws.com", kind="AwsServiceEvent")
    yield call("13:05:00", deploy, "sts:GetCallerIdentity", *build)
    yield assume_role("13:05:02", deploy, "release", "build-1842", DEPLOY_SESSION_2,
                      "Mar 4, 2025, 2:05:02 PM", *build)
    yield call("13:05:30", release, "ecs:UpdateService", *build, SHOP)
    yield call("13:06:00", release, "ecs:DescribeServices", *build, {"cluster": "main"})


def document(events):
    return (json.dumps({"Records": list(events)}, separators=(",", ":")) + "\n").encode()


def line(event):
    """A pipeline's export: @timestamp with milliseconds, and no members that are null."""
    exported = {"@timestamp": event["eventTime"].replace("Z", ".000Z")}
    for name, value in event.items():
        if value is not None and name != "eventTime":
            exported[name] = value
    return json.dumps(exported, separators=(",", ":")) + "\n"


def gzip(content):
    """A gzip member without time, name or system; the header Python writes differs by version."""
    deflate = zlib.compressobj(9, wbits=-15)
    header = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff"
    trailer = struct.pack("<II", zlib.crc32(content), len(content))
    return header + deflate.compress(content) + deflate.flush() + trailer


def main():
    folder = pathlib.Path(__file__).parent
    (folder / f"{NAME}0900Z_aB3dE5gH7jK9mN1p.json").write_bytes(document(morning()))
    (folder / f"{NAME}1230Z_qR2sT4uV6wX8yZ0c.json.gz").write_bytes(gzip(document(incident())))
    (folder / "afternoon.jsonl").write_text("".join(line(event) for event in afternoon()))


if __name__ == "__main__":
    main()
