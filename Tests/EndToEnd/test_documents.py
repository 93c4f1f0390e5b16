"""The two documents themselves."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from support.contract import Document, SocketContract, demand


@pytest.fixture(params=["openapi.yaml", "asyncapi.yaml"])
def document(request):
    return Document(request.param)


def nodes(node, path="#"):
    """All mappings of a document."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from nodes(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{path}/{index}")


def test_openapi_is_valid():
    validate(Document("openapi.yaml").tree)


def test_references_lead_somewhere(document):
    for path, node in nodes(document.tree):
        if "$ref" in node:
            assert document.at(node["$ref"]) is not None, path


def test_schemas_are_schemas(document):
    for schema in document.tree["components"]["schemas"].values():
        Draft202012Validator.check_schema(document.expanded(schema))


def test_examples_of_answers_fit():
    document = Document("openapi.yaml")
    for path, node in nodes(document.expanded(document.tree)):
        if "example" in node and "schema" in node:
            demand(Draft202012Validator(node["schema"]), node["example"], path)


def test_examples_of_frames_fit():
    document = Document("asyncapi.yaml")
    for name, message in document.expanded(document.tree["components"]["messages"]).items():
        assert message["examples"], name
        for example in message["examples"]:
            demand(Draft202012Validator(message["payload"]), example["payload"], name)


def test_asyncapi_is_version_3():
    document = Document("asyncapi.yaml")
    assert document.tree["asyncapi"] == "3.0.0"
    channel = document.tree["channels"]["socket"]
    for name, operation in document.tree["operations"].items():
        assert operation["action"] in ("send", "receive"), name
        assert document.at(operation["channel"]["$ref"]) is channel
        for message in operation["messages"] + operation.get("reply", {}).get("messages", []):
            assert message["$ref"].startswith("#/channels/socket/messages/"), name


def test_every_message_has_an_operation():
    """A name may be both a command and its answer, so the messages are told apart by where they stand."""
    tree = Document("asyncapi.yaml").tree
    used = {reference["$ref"] for operation in tree["operations"].values()
            for reference in operation["messages"] + operation.get("reply", {}).get("messages", [])}
    messages = {f"#/channels/socket/messages/{key}" for key in tree["channels"]["socket"]["messages"]}
    assert used == messages
    contract = SocketContract()
    named = [message["name"] for message in tree["components"]["messages"].values()]
    assert len(contract.commands) + len(contract.frames) == len(named) == len(messages)


def test_error_codes_are_used():
    """Each code of the list stands at an answer, and none stands elsewhere."""
    document = Document("openapi.yaml")
    listed = set(document.tree["components"]["schemas"]["ErrorCode"]["enum"])
    used = set()
    for _, node in nodes(document.tree):
        if node.get("$ref") == "#/components/schemas/Problem":
            code = node["properties"]["code"]
            used |= set(code.get("enum", [code.get("const")]))
    assert used == listed


@pytest.mark.parametrize("name", ["openapi.yaml", "asyncapi.yaml"])
def test_the_server_serves_them(world, name):
    answer = world.api().call("GET", f"/{name}")
    assert answer.content.decode() == Document(name).text
    again = world.api().call("GET", f"/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
