"""Stock: each answer of the action server is validated with a JSON schema that is itself validated first.

`RemoteAction._validate_action_result` calls `jsonschema.validate`, which checks the schema against its
meta-schema and builds a validator, at every action; then each event is tried against the schemas of all
20 kinds of event. Here the validators are built once, and an event is tried against the schema of its own
kind, which is the only one that can accept it (each names its kind as a constant). What is accepted, and
the error for what is not, stay the same: whatever the quick way does not accept goes through the whole
schema.
"""

from __future__ import annotations

from typing import Any


def apply() -> None:
    from jsonschema import validators
    from jsonschema.exceptions import best_match
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.constants import DOCS_BASE_URL

    schema = RemoteAction.action_response_format_spec()
    validator_class = validators.validator_for(schema)
    validator_class.check_schema(schema)
    whole = validator_class(schema)

    any_event = schema["properties"]["events"]["items"]
    common = {key: value for key, value in any_event.items() if key != "oneOf"}
    by_kind: dict[str, list[Any]] = {}
    for kind in any_event["oneOf"]:
        validator = validator_class({**common, "allOf": [kind]})
        by_kind.setdefault(kind["properties"]["event"]["const"], []).append(validator)
    of_kind = {name: found[0] for name, found in by_kind.items() if len(found) == 1}

    def is_plainly_valid(result: Any) -> bool:
        if not isinstance(result, dict):
            return False
        events, responses = result.get("events", []), result.get("responses", [])
        if not isinstance(events, list) or not isinstance(responses, list):
            return False
        for event in events:
            if not isinstance(event, dict) or not isinstance(name := event.get("event"), str):
                return False
            if name not in of_kind or not of_kind[name].is_valid(event):
                return False
        return all(isinstance(response, dict) for response in responses)

    def validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
        if is_plainly_valid(result):
            return True
        error = best_match(whole.iter_errors(result))
        if error is not None:
            error.message += (
                ". Failed to validate Action server response from API, make sure your response from the "
                "Action endpoint is valid. For more information about the format visit "
                f"{DOCS_BASE_URL}/custom-actions"
            )
            raise error
        return True

    RemoteAction._validate_action_result = validate_action_result
