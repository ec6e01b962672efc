"""Stock: what the HTTP API cannot read is answered with 500, and its errors are logged with what was sent.

A body that is no JSON, a number in the place of a text or an action that does not exist raise inside the
handlers; a text of 2 MB is parsed for a minute; a wrong path of a model takes the loaded one away. Here
the body and the conversation's name are looked at first, after the token: what cannot be worked on is
answered with 400, where it is wrong and what is expected. The log does not repeat the message of an error,
which may hold what a person wrote.
"""

from __future__ import annotations

import functools
import inspect
import json
import logging
import os
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from sanic.request import Request

LONGEST_TEXT = 20_000
"""Ten messages of people; reading so much takes a fifth of a second."""

LONGEST_NAME = 255

_TEXT = {"type": "string", "maxLength": LONGEST_TEXT}
_WORD = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
_MAYBE_WORD = {"type": ["string", "null"], "maxLength": LONGEST_NAME}
_MAYBE_NUMBER = {"type": ["number", "null"]}
_ENTITIES = {"type": "array", "items": {"type": "object", "required": ["entity"], "properties": {"entity": _WORD}}}
_UNDERSTOOD = {
    "type": ["object", "null"],
    "required": ["intent", "entities"],
    "properties": {
        "intent": {"type": "object", "required": ["name"], "properties": {"name": _MAYBE_WORD, "confidence": _MAYBE_NUMBER}},
        "entities": _ENTITIES,
        "text": {"type": ["string", "null"]},
    },
}


