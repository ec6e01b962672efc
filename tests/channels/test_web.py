"""The web channel over HTTP: pages, headers, session ids, messages once, erasing."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from sanic import Sanic, response

from channels.gate import Gate
from channels.web import LARGEST_BODY, NOTE_HEADER, SESSION_HEADER, WebChannel, web_blueprint
from channels.web_conversations import Conversations, ErasuresNoted
from channels.web_pages import BUILD, frame_ancestors, load_pages
from channels.web_session import Notes, SessionIds, secret_from, sender_id
from settings import ROOT, SettingError, load
from tests.live_server import free_ports

_numbers = itertools.count()
BUTTONS = [{"title": "None of these", "payload": "none of these"}]


class Assistant:
    """A scripted assistant behind the web channel, reached over HTTP without a socket."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.received: list[UserMessage] = []
        self.store = InMemoryTrackerStore(
            Domain.from_dict({"slots": {"handed_over": {"type": "bool", "mappings": [{"type": "custom"}]}}})
        )
        self.locks = InMemoryLockStore()
        self.folder = folder
        self.settings = load({"MESSAGES_PER_MINUTE": "600", "HANDOVER_TOKEN": "secret", **settings})
        self.pause = 0.0
        self._server: Any = None
        self.client = httpx.AsyncClient()

    async def start(self) -> None:
        """Serves on loopback; called again, a new server with the same store takes the old one's place."""
        await self.stop()
        app = Sanic(f"web-{next(_numbers)}", configure_logging=False)
        app.ctx.agent = SimpleNamespace(
            tracker_store=self.store, lock_store=self.locks, domain=self.store.domain, processor=SimpleNamespace()
        )

        @app.get("/")
        async def as_rasa_has_it(request: Any) -> Any:
            return response.text("Hello from Rasa")

        record = ErasuresNoted()
        record.app = app
        gate = Gate(self.on_new_message, "web", settings=self.settings, record=record, safety_net=Quiet())
        conversations = Conversations(gate, record, persons=True)
        app.blueprint(web_blueprint(conversations, self.settings, self.folder), url_prefix="/")
        Sanic.test_mode = True  # without it a second server in one process does not answer
        (port,) = free_ports(1)
        self._server = await app.create_server(
            "127.0.0.1", port, return_asyncio_server=True, access_log=False
        )
        await self._server.startup()
        await self._server.before_start()
        await self._server.after_start()
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    async def stop(self) -> None:
        """Ends the server."""
        await self.client.aclose()
        if self._server is not None:
            await self._server.before_stop()
            await self._server.close()
            await self._server.after_stop()

    async def on_new_message(self, message: UserMessage) -> None:
        """Repeats what is said, with a button."""
        self.received.append(message)
        await asyncio.sleep(self.pause)
        assert message.sender_id is not None
        tracker = await self.store.get_or_create_tracker(message.sender_id)
        text = f"You wrote: {message.text}"
        tracker.update(UserUttered(message.text, message_id=message.message_id))
        tracker.update(BotUttered(text, {"buttons": BUTTONS}))
        await self.store.save(tracker)
        await message.output_channel.send_response(message.sender_id, {"text": text, "buttons": BUTTONS})

    async def session(self) -> str:
        """A new session id."""
        return str((await self.client.post("/widget/session")).json()["session"])

    async def say(
        self, session: str, number: int, text: str = "hello", attempt: int = 1, **more: Any
    ) -> httpx.Response:
        """Sends a message."""
        body = {"id": f"message-{number}", "text": text, "attempt": attempt, **more}
        return await self.client.post("/widget/messages", json=body, headers={SESSION_HEADER: session})


class Quiet:
    """A safety net with one sentence."""

    def messages_for(self, text: str, *_: Any) -> list[dict[str, Any]]:
        """One safe message."""
        return [{"text": "Something went wrong."}]

    def slots_after(self, *_: Any) -> dict[str, Any]:
        """Nothing is kept."""
        return {}


