"""What the HTTP API cannot read is refused with where it is wrong, changes nothing, and is not repeated in a log."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.live_server import LiveServer

SECRET = "qzxwvy told in confidence"

REFUSED: list[tuple[str, str, Any, str]] = [
    ("POST", "/model/parse", b"", "The body is empty"),
    ("POST", "/model/parse", b'{"text": "a",\n "b" 5}', "line 2, column 6"),
    ("POST", "/model/parse", b'{"text": "\xff"}', "not UTF-8: byte 10"),
    ("POST", "/model/parse", b'{"text": "\\ud800"}', "half a character"),
    ("POST", "/model/parse", b'{"text": NaN}', "a number or a depth"),
    ("POST", "/model/parse", b"[" * 100_000, "a number or a depth"),
    ("POST", "/model/parse", [], "The body: must be of type object"),
    ("POST", "/model/parse", {}, "'text' is missing"),
    ("POST", "/model/parse", {"text": 5}, "text: must be of type string"),
    ("POST", "/model/parse", {"text": "a" * 20_001}, "text: must have 20000 characters at most"),
    ("POST", "/conversations/a/messages", {"text": "", "sender": "user"}, "text: must not be empty"),
    ("POST", "/conversations/a/messages", {"text": SECRET}, "'sender' is missing"),
    ("POST", "/conversations/a/messages", {"text": SECRET, "sender": "bot"}, "only user messages"),
    (
        "POST",
        "/conversations/a/messages",
        {"text": SECRET, "sender": "user", "parse_data": {"intent": {"name": "greet"}, "entities": [{}]}},
        "parse_data.entities[0]: 'entity' is missing",
    ),
    ("POST", "/conversations/there/execute", None, "The body is empty"),
    ("POST", "/conversations/there/execute", {"name": "action_of_nobody"}, "no such action"),
    ("POST", "/conversations/there/execute", {"name": "action_answer", "confidence": "high"}, "confidence: must be"),
    ("POST", "/conversations/there/trigger_intent", {"name": ["greet"]}, "name: must be of type string"),
    ("POST", "/conversations/there/tracker/events", [], "The list of events is empty"),
    ("POST", "/conversations/there/tracker/events", [{"event": "listen"}], "Event 0 cannot be read"),
    (
        "POST",
        "/conversations/there/tracker/events",
        [{"event": "slot", "name": "topic", "value": None}, {"event": "user", "text": SECRET, "parse_data": [SECRET]}],
        "Event 1 cannot be read",
    ),
    ("PUT", "/conversations/there/tracker/events", {"event": "restart"}, "must be a list of events"),
    ("POST", "/model/predict", {"event": "restart"}, "must be a list of events"),
    ("PUT", "/model", {"model_file": "models/of-nobody.tar.gz"}, "model_file: there is no such file"),
    ("POST", "/model/train", b"nlu: [\n  - {", "not YAML: line 2"),
    ("POST", "/model/train", b"version: '3.1'", "with at least one of nlu"),
    ("POST", "/model/test/stories", b"\xff", "not UTF-8"),
    ("POST", "/model/test/intents", b"5", "with at least one of nlu"),
    ("GET", f"/conversations/{'x' * 256}/tracker", None, "1 to 255 characters"),
]


@pytest.fixture(scope="module")
def there(server: LiveServer) -> LiveServer:
    """The server with a conversation named "there"."""
    server.post("there", "my neck is stiff")
    return server


def send(server: LiveServer, method: str, path: str, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return server.http.request(method, path, params={"token": server.token}, content=content)


@pytest.mark.parametrize(("method", "path", "body", "words"), REFUSED)
def test_bad_input_is_refused_with_its_place(there: LiveServer, method: str, path: str, body: Any, words: str) -> None:
    answer = send(there, method, path, body)
    assert answer.status_code == 400, answer.text[:300]
    assert words in answer.json()["message"]
    assert answer.json()["status"] == "failure"


def test_what_was_refused_has_changed_nothing_and_is_in_no_log(there: LiveServer) -> None:
    before = there.tracker("there")["events"]
    for method, path, body, _ in REFUSED:
        send(there, method, path, body)
    assert there.tracker("there")["events"] == before
    assert there.talk().say("hello"), "the model is still there"
    assert SECRET not in there.output()


def test_without_the_token_nothing_is_said_of_a_body(there: LiveServer) -> None:
    for method, path, body, _ in REFUSED:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        assert there.http.request(method, path, content=content).status_code == 401


def test_good_input_is_taken_as_ever(there: LiveServer) -> None:
    sender = there.new_sender()
    events = [{"event": "session_started"}, {"event": "action", "name": "action_listen"}]
    assert send(there, "POST", f"/conversations/{sender}/tracker/events", events).status_code == 200
    one = {"event": "slot", "name": "country", "value": "GB"}
    assert send(there, "POST", f"/conversations/{sender}/tracker/events", one).json()["slots"]["country"] == "GB"
    said = {"text": "my neck is stiff", "sender": "user"}
    assert send(there, "POST", f"/conversations/{sender}/messages", said).json()["latest_message"]["text"] == said["text"]
    assert "scores" in send(there, "POST", f"/conversations/{sender}/predict", None).json()
    greeted = send(there, "POST", f"/conversations/{sender}/trigger_intent", {"name": "greet"})
    assert greeted.json()["messages"]
    assert send(there, "POST", f"/conversations/{sender}/execute", {"name": "action_answer"}).status_code == 200
    assert send(there, "PUT", f"/conversations/{sender}/tracker/events", events).status_code == 200
    assert send(there, "POST", "/model/predict", events).status_code == 200
    assert send(there, "POST", "/model/parse", {"text": "fever", "message_id": "1"}).json()["entities"]
    accepted = {"Accept": "application/json"}
    assert there.http.get("/domain", params={"token": there.token}, headers=accepted).status_code == 200


def test_nonsense_in_the_slots_ends_no_conversation(there: LiveServer) -> None:
    talk = there.talk()
    talk.say("my neck is stiff")
    nonsense = {"findings": 5, "asked": 7, "facts": "x", "care_level": [], "open_question": 1, "misunderstood": "many"}
    events = [{"event": "slot", "name": name, "value": value} for name, value in nonsense.items()]
    send(there, "POST", f"/conversations/{talk.sender}/tracker/events", events)
    assert "trouble answering" not in " ".join(message["text"] for message in talk.say("and i am tired"))
    assert any("This may be an emergency" in message["text"] for message in talk.say("i have a fever and a stiff neck"))


def test_a_sender_that_no_database_keeps_is_refused(there: LiveServer) -> None:
    for sender in ("a\0b", "\ud800", "x" * 256, ""):
        body = json.dumps({"sender": sender, "message": "hello"})
        answer = there.http.post("/webhooks/rest/webhook", content=body)
        assert answer.status_code == 400
        assert "sender must be" in answer.json()["error"]
