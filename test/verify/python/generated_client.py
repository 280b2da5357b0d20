"""
Checks the OpenAPI document and the client that openapi-python-client generates from it, and asks a running API one
question with that client. Arguments: the URL of the API, its AWS endpoint and the folder to generate into.
"""

import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
import urllib.parse
import urllib.request

import boto3
from openapi_spec_validator import validate

from checks import check, run

api_url, aws_endpoint, folder = sys.argv[1:4]


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


document = fetch(f"{api_url}/openapi.json")


@check
def schema():
    """the document is valid by the schema of OpenAPI"""
    validate(document)


@check
def generated():
    """the generated client is complete, and all of its modules can be imported"""
    path = os.path.join(folder, "openapi.json")
    with open(path, "w") as file:
        json.dump(document, file)
    settings = os.path.join(folder, "settings.yaml")
    with open(settings, "w") as file:
        # The generated code is not formatted.
        file.write("post_hooks: []\n")
    target = os.path.join(folder, "annals_client")
    command = ["generate", "--path", path, "--output-path", target, "--meta", "none", "--config", settings]
    tool = os.path.join(os.path.dirname(sys.executable), "openapi-python-client")
    made = subprocess.run([tool, *command, "--fail-on-warning"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, folder)
    package = importlib.import_module("annals_client")
    names = [module.name for module in pkgutil.walk_packages(package.__path__, "annals_client.")]
    for name in names:
        importlib.import_module(name)
    modules = [name for name in names if re.search(r"\.api\.\w+\.\w+$", name)]
    operations = sum(len(path) for path in document["paths"].values())
    assert len(modules) == operations, modules


@check
def names():
    """every name of the client comes from an operation id or a named schema"""
    models = importlib.import_module("annals_client.models")
    operations = {
        operation["operationId"] for path in document["paths"].values() for operation in path.values()
    }
    for operation in operations:
        assert re.fullmatch(r"[A-Za-z0-9_-]+", operation), f"{operation} is not safe in a URL"
    bare = lambda text: re.sub(r"[^a-z0-9]", "", text.lower())
    origins = tuple(bare(name) for name in {*operations, *document["components"]["schemas"]})
    strays = [name for name in models.__all__ if not bare(name).startswith(origins)]
    assert not strays, strays


@check
def query():
    """a person who signed up asks who they are"""
    client = importlib.import_module("annals_client").AuthenticatedClient
    get_me = importlib.import_module("annals_client.api.queries.get_me")
    answer = get_me.sync_detailed(client=client(base_url=api_url, token=sign_in()))
    assert answer.status_code == 200, answer
    assert answer.parsed.email == email, answer


email = "generated-client@example.com"


def sign_in():
    """Signs up with the code from the local mailbox, and in. Returns the access token."""
    config = fetch(f"{api_url}/config.json")
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=aws_endpoint,
        region_name=config["region"],
        aws_access_key_id="anyone",
        aws_secret_access_key="any",
    )
    client_id = config["userPoolClientId"]
    cognito.sign_up(ClientId=client_id, Username=email, Password="Secret-123")
    mails = fetch(f"{aws_endpoint}/_local/mail?{urllib.parse.urlencode({'to': email})}")
    code = re.search(r"\d{6}", mails[0]["text"]).group()
    cognito.confirm_sign_up(ClientId=client_id, Username=email, ConfirmationCode=code)
    answer = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": "Secret-123"},
    )
    return answer["AuthenticationResult"]["AccessToken"]


run()
