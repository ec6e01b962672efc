"""The web channel: serves the chat page, the widget's loader and the demo page, and carries their messages.

| address | answers |
|---|---|
| `GET /` | the chat as a full page |
| `GET /demo` | a health page with the widget in it |
| `GET /widget/loader.js` | the script for other people's pages |
| `GET /widget/frame` | the chat, for the frame that the loader makes |
| `POST /widget/session` | `{"session": id, "note": ...}`, a new session id and its note |
| `POST /widget/messages` | `{"messages": [...]}`, for `{"id", "text"/"button", "attempt", "locale"}` |
| `POST /widget/news` | `{"messages": [...], "person": ...}`, from a person, beyond the first `{"seen"}` |
| `POST /widget/emergency` | `{"emergency": ...}`, the last emergency message of a note's conversation, or null |
| `DELETE /widget/emergency` | `{"note": ...}`, one that no longer gives the emergency |
| `DELETE /widget/conversation` | 204 once the conversation is erased |

Beside its messages an answer has `"person": true` while a person has the conversation, and `"erased": true`
when it was erased because the one who writes asked for it. Messages, news and erasing want the session id in
the header `X-Neckwise-Session`: it never stands in an address. The note, which a host page keeps where its frame
may store nothing, goes in `X-Neckwise-Note`, for the last three.
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from channels.erasure import CannotErase
from channels.gate import Gate, Incoming
from channels.record import Message
from channels.web_conversations import Conversations, ErasuresNoted
from channels.web_pages import Page, cache_rule, frame_ancestors, load_pages, security_headers, unchanged
from channels.web_session import Note, Notes, SessionIds, secret_from, sender_id
from settings import ROOT, Settings
from settings import load as load_settings

SESSION_HEADER = "X-Neckwise-Session"
NOTE_HEADER = "X-Neckwise-Note"
LARGEST_BODY = 512 * 1024
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

log = structlog.get_logger(__name__)


class WebChannel(InputChannel):
    """The channel `web` of credentials.yml; it has settings from the environment and no credentials."""

    def __init__(self, settings: Settings | None = None, state_folder: Path = ROOT / "var") -> None:
        self.settings = settings or load_settings()
        self.state_folder = state_folder

    @classmethod
    def name(cls) -> str:
        """The input channel that trackers name."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Takes nothing from credentials.yml."""
        return cls()

    def url_prefix(self) -> str:
        """The root: Rasa would put the page under `/webhooks/web/`."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes above, their messages through the gate."""
        record = ErasuresNoted()
        gate = Gate(on_new_message, self.name(), settings=self.settings, record=record)
        conversations = Conversations(gate, record, persons=bool(self.settings.handover_token))
        blueprint = web_blueprint(conversations, self.settings, self.state_folder)
        gate.bind(blueprint)
        return blueprint

    async def push(self, recipient: str, messages: list[Message]) -> None:
        """What a person wrote: it stands in the tracker already, and the page asks for it."""