@pytest_asyncio.fixture
async def assistant(tmp_path: Path) -> AsyncIterator[Assistant]:
    """A scripted assistant."""
    running = Assistant(tmp_path)
    await running.start()
    yield running
    await running.stop()


async def test_the_page_stands_at_the_root_where_rasa_says_hello(assistant: Assistant) -> None:
    page = await assistant.client.get("/")
    assert "<neckwise-chat>" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"


async def test_without_javascript_the_page_has_the_numbers(assistant: Assistant) -> None:
    page = (await assistant.client.get("/")).text
    assert re.findall(r'href="tel:(\d+)"', page) == ["112", "999", "911"]
    assert "<noscript>" in page


@pytest.mark.parametrize("address", ["/", "/demo", "/widget/frame"])
async def test_our_pages_have_a_strict_policy(assistant: Assistant, address: str) -> None:
    page = await assistant.client.get(address)
    policy = page.headers["content-security-policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "require-trusted-types-for 'script'",
        "base-uri 'none'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in page.headers
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=| style=", page.text)
    # the style within the page is the one the policy names, and no other would be taken
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in policy


async def test_only_the_frame_may_be_framed(tmp_path: Path) -> None:
    assistant = Assistant(
        tmp_path, ALLOWED_EMBED_ORIGINS="https://clinic.example, https://*.health.example:8443"
    )
    await assistant.start()
    for address, allowed in (
        ("/", "'none'"),
        ("/demo", "'none'"),
        ("/widget/frame", "'self' https://clinic.example https://*.health.example:8443"),
    ):
        policy = (await assistant.client.get(address)).headers["content-security-policy"]
        assert f"frame-ancestors {allowed};" in policy
    await assistant.stop()


def test_any_site_may_show_the_widget_by_default() -> None:
    assert frame_ancestors(load({}).allowed_embed_origins.split()) == "*"


@pytest.mark.parametrize(
    "wrong", ["clinic.example", "https://a.example/path", "*", "https://a.example; script-src *"]
)
def test_a_wrong_origin_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(SettingError, match="ALLOWED_EMBED_ORIGINS"):
        load({"ALLOWED_EMBED_ORIGINS": wrong})


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("", None)],
)
async def test_the_smallest_accepted_form_is_sent(
    assistant: Assistant, accepted: str, coding: str | None
) -> None:
    raw = assistant.client.build_request("GET", "/widget/loader.js", headers={"Accept-Encoding": accepted})
    answer = await assistant.client.send(raw, stream=True)
    body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    plain = (BUILD / "loader.js").read_bytes()
    if coding == "gzip":
        assert gzip.decompress(body) == plain
    if coding is None:
        assert body == plain


async def test_what_the_browser_has_is_not_sent_again(assistant: Assistant) -> None:
    tags = set()
    for accepted in ("br", "gzip", "identity"):
        first = await assistant.client.get("/widget/loader.js", headers={"Accept-Encoding": accepted})
        tags.add(first.headers["etag"])
        again = {"Accept-Encoding": accepted, "If-None-Match": f'"other", W/{first.headers["etag"]}'}
        second = await assistant.client.get("/widget/loader.js", headers=again)
        assert (second.status_code, second.content) == (304, b"")
    assert len(tags) == 3


async def test_only_files_with_a_hash_in_their_name_are_kept_for_ever(assistant: Assistant) -> None:
    for name, page in load_pages().items():
        address = {"chat.html": "/", "demo.html": "/demo"}.get(name, f"/widget/{name}")
        kept = (await assistant.client.get(address)).headers["cache-control"]
        hashed = re.search(r"-[0-9a-f]{10}\.", page.name) is not None
        assert ("immutable" in kept) == hashed or name == "icon.svg", name


@pytest.mark.parametrize("name", ["nothing.js", "../web.py", "..%2Fweb.py", "chat.html", "loader.js.gz"])
async def test_nothing_else_is_served(assistant: Assistant, name: str) -> None:
    assert (await assistant.client.get(f"/widget/{name}")).status_code == 404


