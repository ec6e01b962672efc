"""What the assistant makes of one first message, in this process: the pipeline of config.yml, the policy's step, the action's.

No server and no trained model are needed: the components that `config.yml` names are built in its order, and those that
learn are trained on `data/nlu` (some 20 seconds, kept under build/). What follows the pipeline is the product's own code.
"""

from __future__ import annotations

import inspect
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

import rasa_fixes
from actions.answers import ActionAnswer
from actions.flow import ActionFallback, ActionResume
from actions.triage import ActionTriage
from dialogue.state import State
from dialogue.turn import Heard, emergency_is_due, take_in
from evaluation.reading import Mention, Reading
from launch.model import fingerprint
from triage.loading import REPOSITORY

#: actions that only read the state and answer; those that write to a person or delete data are left alone
_ACTIONS = {each.name(): each for each in (ActionAnswer(), ActionFallback(), ActionResume(), ActionTriage())}
#: what the components that learn depend on: nothing is trained anew while it stays the same
_LEARNED_FROM = ["config.yml", "data/nlu", "language", "requirements/runtime.txt"]


class Assistant:
    """The assistant at the start of a conversation; `read` does not change it."""

    def __init__(self, project: Path = REPOSITORY) -> None:
        """Builds and trains the pipeline of a project. Raises what Rasa raises where its files make no sense."""
        self._rules = _actions_of_rules(project)
        self._tracker = _NewConversation()
        kept = project / "build" / "evaluation" / f"pipeline-{fingerprint(project, _LEARNED_FROM)}"
        if kept.is_dir():
            self._components = list(_pipeline(project, kept, learned=True))
            return
        with tempfile.TemporaryDirectory() as folder:
            self._components = list(_pipeline(project, Path(folder), learned=False))
            for old in kept.parent.glob("pipeline-*"):
                shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(folder, kept)

    def read(self, text: str) -> Reading:
        """What becomes of `text` as the first message of a conversation."""
        from rasa.shared.nlu.training_data.message import Message  # see _pipeline

        message = Message({"text": text})
        for component in self._components:
            more = (
                {"tracker": self._tracker}
                if "tracker" in inspect.signature(component.process).parameters
                else {}
            )
            component.process([message], **more)
        parsed = {name: message.get(name) for name in ("intent", "entities", "understanding")}
        said = parsed["understanding"] or {}
        entities = [each for each in parsed["entities"] or [] if each["entity"] == "symptom"]
        intent = (parsed["intent"] or {}).get("name") or ""
        heard = Heard(
            text=text,
            intent=intent,
            confidence=(parsed["intent"] or {}).get("confidence") or 0.0,
            mentions=[(each["value"], each["role"]) for each in entities],
            facts=said.get("facts") or {},
            subject=said.get("subject"),
            person=said.get("person"),
            reply=said.get("reply"),
        )
        state = take_in(State(), heard)
        return Reading(
            text,
            tuple(Mention(each["value"], each["role"], each["start"], each["end"]) for each in entities),
            dict(heard.facts),
            state.subject,
            intent,
            state.care_level,
            self._topic(text, parsed, state),
        )

    def _topic(self, text: str, parsed: Mapping[str, Any], state: State) -> str | None:
        """The slot `topic` after the action that the rules choose; an emergency comes before every answer."""
        intent: str = (parsed["intent"] or {}).get("name") or ""
        if emergency_is_due(state):
            return None
        for name in self._rules.get(intent, ()):
            if name in _ACTIONS:
                tracker = Tracker(
                    "evaluation", state.slots(), {"text": text, **parsed}, [], False, None, {}, ""
                )
                events = _ACTIONS[name].run(CollectingDispatcher(), tracker, {})
                slots = {each["name"]: each["value"] for each in events if each["event"] == "slot"}
                if slots.get("topic"):
                    return str(slots["topic"])
        return None


class _NewConversation:
    """Stands for the tracker of a conversation in which nothing was said yet."""

    def current_slot_values(self) -> dict[str, Any]:
        return {}


def _pipeline(project: Path, folder: Path, learned: bool) -> Iterator[Any]:
    """The components of config.yml in their order; what they learn is in `folder`, or is put there."""
    rasa_fixes.apply()  # must come before anything of Rasa is imported
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.loading import load_data
    from rasa.shared.utils.common import class_from_module_path

    storage = LocalModelStorage(folder)
    context = ExecutionContext(GraphSchema({}), model_id="evaluation")
    settings = yaml.safe_load((project / "config.yml").read_text(encoding="utf-8"))
    for number, component in enumerate(settings["pipeline"]):
        kind: Any = class_from_module_path(component["name"])
        given = {name: value for name, value in component.items() if name != "name"}
        place = ({**kind.get_default_config(), **given}, storage, Resource(f"component-{number}"), context)
        learns = hasattr(kind, "train")
        made = kind.load(*place) if learns and learned else kind.create(*place)
        if learns and not learned:
            made.train(load_data(str(project / "data" / "nlu")))
        yield made


def _actions_of_rules(project: Path) -> dict[str, Sequence[str]]:
    """Intent -> the actions that data/rules takes on it."""
    found: dict[str, Sequence[str]] = {}
    for path in sorted((project / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            steps = rule["steps"]
            first = steps[0]
            intents = [each["intent"] for each in first.get("or", [first]) if "intent" in each]
            found |= {
                intent: [each["action"] for each in steps[1:] if "action" in each] for intent in intents
            }
    return found