def _body(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


SCHEMAS: dict[str, dict[str, Any]] = {
    "parse": _body(["text"], text=_TEXT, message_id=_MAYBE_WORD),
    "add_message": _body(["text", "sender"], text={**_TEXT, "minLength": 1}, sender=_WORD, parse_data=_UNDERSTOOD),
    "execute_action": _body(["name"], name=_WORD, policy=_MAYBE_WORD, confidence=_MAYBE_NUMBER),
    "trigger_intent": _body(["name"], name=_WORD, entities={"anyOf": [_ENTITIES, {"type": "object"}]}),
    "load_model": _body(
        [],
        model_file={"type": ["string", "null"]},
        model_server={"type": ["object", "null"]},
        remote_storage={"type": ["string", "null"]},
    ),
}
"""What a route takes, by the name of its handler in `rasa.server`."""

EVENTS = ("append_events", "replace_events", "tracker_predict")
FILES = ("train", "evaluate_stories", "evaluate_intents")
KINDS_OF_DATA = ("nlu", "stories", "rules", "intents", "responses", "actions", "pipeline", "policies", "rasa_nlu_data")


class Unreadable(ValueError):
    """Says what is wrong with a request, and what is expected."""


def json_of(body: bytes) -> Any:
    """The JSON in a body. Raises Unreadable, with its place, for what is none or holds half a character."""
    if not body:
        raise Unreadable("The body is empty; JSON is expected.")
    try:
        found = json.loads(body)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except json.JSONDecodeError as error:
        raise Unreadable(f"The body is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8: byte {error.start}.") from None
    except UnicodeEncodeError:
        raise Unreadable("A text in the body holds half a character (a lone surrogate).") from None
    except (ValueError, RecursionError):
        raise Unreadable("The body holds a number or a depth that JSON does not know.") from None
    return found


def check_name(conversation: str) -> None:
    """Raises Unreadable for a name of a conversation that no database keeps."""
    if not 0 < len(conversation) <= LONGEST_NAME or any(c < " " or "\ud800" <= c <= "\udfff" for c in conversation):
        raise Unreadable(f"The name of a conversation has 1 to {LONGEST_NAME} characters, and no control characters.")


def check_shape(name: str, body: Any) -> None:
    """Raises Unreadable, with the place in the body, where it is not of the shape that the route takes."""
    error = next(_validator(name).iter_errors(body), None)
    if error is None:
        return
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    if error.validator == "required":
        missing = [each for each in error.validator_value if each not in error.instance]
        wanted = f"'{missing[0]}' is missing"
    elif error.validator == "type":
        kinds = error.validator_value
        wanted = f"must be of type {' or '.join([kinds] if isinstance(kinds, str) else kinds)}"
    elif error.validator == "maxLength":
        wanted = f"must have {error.validator_value} characters at most"
    elif error.validator == "minLength":
        wanted = "must not be empty"
    else:
        wanted = "is not of the expected shape"
    raise Unreadable(f"{place or 'The body'}: {wanted}.")


@functools.cache
def _validator(name: str) -> Any:
    from jsonschema import validators

    return validators.validator_for(SCHEMAS[name])(SCHEMAS[name])


def check_events(body: Any, agent: Agent, several: bool) -> None:
    """Raises Unreadable, with its place in the list, for an event that cannot be read and applied."""
    from rasa.shared.core.events import Event
    from rasa.shared.core.trackers import DialogueStateTracker

    if several and not isinstance(body, list):
        raise Unreadable("The body must be a list of events.")
    listed = body if isinstance(body, list) else [body]
    if not listed:
        raise Unreadable("The list of events is empty.")
    tracker = DialogueStateTracker("checked", agent.domain.slots)
    for place, given in enumerate(listed):
        try:
            event = Event.from_parameters(given)
            if event is None:
                raise Unreadable(f"Event {place} is of no known kind.")
            tracker.update(event, agent.domain)
            json.dumps(event.as_dict())
        except Unreadable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an event raises, it is the event that is wrong
            raise Unreadable(f"Event {place} cannot be read ({type(error).__name__}).") from None


def check_data(body: bytes) -> None:
    """Raises Unreadable for training or test data that is no YAML (or JSON) with a part that Rasa knows."""
    from ruamel.yaml import YAML, YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8: byte {error.start}.") from None
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Unreadable(f"The body is not YAML{place}.") from None
    if not isinstance(found, dict) or not any(found.get(kind) for kind in KINDS_OF_DATA):
        raise Unreadable(f"The body must be YAML with at least one of {', '.join(KINDS_OF_DATA)}.")


def check(route: str, request: Request, agent: Agent | None, conversation: str | None) -> None:
    """Looks at a request before its handler does. Raises Unreadable."""
    if conversation is not None:
        check_name(conversation)
    if route in FILES:
        check_data(request.body)
        return
    if route not in SCHEMAS and route not in EVENTS:
        return
    body = json_of(request.body)
    if route in EVENTS and agent is not None and agent.domain is not None:
        check_events(body, agent, several=route != "append_events")
    elif route == "parse" and request.args.get("emulation_mode"):
        if not isinstance(body, dict):
            raise Unreadable("The body must be of type object.")
    elif route in SCHEMAS:
        check_shape(route, body)
        if route == "execute_action" and agent is not None and body["name"] not in agent.domain.action_names_or_texts:
            raise Unreadable("name: there is no such action.")
        if route == "load_model" and body.get("model_file") and not os.path.exists(body["model_file"]):
            raise Unreadable("model_file: there is no such file.")


def apply() -> None:
    from rasa_fixes.import_hooks import after_import

    after_import("rasa.server", _mend)


def _mend(server: Any) -> None:
    require_token = server.requires_auth

    def requires_auth(app: Any, token: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        after_the_token = require_token(app, token)

        def decorator(handler: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(handler)
            async def checked(request: Request, *args: Any, **kwargs: Any) -> Any:
                agent = app.ctx.agent if app.ctx.agent and app.ctx.agent.is_ready() else None
                try:
                    check(handler.__name__, request, agent, kwargs.get("conversation_id"))
                except Unreadable as error:
                    raise server.ErrorResponse(HTTPStatus.BAD_REQUEST, "BadRequest", str(error)) from None
                answer = handler(request, *args, **kwargs)
                return await answer if inspect.isawaitable(answer) else answer

            return after_the_token(checked)

        return decorator

    server.requires_auth = requires_auth
    server.logger.addFilter(_without_words)


def _without_words(record: logging.LogRecord) -> bool:
    if record.funcName == "__init__":  # of ErrorResponse, which logs the message that the caller gets
        record.msg, record.args = "The HTTP API answered with an error, and told its caller which.", ()
    return True
