"""The web channel: serves the chat page, the widget's loader and the demo page, and carries their messages.

| address | answers |
|---|---|
| `GET /` | the chat as a full page |
| `GET /demo` | a health page with the widget in it |
| `GET /widget/loader.js` | the script for other people's pages |
| `GET /widget/frame` | the chat, for the frame that the loader makes |
| `POST /widget/session` | `{"session": id}`, a new session id |
| `POST /widget/messages` | `{"messages": [...]}`, the reply to `{"id", "text" or "button", "attempt", "locale"}` |
| `DELETE /widget/conversation` | 204 once the conversation is erased |

The last two want the session id in the header `X-Neckwise-Session`: it never stands in an address.
"""

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from channels.erasure import CannotErase, erase_conversation
from channels.gate import Gate, Incoming
from channels.record import Message
from channels.web_pages import Page, cache_rule, frame_ancestors, load_pages, security_headers, unchanged
from channels.web_replies import Replies, recorded_reply
from channels.web_session import SessionIds, secret_from, sender_id
from settings import ROOT

SESSION_HEADER = "X-Neckwise-Session"
LARGEST_BODY = 512 * 1024
SECONDS_FOR_ANOTHER_PROCESS = 5
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class WebSettings:
    """What the web channel can be told.

    `session_secret` seals the session ids (empty: one is made and kept in `state_folder`). `allowed_embed_origins` are
    the origins whose pages may show the widget (none named: any).
    """

    session_secret: str = ""
    allowed_embed_origins: Tuple[str, ...] = ()
    state_folder: Path = ROOT / "var"


class WebChannel(InputChannel):
    """The channel named `web` in credentials.yml; it has no credentials, only settings from the environment."""

    def __init__(self, settings: Optional[WebSettings] = None) -> None:
        self.settings = settings or WebSettings()

    @classmethod
    def name(cls) -> str:
        """The input channel that trackers name."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        """Takes nothing from credentials.yml."""
        return cls()

    def url_prefix(self) -> str:
        """The root: Rasa would put the page under `/webhooks/web/`."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes above, their messages through the gate."""
        gate = Gate(on_new_message, self.name())
        blueprint = web_blueprint(gate, self.settings)
        gate.bind(blueprint)
        return blueprint


class _RootBlueprint(Blueprint):
    """A blueprint whose page at `/` is shown where Rasa has a line of text with its version.

    Rasa registers `/` before any channel, and Sanic refuses a second handler for one address, so the page is given by a
    request middleware, which comes before the handler.
    """

    def __init__(self, name: str, root: Callable[[Request], HTTPResponse]) -> None:
        super().__init__(name)
        self.ctx.root = root

    def register(self, app: Sanic, options: Dict[str, Any]) -> None:
        """Puts the routes and the middleware into the app."""
        super().register(app, options)

        async def page_at_root(request: Request) -> Optional[HTTPResponse]:
            if request.path == "/" and request.method in ("GET", "HEAD"):
                return self.ctx.root(request)
            return None

        app.register_middleware(page_at_root, "request")


def web_blueprint(gate: Gate, settings: WebSettings) -> Blueprint:
    """The routes of the web channel.

    Raises FileNotFoundError where the widget is not built.
    """
    pages = load_pages()
    sessions = SessionIds(secret_from(settings.session_secret, settings.state_folder / "web_session_secret"))
    replies = Replies()
    only_here = security_headers("'none'")
    in_frames = security_headers(frame_ancestors(settings.allowed_embed_origins))

    blueprint = _RootBlueprint("web", lambda request: _serve(request, pages["chat.html"], only_here))

    @blueprint.get("/widget/frame")
    async def frame(request: Request) -> HTTPResponse:
        return _serve(request, pages["chat.html"], {**in_frames, "Cross-Origin-Resource-Policy": "cross-origin"})

    @blueprint.get("/demo")
    async def demo(request: Request) -> HTTPResponse:
        return _serve(request, pages["demo.html"], only_here)

    @blueprint.get("/widget/<name:[a-z0-9][A-Za-z0-9_.-]*[.](?:js|css|json|svg)>")
    async def asset(request: Request, name: str) -> HTTPResponse:
        page = pages.get(name)
        if page is None:
            return _refusal(HTTPStatus.NOT_FOUND, "no such file")
        anyone = {"Cross-Origin-Resource-Policy": "cross-origin"}
        if name == "loader.js":
            anyone["Access-Control-Allow-Origin"] = "*"
        return _serve(request, page, anyone)

    @blueprint.post("/widget/session")
    async def new_session(request: Request) -> HTTPResponse:
        return _answer({"session": sessions.issue()})

    @blueprint.post("/widget/messages")
    async def messages(request: Request) -> HTTPResponse:
        session = request.headers.get(SESSION_HEADER, "")
        if not sessions.is_genuine(session):
            return _refusal(HTTPStatus.UNAUTHORIZED, "this session is not known here; get a new one")
        if len(request.body) > LARGEST_BODY:
            return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the message is too large")
        sender = sender_id(session)
        body = _read(request)
        incoming = _incoming(sender, body)
        if incoming is None:
            return _refusal(HTTPStatus.BAD_REQUEST, "a message needs an id, and a text or a button")

        async def answer() -> List[Message]:
            if body.get("attempt", 1) == 1:
                return await gate.handle(incoming)
            # asked before, of a process that is gone or another one: its reply may be in the tracker by now
            earlier = await _recorded(request, sender, str(incoming.message_id))
            if earlier is None and not await gate.admit(incoming):
                await asyncio.sleep(SECONDS_FOR_ANOTHER_PROCESS)
                earlier = await _recorded(request, sender, str(incoming.message_id))
            return await gate.answer(incoming) if earlier is None else earlier

        return _answer({"messages": await replies.reply_to(sender, str(incoming.message_id), answer)})

    @blueprint.delete("/widget/conversation")
    async def erase(request: Request) -> HTTPResponse:
        session = request.headers.get(SESSION_HEADER, "")
        if not sessions.is_genuine(session):
            return _refusal(HTTPStatus.UNAUTHORIZED, "this session is not known here")
        sender = sender_id(session)
        await replies.finish_turns_of(sender)
        agent = request.app.ctx.agent
        try:
            await erase_conversation(agent.tracker_store, agent.lock_store, sender)
        except CannotErase as problem:
            log.error("web.erase.unsupported_store", problem=str(problem))
            return _refusal(HTTPStatus.NOT_IMPLEMENTED, "this server cannot erase conversations")
        log.info("web.erase.done")
        return HTTPResponse(status=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})

    return blueprint


def _read(request: Request) -> Dict[str, Any]:
    try:
        body = request.json
    except Exception:  # Sanic raises different things for broken JSON, broken UTF-8 and a body that is absent
        return {}
    return body if isinstance(body, dict) else {}


def _incoming(sender: str, body: Dict[str, Any]) -> Optional[Incoming]:
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


async def _recorded(request: Request, sender: str, message_id: str) -> Optional[List[Message]]:
    try:
        return recorded_reply(await request.app.ctx.agent.tracker_store.retrieve(sender), message_id)
    except Exception as problem:  # any database can fail in its own way; then the message is simply handled again
        log.warning("web.recorded_reply.failed", problem=type(problem).__name__)
        return None


def _serve(request: Request, page: Page, headers: Dict[str, str]) -> HTTPResponse:
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


def _answer(body: Dict[str, Any]) -> HTTPResponse:
    return json(body, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


def _refusal(status: HTTPStatus, reason: str) -> HTTPResponse:
    return json({"error": reason}, status=int(status), headers={"Cache-Control": "no-store"})
