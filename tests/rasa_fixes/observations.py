"""What one Python process sees of Rasa, as JSON: `python -m tests.rasa_fixes.observations [all]`.

With `all` every fix is switched off and this is stock Rasa. Run twice by `test_rasa_fixes.py`, in fresh
processes, because a process that has imported Rasa once cannot show what importing it costs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
import psutil

import rasa_fixes
from tests.live_server import free_ports, wait_until

DOMAIN = """
version: "3.1"
intents: [greet, ask, affirm, deny]
entities: []
slots:
  open: {type: text, influence_conversation: true, mappings: [{type: custom}]}
responses:
  utter_hello: [{text: hello}]
  utter_yes: [{text: yes}]
actions: [action_answer, action_next]
"""
RULES = """
version: "3.1"
rules:
- {rule: hello, steps: [{intent: greet}, {action: utter_hello}]}
- {rule: answer, steps: [{intent: ask}, {action: action_answer}]}
- {rule: no, steps: [{intent: deny}, {action: utter_hello}, {action: utter_yes}]}
- rule: yes, to an open question
  condition: [{slot_was_set: [{open: q1}]}]
  steps: [{intent: affirm}, {action: action_next}]
"""
ACTION_ANSWERS: list[Any] = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "open", "value": {"a": 1}, "timestamp": None}], "responses": [{}]},
    {"events": [{"event": "slot", "name": 7}]},
    {"events": [{"event": "no such thing"}]},
    {"events": [{"event": "slot", "name": "open", "timestamp": "noon"}]},
    {"events": [{"event": "bot", "text": "hi", "data": {}}, {"event": "followup", "name": "action_next"}]},
    {"events": [{}]},
    {"events": "none"},
    {"responses": ["hi"]},
    {},
    [],
    None,
]


def imports() -> dict[str, Any]:
    import rasa.core.run
    import rasa.engine.recipes.default_components  # noqa: F401  # only what it brings along matters
    import spacy  # noqa: F401  # only what it brings along matters
    from rasa.core.channels import BUILTIN_CHANNELS

    def there(*names: str) -> int:
        return sum(name in sys.modules for name in names)

    return {
        "tensorflow": there("tensorflow"),
        "modules": len(sys.modules),
        "clients": there("pymongo.mongo_client", "boto3.session", "botocore.session"),
        "command_line": there("spacy.cli.download"),
        "charts": there("matplotlib.pyplot", "matplotlib.cbook"),
        "channel_clients": there("aiogram", "slack_sdk", "twilio", "webexteamssdk", "prompt_toolkit"),
        "channel_names": {name: channel.name() for name, channel in BUILTIN_CHANNELS.items()},
    }


def collector() -> dict[str, Any]:
    import gc

    return {"often": int(gc.get_threshold()[0] < 10_000)}


async def stand_ins() -> dict[str, Any]:
    """Whatever was put off is the real thing once it is used, in every way of using it."""
    from rasa.core.channels import BUILTIN_CHANNELS
    from rasa.core.channels.channel import InputChannel
    from rasa.core.channels.slack import SlackInput
    from rasa.core.channels.telegram import TelegramInput
    from rasa.core.tracker_store import TrackerStore
    from rasa.utils.endpoints import EndpointConfig

    class OurTelegram(TelegramInput):
        pass

    seen: dict[str, Any] = {
        "instance": isinstance("text", SlackInput),
        "subclass": issubclass(OurTelegram, InputChannel),
        "parent": OurTelegram.__mro__[1].__module__,
        "made": type(SlackInput(slack_token="t", slack_signing_secret="s")).__mro__[1].__name__,
        "builtin": BUILTIN_CHANNELS["telegram"] is OurTelegram.__mro__[1],
        "credentials": type(BUILTIN_CHANNELS["rest"].from_credentials(None)).__name__,
    }
    try:
        TrackerStore.create(
            EndpointConfig(type="mongod", url="mongodb://127.0.0.1:1", serverSelectionTimeoutMS=1)
        )
    except Exception as error:  # noqa: BLE001  # whatever stock Rasa raises is the thing observed
        seen["mongo"] = type(error).__name__
    import pymongo
    import rasa.core.test
    import rasa.nlu.test

    seen["later_import"] = pymongo.MongoClient.__name__
    seen["evaluation"] = [rasa.core.test.test.__module__, rasa.nlu.test.CVEvaluationResult.__module__]
    return seen


def spacy_models() -> dict[str, Any]:
    import spacy
    from rasa.nlu.utils.spacy_utils import SpacyNLP

    loads: list[str] = []

    def load(name: str, **_: Any) -> Any:
        loads.append(name)
        return spacy.blank("en")

    spacy.load = load
    spacy.info = lambda name: {"spacy_version": ">=3.0"}
    models = [SpacyNLP.load_model("en_core_web_md").model_name for _ in range(2)]
    return {"loads": len(loads), "names": models}


def module_search() -> dict[str, Any]:
    import numpy
    import skops.io._utils as skops_utils

    asked: list[str] = []

    class Nosy(ModuleType):
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            raise AttributeError(name)

    sys.modules["nosy"] = Nosy("nosy")
    nowhere = numpy.frompyfunc(abs, 1, 1)
    functions = numpy.add, numpy.sin, nowhere
    found = [skops_utils.whichmodule(function, function.__name__) for function in functions]
    del sys.modules["nosy"]
    return {"asked": len([name for name in asked if not name.startswith("__")]), "found": found}


def event_types() -> dict[str, Any]:
    import rasa.shared.utils.common as common
    from rasa.shared.core.events import Event

    walks = 0
    all_subclasses = common.all_subclasses

    def counted(cls: type) -> list[type]:
        nonlocal walks
        walks += cls is Event
        return all_subclasses(cls)

    common.all_subclasses = counted
    names = [Event.resolve_by_type(name).__name__ for name in ("slot", "user", "bot") * 10]
    answers = [Event.resolve_by_type("topic"), Event.resolve_by_type("unheard", Event) is Event]
    common.all_subclasses = all_subclasses
    try:
        Event.resolve_by_type("unheard")
    except ValueError:
        answers.append("ValueError")
    return {"walks": walks, "names": names, "answers": answers}


def action_answers() -> dict[str, Any]:
    import jsonschema
    from rasa.core.actions.action import RemoteAction

    checks = 0
    validator = jsonschema.validators.validator_for({})
    check_schema = validator.check_schema

    def counted(schema: Any) -> None:
        nonlocal checks
        checks += 1
        check_schema(schema)

    validator.check_schema = counted
    outcomes = []
    for answer in ACTION_ANSWERS:
        try:
            outcomes.append(RemoteAction("action_x", None)._validate_action_result(answer))
        except jsonschema.ValidationError as error:
            outcomes.append(error.message)
    validator.check_schema = check_schema
    return {"checks": checks, "outcomes": outcomes}


async def action_calls() -> dict[str, Any]:
    from aiohttp import web
    from rasa.core.actions import action
    from rasa.utils.endpoints import ClientResponseError, EndpointConfig

    peers: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        peers.append(request.transport)
        body = await request.json()
        if body.get("reject"):
            return web.json_response({"error": "no", "action_name": "a"}, status=400)
        token = request.headers.get("X-T")
        return web.json_response({"got": body, "query": dict(request.query), "token": token})

    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    address = f"http://127.0.0.1:{port}/webhook"
    endpoint = EndpointConfig(address, headers={"X-T": "t"}, token="s", token_name="k")
    answers = [await endpoint.request(json={"n": n}) for n in range(5)]
    try:
        await endpoint.request(json={"reject": True})
    except ClientResponseError as error:
        answers.append([error.status, json.loads(error.text)])
    connections = len({id(peer) for peer in peers})
    peers[-1].abort()  # the kept connection dies under the next call
    answers.append(await endpoint.request(json={"n": 9}))
    if "rasa_fixes.action_connection" in sys.modules:
        from rasa_fixes.action_connection import close_sessions

        await close_sessions()
    await runner.cleanup()
    return {"connections": connections, "answers": answers, "limit": action.DEFAULT_REQUEST_TIMEOUT}


OUTCOMES = ("action_answers", "action_waits", "action_refuses", "action_fails", "action_answers_wrongly", "action_missing")


async def inside() -> dict[str, Any]:
    """Actions of a package that `actions_module` names, and the same asked of an action server."""
    from rasa.core.actions.action import RemoteAction
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.core.nlg import TemplatedNaturalLanguageGenerator
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig

    holds_anything = DOMAIN.replace("type: text, influence_conversation: true", "type: any, influence_conversation: false")
    domain = Domain.from_yaml(holds_anything)
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)
    package = "tests.rasa_fixes.sample_actions"
    words: list[str] = []

    async def outcome(name: str, endpoint: EndpointConfig) -> Any:
        tracker = DialogueStateTracker("person", domain.slots)
        told: dict[str, Any] = {"told": ["as it was"]}
        for event in (ActionExecuted("action_listen"), UserUttered("hi", {"name": "ask"}), SlotSet("open", told)):
            tracker.update(event)
        try:
            events = await RemoteAction(name, endpoint).run(CollectingOutputChannel(), nlg, tracker, domain)
        except Exception as error:  # noqa: BLE001  # whatever is raised is the thing observed
            words.append("".join(traceback.format_exception(error)))
            return type(error).__name__
        given = [{key: value for key, value in e.as_dict().items() if key != "timestamp"} for e in events]
        return [given, told, len(tracker.events)]

    with _an_action_server(package) as url:
        over_http = {name: await outcome(name, EndpointConfig(url)) for name in OUTCOMES}
    here = EndpointConfig("", actions_module=package)
    outcomes = {name: await outcome(name, here) for name in OUTCOMES}
    begun = time.monotonic()
    hung = await outcome("action_hangs", here) if "rasa_fixes.actions_inside" in sys.modules else ""
    return {
        "needs_another_process": int(outcomes["action_answers"] != over_http["action_answers"]),
        "over_http": over_http,
        "refusal": over_http["action_refuses"],
        "inside": outcomes,
        "told_in_errors": sum("a secret" in text for text in words),
        "hung": [hung, time.monotonic() - begun],
    }


@contextlib.contextmanager
def _an_action_server(package: str) -> Iterator[str]:
    (port,) = free_ports(1)
    command = [sys.executable, "-W", "ignore", "-m", "rasa_sdk", "--actions", package, "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, 60, "the action server listens")
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        server.kill()
        server.wait()


def action_requests() -> dict[str, Any]:
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.domain import Domain

    domain = Domain.from_yaml(DOMAIN)
    tracker = _conversation(domain, ["action_listen", "ask", "q1", "action_answer"] * 25)
    call = RemoteAction("action_answer", None)._action_call_format(tracker, domain)
    events = call["tracker"].pop("events")
    said = [event["text"] for event in events if event["event"] == "user"]
    del call["tracker"]["latest_event_time"], call["tracker"]["latest_message"]["message_id"]
    return {"events": len(events), "last_two": said[-2:], "rest": call}


async def waiting() -> dict[str, Any]:
    from rasa.core.lock_store import InMemoryLockStore

    store = InMemoryLockStore()
    order: list[int] = []

    async def turn(number: int) -> None:
        async with store.lock("person"):
            await asyncio.sleep(0.03)
            order.append(number)

    begun = time.monotonic()
    await asyncio.gather(*(turn(number) for number in range(3)))
    return {"seconds": time.monotonic() - begun, "order": order}


def debug_lines() -> dict[str, Any]:
    import rasa.core.policies.rule_policy as rule_policy
    import rasa.core.processor as processor

    copied: list[str] = []

    class Value:
        def __deepcopy__(self, memo: Any) -> Value:
            copied.append("copied")
            return self

    for module in (processor, rule_policy):
        module.structlogger.debug("line", value=module.copy.deepcopy(Value()))
    return {"copied": len(copied)}


def _conversation(domain: Any, words: list[str]) -> Any:
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    tracker = DialogueStateTracker("person", domain.slots)
    tracker.update(ActionExecuted("action_session_start"))
    for word in words:
        if word.startswith("action_") or word.startswith("utter_"):
            tracker.update(ActionExecuted(word))
        elif word.startswith("q"):
            tracker.update(SlotSet("open", word))
        else:
            tracker.update(UserUttered(f"text of {word}", {"name": word, "confidence": 1.0}, []))
    return tracker


def tracker_copies() -> dict[str, Any]:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import EventVerbosity

    tracker = _conversation(Domain.from_yaml(DOMAIN), ["action_listen", "ask", "q1", "action_answer"] * 25)
    applied = 0
    apply_to = UserUttered.apply_to

    def counted(self: UserUttered, target: Any) -> None:
        nonlocal applied
        applied += 1
        apply_to(self, target)

    UserUttered.apply_to = counted
    twin = tracker.copy()
    UserUttered.apply_to = apply_to
    same = twin.current_state(EventVerbosity.ALL) == tracker.current_state(EventVerbosity.ALL)
    twin.update(_conversation(Domain.from_yaml(DOMAIN), ["q2"]).events[-1])
    return {
        "replayed": applied,
        "same": same,
        "slot": tracker.get_slot("open"),
        "events": len(tracker.events),
    }


def _rule_policy(folder: Path) -> tuple[Any, Any]:
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.generator import TrainingDataGenerator
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
    from rasa.shared.core.training_data.structures import StoryGraph

    domain = Domain.from_yaml(DOMAIN)
    graph = StoryGraph(YAMLStoryReader(domain).read_from_string(RULES))
    trackers = TrainingDataGenerator(graph, domain, augmentation_factor=0).generate()
    context = ExecutionContext(GraphSchema({}))
    storage, resource = LocalModelStorage.create(folder), Resource("rules")
    RulePolicy.create(RulePolicy.get_default_config(), storage, resource, context).train(trackers, domain)
    return RulePolicy.load(RulePolicy.get_default_config(), storage, resource, context), domain


def rule_predictions() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        policy, domain = _rule_policy(Path(folder))
        described = 0
        get_active_state = domain.get_active_state

        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal described
            described += 1
            return get_active_state(*args, **kwargs)

        domain.get_active_state = counted
        listen, long = "action_listen", ["action_listen", "greet", "utter_hello"] * 30
        conversations = [
            [],
            [listen, "greet"],
            [listen, "affirm"],
            [*long, listen, "ask"],
            [*long, listen, "ask", "action_answer"],
            [*long, listen, "deny", "utter_hello"],
            [*long, listen, "deny", "utter_hello", "utter_yes"],
            [*long, "q1", listen, "affirm"],
            [*long, "q1", listen, "affirm", "action_next"],
            [*long, "q2", listen, "affirm"],
            [*long, listen, "unheard"],
            [*long, "action_next"],
        ]
        predicted = []
        for words in conversations:
            prediction = policy.predict_action_probabilities(_conversation(domain, words), domain)
            best = prediction.max_confidence_index
            predicted.append([domain.action_names_or_texts[best], round(prediction.max_confidence, 3)])
    return {"described": described, "predicted": predicted}


def graph_runs() -> dict[str, Any]:
    from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    class Add(GraphComponent):
        def __init__(self, amount: int) -> None:
            self.amount = amount

        @classmethod
        def create(cls, config: Any, model_storage: Any, resource: Any, execution_context: Any) -> Add:
            return cls(config["amount"])

        def add(self, number: int, other: int = 0) -> int:
            return number + other + self.amount

        def fail(self, number: int) -> int:
            raise ValueError("out of order")

    def node(amount: int, fn: str = "add", **needs: str) -> SchemaNode:
        return SchemaNode(needs, Add, "create", fn, {"amount": amount}, eager=True)

    schema = GraphSchema(
        {
            "last": node(100, number="second", other="first"),
            "second": node(10, number="first"),
            "first": node(1, number="__start__"),
            "broken": node(0, "fail", number="first"),
        }
    )
    plans = 0
    minimal = GraphSchema.minimal_graph_schema

    def counted(self: GraphSchema, targets: Any = None) -> GraphSchema:
        nonlocal plans
        plans += 1
        return minimal(self, targets)

    GraphSchema.minimal_graph_schema = counted
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage.create(Path(folder))
        runner = DaskGraphRunner(schema, storage, ExecutionContext(schema))
        results: list[Any] = [runner.run({"__start__": n}, ["last"]) for n in range(3)]
        results.append(runner.run({"__start__": 5}, ["second", "first"]))
        try:
            runner.run({"__start__": 5}, ["broken"])
        except Exception as error:  # noqa: BLE001  # whatever stock Rasa raises is the thing observed
            results.append(type(error).__name__)
    GraphSchema.minimal_graph_schema = minimal
    return {"plans": plans, "results": results}


SEVERAL = """
import sys
import rasa_fixes
rasa_fixes.apply()
import sanic
app = sanic.Sanic("several", configure_logging=False)
app.get("/")(lambda request: sanic.response.text("hello"))
app.run("127.0.0.1", int(sys.argv[1]), workers=3, access_log=False, motd=False)
"""


def dead_workers() -> dict[str, Any]:
    """Three server processes, of which one is killed."""
    (port,) = free_ports(1)
    server = subprocess.Popen([sys.executable, "-W", "ignore", "-c", SEVERAL, str(port)], stderr=subprocess.DEVNULL)
    parent = psutil.Process(server.pid)

    def up() -> bool:
        return socket.socket().connect_ex(("127.0.0.1", port)) == 0 and len(parent.children()) == 3

    wait_until(up, 60, "three processes serve")
    before = parent.children()
    before[0].kill()
    before[0].wait(10)
    with contextlib.suppress(AssertionError):
        wait_until(lambda: len([child for child in parent.children() if child.is_running()]) == 3, 5, "three again")
    left = [child for child in parent.children() if child.status() != psutil.STATUS_ZOMBIE]
    answers = [httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text for _ in range(6)]
    server.terminate()
    try:
        server.wait(10)
        hangs = False
    except subprocess.TimeoutExpired:
        hangs = True
    for child in [child for child in left if child.is_running()]:
        child.kill()
    server.kill()
    server.wait(10)
    return {"before": len(before), "missing": 3 - len(left), "answers": answers, "hangs_at_the_end": int(hangs)}


async def api_input() -> dict[str, Any]:
    """What handlers of the HTTP API make of bodies that they cannot read."""
    from rasa import server
    from rasa.shared.core.domain import Domain

    app = server.create_app(auth_token="t")
    app.ctx.agent = SimpleNamespace(is_ready=lambda: True, domain=Domain.from_yaml(DOMAIN))
    handlers = {f"{method} /{route.path}": route.handler for route in app.router.routes for method in route.methods}

    async def status(route: str, body: Any, token: str = "t") -> int:
        sent = SimpleNamespace(body=json.dumps(body).encode(), json=body, args={"token": token}, headers={})
        try:
            await handlers[route](sent, **({"conversation_id": "a"} if "<" in route else {}))
        except server.ErrorResponse as error:
            return int(error.status)
        except AttributeError:  # Sanic makes 500 of it
            return 500
        return 200

    messages = next(route for route in handlers if route.endswith("/messages"))
    bodies: list[tuple[str, Any]] = [("POST /model/parse", {}), ("POST /model/parse", {"text": 5}), (messages, [])]
    answered = [await status(route, body) for route, body in bodies]
    without_token = [await status(route, body, "guessed") for route, body in bodies]
    return {"broken": sum(found >= 500 for found in answered), "without_token": without_token}


def stock_component() -> dict[str, Any]:
    """Asking for a component that needs TensorFlow must give the real one, whatever was put off before."""
    from rasa.engine.graph import GraphComponent
    from rasa.engine.recipes import default_components
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.shared.utils.common import class_from_module_path
    from rasa.utils import train_utils

    by_name = DefaultV1Recipe._from_registry("DIETClassifier").clazz
    by_path = class_from_module_path("rasa.core.policies.ted_policy.TEDPolicy")
    return {
        "real": all("tensorflow" in sys.modules and hasattr(found, "load") for found in (by_name, by_path)),
        "same": default_components.TEDPolicy is by_path and default_components.DIETClassifier is by_name,
        "all_real": all(issubclass(found, GraphComponent) for found in default_components.DEFAULT_COMPONENTS),
        "defaults": sorted(by_name.get_default_config())[:3],
        "data": train_utils.RasaBatchDataGenerator.__module__,
    }


def main() -> None:
    applied = rasa_fixes.apply(sys.argv[1] if len(sys.argv) > 1 else None)
    begun = time.process_time()
    seen: dict[str, Any] = {"applied": applied, "imports": imports()}
    seen["imports"]["cpu_seconds"] = time.process_time() - begun
    seen["collector"] = collector()
    seen["stand_ins"] = asyncio.run(stand_ins())
    seen["spacy_models"] = spacy_models()
    seen["event_types"] = event_types()
    seen["action_answers"] = action_answers()
    seen["action_calls"] = asyncio.run(action_calls())
    seen["inside"] = asyncio.run(inside())
    seen["action_requests"] = action_requests()
    seen["waiting"] = asyncio.run(waiting())
    seen["debug_lines"] = debug_lines()
    seen["tracker_copies"] = tracker_copies()
    seen["rule_predictions"] = rule_predictions()
    seen["graph_runs"] = graph_runs()
    seen["dead_workers"] = dead_workers()
    seen["api_input"] = asyncio.run(api_input())
    begun = time.process_time()
    seen["module_search"] = module_search()
    seen["module_search"]["cpu_seconds"] = time.process_time() - begun
    seen["stock_component"] = stock_component()
    print("\n" + json.dumps(seen))


if __name__ == "__main__":
    main()
