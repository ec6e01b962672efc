"""Stock: each action call opens an HTTP session and a connection, and may take 300 seconds.

`EndpointConfig.request` builds an `aiohttp.ClientSession` for one call, and the action server's time
limit is a constant. Here a session with its connections is kept for each endpoint and event loop, and
closed when the server stops; the limit for an action is the setting `ACTION_TIMEOUT_SECONDS` (10 s). A
kept connection that the other side has meanwhile closed costs one repetition of the call, as in any HTTP
client: the product's actions read slots and answer, and may be called twice.
"""

from __future__ import annotations

import asyncio
import ssl
import weakref
from typing import TYPE_CHECKING, Any

import settings

if TYPE_CHECKING:
    import aiohttp
    from rasa.utils.endpoints import EndpointConfig

_sessions: weakref.WeakKeyDictionary[
    asyncio.AbstractEventLoop, dict[tuple[object, ...], aiohttp.ClientSession]
] = weakref.WeakKeyDictionary()
_tls: dict[str, ssl.SSLContext] = {}


def kept_session(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    """The open session of this endpoint in the running event loop."""
    of_loop = _sessions.setdefault(asyncio.get_running_loop(), {})
    key = (endpoint.url, *sorted(endpoint.headers.items()), *sorted(endpoint.basic_auth.items()))
    session = of_loop.get(key)
    if session is None or session.closed:
        session = of_loop[key] = endpoint.session()
    return session


async def close_sessions() -> None:
    """Closes the sessions of the running event loop."""
    for session in _sessions.pop(asyncio.get_running_loop(), {}).values():
        await session.close()


def apply() -> None:
    import aiohttp
    import rasa.core.actions.action as action
    import rasa.core.run as run
    from aiohttp.client_exceptions import ContentTypeError
    from rasa.shared.exceptions import FileNotFoundException
    from rasa.utils.endpoints import ClientResponseError, EndpointConfig, concat_url

    def tls_context(cafile: str | None) -> ssl.SSLContext | None:
        if not cafile:
            return None
        if cafile not in _tls:
            try:
                _tls[cafile] = ssl.create_default_context(cafile=cafile)
            except FileNotFoundError as error:
                raise FileNotFoundException(f"The certificate file '{cafile}' does not exist.") from error
        return _tls[cafile]

    async def send(
        endpoint: EndpointConfig, method: str, url: str, headers: dict[str, str], options: dict[str, Any]
    ) -> Any:
        async with kept_session(endpoint).request(method, url, headers=headers, **options) as response:
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason, await response.content.read())
            try:
                return await response.json()
            except ContentTypeError:
                return None

    async def request(
        self: EndpointConfig,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        headers = {"Content-Type": content_type} if content_type else {}
        headers.update(kwargs.pop("headers", {}))
        headers.update(self.headers)
        options = {
            "params": self.combine_parameters(kwargs),
            "compress": compress,
            "ssl": tls_context(self.cafile),
        }
        options.update(kwargs)
        url = concat_url(self.url, subpath)
        try:
            return await send(self, method, url, headers, options)
        except aiohttp.ClientConnectorError:  # nobody is there
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            return await send(self, method, url, headers, options)

    EndpointConfig.request = request
    action.DEFAULT_REQUEST_TIMEOUT = settings.load().action_timeout_seconds

    close_resources = run.close_resources

    async def close_all(app: Any, loop: asyncio.AbstractEventLoop) -> None:
        await close_sessions()
        await close_resources(app, loop)

    run.close_resources = close_all