class _RootBlueprint(Blueprint):
    """A blueprint whose page at `/` is shown where Rasa has a line of text with its version.

    Rasa registers `/` before any channel, and Sanic refuses a second handler for one address, so the page
    is given by a request middleware, which comes before the handler.
    """

    def __init__(self, name: str, root: Callable[[Request], HTTPResponse]) -> None:
        super().__init__(name)
        self.ctx.root = root

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Puts the routes and the middleware into the app."""
        super().register(app, options)

        async def page_at_root(request: Request) -> HTTPResponse | None:
            if request.path == "/" and request.method in ("GET", "HEAD"):
                return self.ctx.root(request)
            return None

        app.register_middleware(page_at_root, "request")


def web_blueprint(conversations: Conversations, settings: Settings, state_folder: Path) -> Blueprint:
    """The routes of the web channel. A secret for the session ids that is not set is kept in `state_folder`.

    Raises FileNotFoundError where the widget is not built.
    """
    pages = load_pages()
    secret = secret_from(settings.web_session_secret, state_folder / "web_session_secret")
    sessions, notes = SessionIds(secret), Notes(secret)
    chat, demo_page = pages["chat.html"], pages["demo.html"]
    for_other_sites = {"Cross-Origin-Resource-Policy": "cross-origin"}
    as_page, as_demo = security_headers(chat, "'none'"), security_headers(demo_page, "'none'")
    in_frames = security_headers(chat, frame_ancestors(settings.allowed_embed_origins.split()))

    def sender_of(request: Request) -> str | None:
        session = request.headers.get(SESSION_HEADER, "")
        return sender_id(session) if sessions.is_genuine(session) else None

    def note_of(request: Request) -> Note | None:
        return notes.read(request.headers.get(NOTE_HEADER, ""))

    blueprint = _RootBlueprint("web", lambda request: _serve(request, chat, as_page))

    @blueprint.get("/widget/frame")
    async def frame(request: Request) -> HTTPResponse:
        return _serve(request, chat, {**in_frames, **for_other_sites})

    @blueprint.get("/demo")
    async def demo(request: Request) -> HTTPResponse:
        return _serve(request, demo_page, as_demo)

    @blueprint.get("/widget/<name:[a-z0-9][A-Za-z0-9_.-]*[.](?:js|css|json|svg)>")
    async def asset(request: Request, name: str) -> HTTPResponse:
        page = pages.get(name)
        if page is None:
            return _refusal(HTTPStatus.NOT_FOUND, "no such file")
        shared = {"Access-Control-Allow-Origin": "*"} if name == "loader.js" else {}
        return _serve(request, page, {**for_other_sites, **shared})

    @blueprint.post("/widget/session")
    async def new_session(request: Request) -> HTTPResponse:
        session = sessions.issue()
        return _answer({"session": session, "note": notes.issue(sender_id(session))})

    @blueprint.post("/widget/messages")
    async def messages(request: Request) -> HTTPResponse:
        sender = sender_of(request)
        if sender is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, "this session is not known here; get a new one")
        if len(request.body) > LARGEST_BODY:
            return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the message is too large")
        body = _read(request)
        incoming = _incoming(sender, body)
        if incoming is None:
            return _refusal(HTTPStatus.BAD_REQUEST, "a message needs an id, and a text or a button")
        if conversations.is_over(sender, str(incoming.message_id)):
            return _refusal(HTTPStatus.UNAUTHORIZED, "the conversation was erased; get a new session")
        return _answer(await conversations.reply(incoming, asked_before=body.get("attempt", 1) != 1))

    @blueprint.post("/widget/news")
    async def news(request: Request) -> HTTPResponse:
        sender = sender_of(request)
        if sender is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, "this session is not known here")
        seen = _read(request).get("seen", 0)
        if not isinstance(seen, int) or seen < 0:
            return _refusal(HTTPStatus.BAD_REQUEST, "seen must be a number")
        return _answer(await conversations.news(sender, seen))

    @blueprint.post("/widget/emergency")
    async def emergency(request: Request) -> HTTPResponse:
        note = note_of(request)
        if note is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, "this note is not known here")
        return _answer({"emergency": None if note.dismissed else await conversations.last_emergency(note.sender)})

    @blueprint.delete("/widget/emergency")
    async def dismiss(request: Request) -> HTTPResponse:
        note = note_of(request)
        if note is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, "this note is not known here")
        return _answer({"note": notes.issue(note.sender, dismissed=True)})

    @blueprint.delete("/widget/conversation")
    async def erase(request: Request) -> HTTPResponse:
        note = note_of(request)
        sender = note.sender if note else sender_of(request)
        if sender is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, "this session is not known here")
        try:
            await conversations.erase(sender)
        except CannotErase as problem:
            log.error("web.erase.unsupported_store", problem=str(problem))
            return _refusal(HTTPStatus.NOT_IMPLEMENTED, "this server cannot erase conversations")
        log.info("web.erase.done")
        return HTTPResponse(status=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})

    return blueprint


def _read(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except (SanicException, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def _incoming(sender: str, body: dict[str, Any]) -> Incoming | None:
    """What the gate is given; None where the body is not a message."""
    message_id, text, button = body.get("id"), body.get("text"), body.get("button")
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        return None
    if not isinstance(text, (str, type(None))) or not isinstance(button, (str, type(None))):
        return None
    if (text is None) == (button is None):
        return None
    locale = body.get("locale")
    metadata = {"locale": locale} if isinstance(locale, str) and _LOCALE.fullmatch(locale) else {}
    return Incoming(
        sender=sender, text=text, button_payload=button, message_id=message_id, kind="text", metadata=metadata
    )


def _serve(request: Request, page: Page, headers: dict[str, str]) -> HTTPResponse:
    form = page.best_form(request.headers.get("Accept-Encoding", ""))
    etag = f'"{page.etag}{"-" + form if form else ""}"'
    headers = {
        **headers,
        "ETag": etag,
        "Cache-Control": cache_rule(page.name),
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if unchanged(etag, request.headers.get("If-None-Match")):
        return HTTPResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if form:
        headers["Content-Encoding"] = form
    return HTTPResponse(body=page.forms[form], headers=headers, content_type=page.content_type)


def _answer(body: dict[str, Any]) -> HTTPResponse:
    return json(body, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


def _refusal(status: HTTPStatus, reason: str) -> HTTPResponse:
    return json({"error": reason}, status=int(status), headers={"Cache-Control": "no-store"})