async def test_every_section_of_the_article_has_its_place_on_the_demo_page(assistant: Assistant) -> None:
    page = (await assistant.client.get("/demo")).text
    sections = set(re.findall(r"section: \"?(.+?)\"?$", (ROOT / "knowledge/article.yml").read_text(), re.M))
    assert sections
    for section in sections:
        anchor = re.sub(r"[^\w]+", "_", section.lower()).strip("_")
        assert f'id="{anchor}"' in page, section


async def test_a_message_is_answered(assistant: Assistant) -> None:
    session = await assistant.session()
    answer = await assistant.say(session, 1, locale="en-GB")
    assert answer.json() == {"messages": [{"text": "You wrote: hello", "buttons": BUTTONS}]}
    assert answer.headers["cache-control"] == "no-store"
    message = assistant.received[0]
    assert (message.input_channel, message.message_id) == ("web", "message-1")
    assert message.metadata == {"locale": "en-GB"}
    assert message.sender_id == sender_id(session)
    assert session not in str(message.sender_id)


@pytest.mark.parametrize("made_up", ["", "x", "a.b", "🙂.🙂", "a" * 100, "web:0123456789abcdef"])
async def test_a_session_id_that_was_not_issued_is_refused(assistant: Assistant, made_up: str) -> None:
    headers = {SESSION_HEADER.encode(): made_up.encode()}
    for method, path in (("POST", "messages"), ("POST", "news"), ("DELETE", "conversation")):
        body = {"id": "message-1", "text": "x"}
        answer = await assistant.client.request(method, f"/widget/{path}", json=body, headers=headers)
        assert answer.status_code == 401
    assert assistant.received == []


async def test_a_changed_session_id_is_refused(assistant: Assistant) -> None:
    session = await assistant.session()
    for at in range(len(session)):
        changed = session[:at] + ("A" if session[at] != "A" else "B") + session[at + 1 :]
        assert (await assistant.say(changed, 1)).status_code == 401


def test_session_ids_are_random_and_bound_to_the_secret() -> None:
    ids = SessionIds(b"0123456789abcdef")
    issued = {ids.issue() for _ in range(1000)}
    assert len(issued) == 1000
    assert all(ids.is_genuine(one) for one in issued)
    assert not any(SessionIds(b"another secret!!").is_genuine(one) for one in issued)


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secret"
    first = secret_from("", file)
    assert secret_from("", file) == first
    assert file.stat().st_mode & 0o077 == 0
    assert secret_from("a secret that was set", file) == b"a secret that was set"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"text": "x"}',
        b'{"id": "message-1"}',
        b'{"id": "short", "text": "x"}',
        b'{"id": "message-1", "text": 1}',
        b'{"id": "message-1", "text": "x", "button": "y"}',
        b'{"id": "message-1", "button": ["x"]}',
        b'{"id": ["message-1"], "text": "x"}',
    ],
)
async def test_what_is_no_message_is_refused(assistant: Assistant, body: bytes) -> None:
    headers = {SESSION_HEADER: await assistant.session(), "Content-Type": "application/json"}
    answer = await assistant.client.post("/widget/messages", content=body, headers=headers)
    assert answer.status_code == 400
    assert assistant.received == []


async def test_an_enormous_body_is_refused(assistant: Assistant) -> None:
    answer = await assistant.say(await assistant.session(), 1, "x" * LARGEST_BODY)
    assert answer.status_code == 413


async def test_asked_twice_it_is_handled_once_and_answered_twice(assistant: Assistant) -> None:
    assistant.pause = 0.05
    session = await assistant.session()
    answers = await asyncio.gather(*(assistant.say(session, 1, attempt=number) for number in (1, 2, 3)))
    late = await assistant.say(session, 1, attempt=4)
    assert len({answer.text for answer in [*answers, late]}) == 1
    assert len(assistant.received) == 1


async def test_after_a_restart_the_reply_comes_from_the_tracker(assistant: Assistant) -> None:
    session = await assistant.session()
    first = await assistant.say(session, 1, "before the restart")
    await assistant.say(session, 2, "another")
    await assistant.start()
    again = await assistant.say(session, 1, "before the restart", attempt=2)
    assert again.json() == first.json()
    assert len(assistant.received) == 2


