"""Channels in front of the scripted assistant, served on loopback within the test's own event loop."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

from rasa.core.channels.channel import InputChannel, register
from sanic import Sanic
from sanic.touchup.service import TouchUp

import settings as project_settings
from channels.platform_api import Patience
from channels.platform_input import PlatformInput
from tests.channels.platforms.fake import FakePlatform, free_port
from tests.channels.scripted import ScriptedAgent, ScriptedSafetyNet

QUICK = Patience(first=0.02, longest=0.1, total=5.0)
_names = itertools.count(1)


def settings_for(folder: Path, *platforms: FakePlatform, **more: str) -> project_settings.Settings:
    """Settings as the environment would give them: defaults, those of the fakes, and `more`."""
    environment = {
        "STATE_FOLDER": str(folder),
        "PUBLIC_URL": "https://bot.example.test",
        "MESSAGES_PER_MINUTE": "6000",
    }
    for platform in platforms:
        environment |= platform.settings
    return project_settings.load({**environment, **more})


class Stage:
    """A Sanic server with input channels and, in place of Rasa's agent, the scripted one."""

    def __init__(self, channels: Sequence[InputChannel], agent: ScriptedAgent | None = None) -> None:
        self.agent = agent or ScriptedAgent()
        self.safety_net = ScriptedSafetyNet()
        self.channels = channels
        self.app = Sanic(f"stage-{next(_names)}", configure_logging=False)
        self.port = free_port()
        for channel in channels:
            if isinstance(channel, PlatformInput):
                channel.gate_options.setdefault("safety_net", self.safety_net)
        register(list(channels), self.app, route="/webhooks/")
        self.app.ctx.agent = self.agent
        self._server: Any = None

    async def start(self) -> None:
        """Listen, with all listeners of a real start."""
        self._server = await self.app.create_server(
            "127.0.0.1", self.port, return_asyncio_server=True, access_log=False
        )
        logging.getLogger("sanic.root").setLevel(logging.WARNING)
        await self._start_up()
        await self._server.before_start()
        await self._server.after_start()

    async def _start_up(self) -> None:
        """Sanic's start-up, in which it rewrites methods of its classes: that must happen once a process."""
        already = getattr(TouchUp, "done_for_stages", False)
        with mock.patch.object(TouchUp, "run") if already else nullcontext():
            await self._server.startup()
        TouchUp.done_for_stages = True  # kept at the class: modules come and go

    async def stop(self) -> None:
        """Stop, with all listeners of a real stop."""
        await self._server.before_stop()
        await self._server.close()
        await self._server.after_stop()

    @property
    def base_url(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.port}"

    async def idle(self) -> None:
        """Return when everything accepted so far is answered."""
        for channel in self.channels:
            if isinstance(channel, PlatformInput) and channel.courier is not None:
                await channel.courier.idle()
