"""Stock: of several server processes (`SANIC_WORKERS`), one that dies is not replaced until all have ended.

Sanic starts its processes and then waits for the first of them to end. Those that are left go on, with
fewer hands, and asked to end they do not: the signal meant for the dead one raises. Here the process that
started them waits for all at once, and starts another in the place of one that died; after a pause where
that one had not lived long, so that a fault at the start does not keep the machine busy.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import time
from multiprocessing.connection import wait
from typing import Any

SHORT_LIFE_SECONDS = 10.0
PAUSE_SECONDS = 2.0

log = logging.getLogger(__name__)


class Workers:
    """Processes that run `target(**arguments)`, replaced when they die, until they are told to stop."""

    def __init__(self, target: Any, arguments: dict[str, Any], count: int) -> None:
        self._context = multiprocessing.get_context("fork")
        self._target = target
        self._arguments = arguments
        self._stopping = False
        self._born: dict[Any, float] = {}
        for _ in range(count):
            self._start()
        self._first = list(self._born)

    def _start(self) -> None:
        process = self._context.Process(target=self._serve, daemon=True)
        process.start()
        self._born[process] = time.monotonic()

    def _serve(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the handler of the process that starts us is not ours
        self._target(**self._arguments)

    def stop(self, *_: Any) -> None:
        """Asks all of them to end; none is replaced from here on. A handler of signals."""
        self._stopping = True
        for process in self._born:
            process.terminate()

    def watch(self) -> None:
        """Returns when all have ended after `stop`, or have ended properly by themselves.

        Raises SystemExit, all ended, where one of the first could not start: the next would not either.
        """
        could_not_start = False
        while self._born:
            wait([process.sentinel for process in self._born])
            for process in [each for each in self._born if not each.is_alive()]:
                lived = time.monotonic() - self._born.pop(process)
                if self._stopping or process.exitcode == 0:
                    continue
                if process in self._first and process.exitcode > 0 and lived < SHORT_LIFE_SECONDS:
                    could_not_start = True
                    self.stop()
                    continue
                log.error("A server process died (exit %s) and is replaced.", process.exitcode)
                if lived < SHORT_LIFE_SECONDS:
                    time.sleep(PAUSE_SECONDS)  # the others go on meanwhile
                if not self._stopping:
                    self._start()
        if could_not_start:
            raise SystemExit(1)


def apply() -> None:
    import sanic.app
    from sanic.server import runners
    from sanic.server.socket import bind_socket

    def serve_multiple(server_settings: dict[str, Any], workers: int) -> None:
        arguments = {**server_settings, "reuse_port": True, "run_multiple": True}
        main_start, main_stop = arguments.pop("main_start", None), arguments.pop("main_stop", None)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        runners.trigger_events(main_start, loop)
        if arguments.get("sock") is None:
            arguments["sock"] = bind_socket(arguments["host"], arguments["port"], backlog=arguments["backlog"])
            arguments["sock"].set_inheritable(True)
            arguments["host"] = arguments["port"] = None
        started = Workers(runners.serve, arguments, workers)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, started.stop)
        started.watch()
        runners.trigger_events(main_stop, loop)
        arguments["sock"].close()
        loop.close()

    sanic.app.serve_multiple = serve_multiple
