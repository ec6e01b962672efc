"""Bad input by the hundred (by the thousand with FUZZ=5000): no 500, no silence, no long turn, nothing in a log.

What is measured as a stall is the CPU that a request takes in the server process: the event loop is busy for as
long, and other programs on the machine do not count.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live_server import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

EXAMPLES = int(os.environ.get("FUZZ", "60"))
STALL_SECONDS = 0.25
GROWTH_MB = 60
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="FUZZ" not in os.environ,
    database=None,
)

odd = st.sampled_from(
    [
        "\u202eabc\u202c",
        "stiff\u200bneck\u200d",
        "\ufeffhello",
        "e\u0301" * 50,
        "\U0001f635\u200d\U0001f4ab" * 20,
        '/restart{"x":1}',
        "\n/greet",
        "{{7*7}} {0} {name} %s",
        "../../etc/passwd\0",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "(" * 500,
        "no " * 300 + "fever",
        "1" * 400,
        "-1e999",
        "ﬁever ＮＥＣＫ",
    ]
)
anything = st.one_of(
    st.text(max_size=300), odd, st.text(alphabet="\x00\x07\x1b\x7f\u2028\u0085 \t\n", max_size=40)
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), anything),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=8,
)
names = st.sampled_from(
    ["id", "text", "button", "attempt", "locale", "seen", "sender", "message", "metadata"]
)
bodies = st.one_of(values, st.dictionaries(names, values, max_size=6))
headers = st.dictionaries(
    st.sampled_from(
        ["X-Neckwise-Session", "Accept-Language", "Origin", "Content-Type", "Content-Encoding", "X-Odd"]
    ),
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60).map(str.strip),
    max_size=3,
)
routes = st.sampled_from(
    [
        ("GET", "/"),
        ("GET", "/demo"),
        ("GET", "/widget/frame"),
        ("GET", "/widget/loader.js"),
        ("GET", "/nowhere"),
        ("POST", "/widget/session"),
        ("POST", "/widget/messages"),
        ("POST", "/widget/news"),
        ("DELETE", "/widget/conversation"),
        ("POST", "/webhooks/rest/webhook"),
        ("GET", "/webhooks/telegram/webhook"),
        ("POST", "/webhooks/slack/webhook"),
        ("POST", "/webhooks/twilio/webhook"),
        ("POST", "/webhooks/facebook/webhook"),
    ]
)


some_name = st.sampled_from(["there", "nobody", "a b", "%00", "\u202e", "x" * 300])
api_names = st.sampled_from(
    ["text", "sender", "name", "entities", "parse_data", "policy", "confidence", "event", "value", "timestamp", "nlu", "intent"]
)
api_values = st.one_of(values, st.sampled_from(["user", "slot", "greet", "action_answer", "restart", "bot", "findings"]))
api_bodies = st.one_of(
    values,
    st.dictionaries(api_names, api_values, max_size=6),
    st.lists(st.dictionaries(api_names, api_values, max_size=6), max_size=4),
)
api_routes = st.one_of(
    st.sampled_from(
        [
            ("GET", "/status"),
            ("GET", "/version"),
            ("GET", "/domain"),
            ("POST", "/model/parse"),
            ("POST", "/model/predict"),
            ("POST", "/model/train"),
            ("POST", "/model/test/stories"),
            ("POST", "/model/test/intents"),
            ("PUT", "/model"),
        ]
    ),
    st.tuples(
        st.just("GET"), st.tuples(some_name, st.sampled_from(["tracker", "story"])).map("/conversations/{0[0]}/{0[1]}".format)
    ),
    st.tuples(
        st.just("POST"),
        st.tuples(
            some_name, st.sampled_from(["tracker/events", "execute", "trigger_intent", "predict", "messages"])
        ).map("/conversations/{0[0]}/{0[1]}".format),
    ),
    st.tuples(st.just("PUT"), some_name.map("/conversations/{}/tracker/events".format)),
)
api_queries = st.dictionaries(
    st.sampled_from(["include_events", "until", "all_sessions", "output_channel", "emulation_mode", "callback", "e2e"]),
    st.sampled_from(["ALL", "NONE", "no", "true", "5", "-1e9", "rest", "latest", "wit", "luis", "x"]),
    max_size=3,
)


class Watched:
    """The server, with an eye on its CPU."""

    def __init__(self, server: LiveServer) -> None:
        process = server.rasa_process()
        assert process is not None
        self.server = server
        self.process: psutil.Process = process
        self.http = httpx.Client(base_url=server.base_url, timeout=60, trust_env=False)

    def cpu(self) -> float:
        return sum(self.process.cpu_times()[:2])

    def send(self, method: str, path: str, parts: int = 1, **options: Any) -> httpx.Response:
        """One request, worked on in `parts`; fails on a 500 and on a stall."""
        before = self.cpu()
        response = self.http.request(method, path, **options)
        took = self.cpu() - before
        assert response.status_code < 500, f"{method} {path}: {response.status_code} {response.text[:300]}"
        assert took <= parts * STALL_SECONDS + 0.02, f"{method} {path} kept the server busy for {took:.2f} s"
        return response


@pytest.fixture(scope="module")
def watched(server: LiveServer) -> Iterator[Watched]:
    """The server after everything that is loaded at first use has been loaded."""
    for text in ("hello", "my neck is stiff", "i have a fever", "what about vitamin d?"):
        server.post(server.new_sender(), text)
    made = Watched(server)
    yield made
    made.http.close()


def test_any_text_gets_an_answer(watched: Watched) -> None:
    @fuzz
    @given(anything)
    def say(text: str) -> None:
        body = json.dumps({"sender": watched.server.new_sender(), "message": text})
        answer = watched.send("POST", "/webhooks/rest/webhook", content=body)
        messages = answer.json()
        assert messages, f"no answer to {text!r}"
        assert all(message.get("text") for message in messages)

    say()


def test_any_text_from_the_chat_page_gets_an_answer(watched: Watched) -> None:
    session = watched.send("POST", "/widget/session").json()["session"]

    @fuzz
    @given(anything, st.booleans())
    def say(text: str, pressed: bool) -> None:
        body = {"id": uuid.uuid4().hex, ("button" if pressed else "text"): text, "attempt": 1, "locale": "en"}
        named = {"X-Neckwise-Session": session}
        answer = watched.send("POST", "/widget/messages", content=json.dumps(body), headers=named)
        if answer.status_code == 200:
            assert answer.json()["messages"], f"no answer to {text!r}"
        else:
            assert answer.status_code in (400, 401, 413, 422, 429)
            assert answer.text

    say()


def test_any_text_can_be_parsed(watched: Watched) -> None:
    @fuzz
    @given(anything)
    def parse(text: str) -> None:
        body = json.dumps({"text": text})
        watched.send("POST", "/model/parse", params={"token": watched.server.token}, content=body)

    parse()


def test_any_body_on_any_route_is_refused_or_answered(watched: Watched) -> None:
    @fuzz
    @given(
        routes,
        st.one_of(bodies.map(lambda body: json.dumps(body).encode()), st.binary(max_size=200)),
        headers,
    )
    def send(route: tuple[str, str], body: bytes, sent: dict[str, str]) -> None:
        watched.send(*route, content=body if route[0] != "GET" else None, headers=sent)

    send()


def test_any_body_on_any_route_of_the_api_is_refused_or_answered(watched: Watched) -> None:
    watched.server.post("there", "my neck is stiff")

    @fuzz
    @given(
        api_routes,
        st.one_of(api_bodies.map(lambda body: json.dumps(body).encode()), st.binary(max_size=200)),
        api_queries,
    )
    def send(route: tuple[str, str], body: bytes, query: dict[str, str]) -> None:
        content = body if route[0] != "GET" else None
        watched.send(*route, content=content, params={**query, "token": watched.server.token})

    send()
    assert watched.server.talk().say("hello")


# The gate looks for red flags in the first 20,000 characters, 2,000 at a time, and lets others in between.
PARTS_SEARCHED = 10


@pytest.mark.parametrize("size", [100_000, 2_000_000])
@pytest.mark.parametrize("unit", ["a", "no fever but ", "fever. ", "\u202e", "stiff neck, "])
def test_a_huge_message_neither_stalls_nor_silences(watched: Watched, size: int, unit: str) -> None:
    text = (unit * (size // len(unit) + 1))[:size]
    body = json.dumps({"sender": watched.server.new_sender(), "message": text})
    answer = watched.send("POST", "/webhooks/rest/webhook", parts=PARTS_SEARCHED, content=body)
    assert answer.status_code in (200, 413)
    assert answer.text


def test_no_text_of_a_person_is_in_a_log(watched: Watched) -> None:
    secret = "qzxwvy" + uuid.uuid4().hex[:10]
    for text in (f"my name is {secret}", f"/{secret}", f"{secret} fever and stiff neck", f"\0{secret}"):
        watched.send(
            "POST",
            "/webhooks/rest/webhook",
            content=json.dumps({"sender": watched.server.new_sender(), "message": text}),
        )
    watched.send("POST", "/webhooks/rest/webhook", content=b'{"message": "' + secret.encode())
    assert secret not in watched.server.output()


def test_memory_does_not_grow(watched: Watched) -> None:
    def talk(turns: int) -> None:
        for number in range(turns):
            words = " ".join(f"{uuid.uuid4().hex[:9]}" for _ in range(60))
            text = f"my neck is stiff since {number} days \u202e and {words}"
            body = json.dumps({"sender": watched.server.new_sender(), "message": text})
            watched.send("POST", "/webhooks/rest/webhook", content=body)

    talk(100)
    before = watched.process.memory_info().rss
    talk(max(150, EXAMPLES))
    grown = (watched.process.memory_info().rss - before) / 2**20
    assert grown < GROWTH_MB, f"{grown:.0f} MB more"