async def test_a_message_that_never_arrived_is_handled_at_the_second_attempt(assistant: Assistant) -> None:
    answer = await assistant.say(await assistant.session(), 1, "at last", attempt=2)
    assert answer.json()["messages"][0]["text"] == "You wrote: at last"


async def test_only_buttons_that_were_offered_are_taken(assistant: Assistant) -> None:
    session = await assistant.session()
    await assistant.say(session, 1)
    headers = {SESSION_HEADER: session}
    forged = {"id": "message-2", "button": '/inform{"fever": "present"}'}
    await assistant.client.post("/widget/messages", json=forged, headers=headers)
    assert [message.text for message in assistant.received] == ["hello"]
    offered = {"id": "message-3", "button": "none of these"}
    await assistant.client.post("/widget/messages", json=offered, headers=headers)
    assert [message.text for message in assistant.received] == ["hello", "none of these"]


async def test_typed_commands_reach_rasa_as_text(assistant: Assistant) -> None:
    await assistant.say(await assistant.session(), 1, "/restart")
    assert [message.text for message in assistant.received] == ["restart"]


async def test_erasing_leaves_nothing_and_ends_the_session(assistant: Assistant) -> None:
    session, other = await assistant.session(), await assistant.session()
    await assistant.say(session, 1)
    await assistant.say(other, 1)
    answer = await assistant.client.delete("/widget/conversation", headers={SESSION_HEADER: session})
    assert answer.status_code == 204
    assert list(await assistant.store.keys()) == [sender_id(other)]
    assert (await assistant.say(session, 2)).status_code == 401
    assert (await assistant.say(session, 1, attempt=2)).status_code == 401


async def test_erasing_waits_for_the_turn_under_way(assistant: Assistant) -> None:
    assistant.pause = 0.2
    session = await assistant.session()
    turn = asyncio.create_task(assistant.say(session, 1))
    await asyncio.sleep(0.05)
    await assistant.client.delete("/widget/conversation", headers={SESSION_HEADER: session})
    await turn
    assert list(await assistant.store.keys()) == []


async def test_erasing_asked_for_in_words_is_told_to_the_browser(assistant: Assistant) -> None:
    session = await assistant.session()
    await assistant.say(session, 1)

    async def erase(message: UserMessage) -> None:
        custom = {"data": {"kind": "erase", "version": 1}}
        await message.output_channel.send_response(
            "", {"text": "Your data has been deleted.", "custom": custom}
        )

    assistant.on_new_message = erase  # type: ignore[method-assign]
    await assistant.start()
    answer = await assistant.say(session, 2, "yes")
    assert answer.json() == {"messages": [{"text": "Your data has been deleted."}], "erased": True}
    assert list(await assistant.store.keys()) == []
    assert (await assistant.say(session, 2, "yes", attempt=2)).json() == answer.json()
    assert (await assistant.say(session, 3)).status_code == 401


async def test_what_a_person_writes_is_given_out_once(assistant: Assistant) -> None:
    session = await assistant.session()
    await assistant.say(session, 1)
    tracker = await assistant.store.get_or_create_tracker(sender_id(session))
    tracker.update(SlotSet("handed_over", True))
    tracker.update(BotUttered("This is Ann.", metadata={"said_by": "person"}))
    await assistant.store.save(tracker)

    async def news(seen: int) -> Any:
        headers = {SESSION_HEADER: session}
        return (await assistant.client.post("/widget/news", json={"seen": seen}, headers=headers)).json()

    assert await news(0) == {"messages": [{"text": "This is Ann."}], "person": True}
    assert await news(1) == {"messages": [], "person": True}
    assert (await assistant.say(session, 1)).json()["person"] is True


def test_the_channel_is_made_from_credentials_without_any() -> None:
    channel = WebChannel.from_credentials(None)
    assert (channel.name(), channel.url_prefix()) == ("web", "/")


