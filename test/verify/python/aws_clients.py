"""
Explores a local cloud with boto3, as a developer does.
Arguments: its AWS endpoint, its region and the types of the resources of its template, as JSON.
"""

import hashlib
import json
import os
import sys
import tempfile

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from checks import check, run

endpoint, region, types = sys.argv[1:4]
types = json.loads(types)
session = boto3.Session("developer", "any", region_name=region)
config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})


def client(service):
    return session.client(service, endpoint_url=endpoint, config=config)


def declared(resource_type):
    return types.count(resource_type)


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def list_all(service, operation, field, resource_type, more=0, **parameters):
    """Lists through the paginator if the operation has one. Checks that everything declared is listed."""
    api = client(service)
    if api.can_paginate(operation):
        pages = api.get_paginator(operation).paginate(**parameters)
        found = [item for page in pages for item in page.get(field, [])]
    else:
        found = getattr(api, operation)(**parameters).get(field, [])
    equal(len(found), declared(resource_type) + more)
    assert found, f"{operation} lists nothing"
    return api, found


@check
def caller():
    """sts get-caller-identity"""
    equal(client("sts").get_caller_identity()["Account"], "000000000000")


@check
def tables():
    """tables, with their time to live and their streams"""
    api, names = list_all("dynamodb", "list_tables", "TableNames", "AWS::DynamoDB::GlobalTable")
    for name in names:
        table = api.describe_table(TableName=name)["Table"]
        equal((table["TableName"], table["TableStatus"]), (name, "ACTIVE"))
        api.describe_time_to_live(TableName=name)
        api.scan(TableName=name, Limit=1)
    streams = client("dynamodbstreams")
    for stream in streams.list_streams()["Streams"]:
        described = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
        equal(described["TableName"], stream["TableName"])


@check
def buckets():
    """buckets and the versions in them"""
    api, found = list_all("s3", "list_buckets", "Buckets", "AWS::S3::Bucket")
    for bucket in found:
        name = bucket["Name"]
        api.head_bucket(Bucket=name)
        api.get_bucket_location(Bucket=name)
        equal(api.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
        api.list_objects_v2(Bucket=name)
        api.list_object_versions(Bucket=name)


@check
def queues():
    """queues and their attributes"""
    api, urls = list_all("sqs", "list_queues", "QueueUrls", "AWS::SQS::Queue")
    for url in urls:
        attributes = api.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        name = attributes["QueueArn"].rsplit(":", 1)[1]
        equal(api.get_queue_url(QueueName=name)["QueueUrl"], url)


@check
def buses():
    """buses, their rules and the targets of these"""
    api, found = list_all("events", "list_event_buses", "EventBuses", "AWS::Events::EventBus", more=1)
    rules = 0
    for bus in found:
        name = bus["Name"]
        equal(api.describe_event_bus(Name=name)["Arn"], bus["Arn"])
        for rule in api.list_rules(EventBusName=name)["Rules"]:
            rules += 1
            described = api.describe_rule(Name=rule["Name"], EventBusName=name)
            equal(described["EventPattern"], rule["EventPattern"])
            assert api.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)["Targets"]
    equal(rules, declared("AWS::Events::Rule"))


@check
def state_machines():
    """state machines"""
    api, found = list_all(
        "stepfunctions", "list_state_machines", "stateMachines", "AWS::StepFunctions::StateMachine"
    )
    for machine in found:
        described = api.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        assert "StartAt" in json.loads(described["definition"])


@check
def functions():
    """functions and their event source mappings"""
    api, found = list_all("lambda", "list_functions", "Functions", "AWS::Lambda::Function")
    for function in found:
        name = function["FunctionName"]
        equal(api.get_function(FunctionName=name)["Configuration"]["FunctionArn"], function["FunctionArn"])
        equal(api.get_function_configuration(FunctionName=name)["FunctionName"], name)
    api, mappings = list_all(
        "lambda", "list_event_source_mappings", "EventSourceMappings", "AWS::Lambda::EventSourceMapping"
    )
    for mapping in mappings:
        equal(api.get_event_source_mapping(UUID=mapping["UUID"])["State"], "Enabled")


@check
def user_pools():
    """user pools, their clients, groups and users"""
    api, pools = list_all(
        "cognito-idp",
        "list_user_pools",
        "UserPools",
        "AWS::Cognito::UserPool",
        PaginationConfig={"PageSize": 10},
    )
    for pool in pools:
        pool_id = pool["Id"]
        equal(api.describe_user_pool(UserPoolId=pool_id)["UserPool"]["Name"], pool["Name"])
        clients = api.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"]
        equal(len(clients), declared("AWS::Cognito::UserPoolClient"))
        for one in clients:
            api.describe_user_pool_client(UserPoolId=pool_id, ClientId=one["ClientId"])
        equal(len(api.list_groups(UserPoolId=pool_id)["Groups"]), declared("AWS::Cognito::UserPoolGroup"))
        api.list_users(UserPoolId=pool_id, Filter='email = "nobody@example.com"')


@check
def schedules():
    """schedules"""
    api, found = list_all("scheduler", "list_schedules", "Schedules", "AWS::Scheduler::Schedule")
    for schedule in found:
        described = api.get_schedule(Name=schedule["Name"], GroupName=schedule["GroupName"])
        equal(described["Target"]["Arn"], schedule["Target"]["Arn"])
    equal(len(api.list_schedule_groups()["ScheduleGroups"]), 1)


@check
def identities():
    """identities that mail comes from"""
    found = client("sesv2").list_email_identities()["EmailIdentities"]
    equal([identity["VerificationStatus"] for identity in found], ["SUCCESS"])


@check
def large_file():
    """a file of 20 MB, written, copied and read in parts"""
    api = client("s3")
    bucket = api.list_buckets()["Buckets"][0]["Name"]
    in_parts = TransferConfig(multipart_threshold=5 * 1024**2, multipart_chunksize=5 * 1024**2)
    content = os.urandom(20 * 1024**2)
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "source"), os.path.join(folder, "target")
        with open(source, "wb") as file:
            file.write(content)
        api.upload_file(source, bucket, "explored/source", Config=in_parts)
        api.copy({"Bucket": bucket, "Key": "explored/source"}, bucket, "explored/copy", Config=in_parts)
        # The ETag of a file in parts ends with their number.
        for key in ("explored/source", "explored/copy"):
            assert api.head_object(Bucket=bucket, Key=key)["ETag"].endswith('-4"')
        api.download_file(bucket, "explored/copy", target, Config=in_parts)
        with open(target, "rb") as file:
            equal(hashlib.sha256(file.read()).hexdigest(), hashlib.sha256(content).hexdigest())
    for key in ("explored/source", "explored/copy"):
        api.delete_object(Bucket=bucket, Key=key)


run()