SHOWN = {"kind": "care_level", "version": 1, "level": "emergency", "title": "Call now", "phone_numbers": []}
CARE = {**SHOWN, "what_to_do": ["Do not drive."], "reasons": [{"text": "You have a fever.", "source": "NHS"}]}


async def with_note(assistant: Assistant, *said: dict[str, Any]) -> tuple[str, str]:
    """A session in which the assistant said this, and its note."""
    answer = (await assistant.client.post("/widget/session")).json()
    tracker = await assistant.store.get_or_create_tracker(sender_id(answer["session"]))
    tracker.update(UserUttered("my neck is stiff"))
    for data in said:
        tracker.update(BotUttered("words", {"custom": {"data": data}}))
    await assistant.store.save(tracker)
    return answer["session"], answer["note"]


async def emergency_of(assistant: Assistant, note: str) -> httpx.Response:
    """What a note gives."""
    return await assistant.client.post("/widget/emergency", headers={NOTE_HEADER: note})


async def test_a_note_gives_the_emergency_of_its_conversation(assistant: Assistant) -> None:
    other = {**CARE, "level": "urgent"}
    _, note = await with_note(assistant, CARE, other, {"kind": "sources"})
    assert (await emergency_of(assistant, note)).json() == {"emergency": SHOWN}
    _, calm = await with_note(assistant, other)
    assert (await emergency_of(assistant, calm)).json() == {"emergency": None}
    assert len(calm) == len(note)


async def test_a_dismissed_note_gives_nothing_and_looks_the_same(assistant: Assistant) -> None:
    _, note = await with_note(assistant, CARE)
    answer = await assistant.client.delete("/widget/emergency", headers={NOTE_HEADER: note})
    quiet = answer.json()["note"]
    assert (await emergency_of(assistant, quiet)).json() == {"emergency": None}
    assert len(quiet) == len(note)


async def test_a_note_is_no_session(assistant: Assistant) -> None:
    session, note = await with_note(assistant, CARE)
    assert (await assistant.say(note, 1)).status_code == 401
    news = await assistant.client.post("/widget/news", json={"seen": 0}, headers={SESSION_HEADER: note})
    assert news.status_code == 401
    by_note = await assistant.client.post("/widget/news", json={"seen": 0}, headers={NOTE_HEADER: note})
    assert by_note.status_code == 401
    assert session not in note
    assert sender_id(session).removeprefix("web:") not in note


async def test_a_note_erases_its_conversation(assistant: Assistant) -> None:
    session, note = await with_note(assistant, CARE)
    answer = await assistant.client.delete("/widget/conversation", headers={NOTE_HEADER: note})
    assert answer.status_code == 204
    assert await assistant.store.retrieve(sender_id(session)) is None
    assert (await emergency_of(assistant, note)).json() == {"emergency": None}


@pytest.mark.parametrize("spoil", [lambda note: "", lambda note: note[:-6] + "AAAAA=", lambda note: "x" * 5000])
async def test_a_note_that_is_not_ours_is_refused(assistant: Assistant, spoil: Any) -> None:
    _, note = await with_note(assistant, CARE)
    bad = spoil(note)
    assert (await emergency_of(assistant, bad)).status_code == 401
    assert (await assistant.client.delete("/widget/emergency", headers={NOTE_HEADER: bad})).status_code == 401
    assert (await assistant.client.delete("/widget/conversation", headers={NOTE_HEADER: bad})).status_code == 401


def test_a_note_of_another_server_or_of_yesterday_is_refused() -> None:
    ours = Notes(b"a secret of the web channel")
    note = ours.issue("web:1")
    assert ours.read(note) is not None
    assert Notes(b"another one of some length").read(note) is None
    assert Notes(b"a secret of the web channel", good_for_seconds=-1).read(note) is None


async def test_an_emergency_is_not_denied_while_the_database_is_away(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, note = await with_note(assistant, CARE)

    async def away(*_: Any) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(assistant.store, "retrieve", away)
    assert (await emergency_of(assistant, note)).status_code >= 500
