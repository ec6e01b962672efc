"""Servers that browser tests talk to, each a process of its own on loopback."""

import functools
import http.client
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port of `TEST_PORTS` (`7100-7199`) that is free now, or any free one."""
    first, _, last = os.environ.get("TEST_PORTS", "").partition("-")
    for port in range(int(first), int(last) + 1) if last else [0]:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError(f"no port of {first}-{last} is free")


class FakeAssistant:
    """The scripted assistant as a process. `stop` and `start` again keep port, sessions and conversations."""

    def __init__(self, folder: Path, embed: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._embed = embed
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "FakeAssistant":
        """Starts the server and waits until it answers."""
        command = [
            sys.executable,
            "-m",
            "tests.browser.fake_assistant",
            str(self.port),
            "--embed",
            self._embed,
        ]
        command += ["--store", str(self._folder / "fake.db"), "--state", str(self._folder)]
        log = (self._folder / "fake.log").open("ab")
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(self.url + "/test/received", timeout=2)
                return self
            except httpx.HTTPError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.2)
        raise RuntimeError(
            "the scripted assistant did not start:\n" + (self._folder / "fake.log").read_text()
        )

    def stop(self) -> None:
        """Kills the server, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def received(self) -> list[str]:
        """The texts that reached the assistant."""
        return list(httpx.get(self.url + "/test/received").json()["texts"])

    def conversations(self) -> list[str]:
        """The conversations in the tracker store."""
        return list(httpx.get(self.url + "/test/received").json()["conversations"])

    def will_say(self, *messages: dict[str, Any]) -> None:
        """What the assistant says to the next message that begins with `say:`."""
        httpx.post(self.url + "/test/say", json=list(messages)).raise_for_status()

    def __enter__(self) -> "FakeAssistant":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class ForeignSite:
    """A site of somebody else, on another origin and with a strict policy, that embeds the widget."""

    def __init__(self, widget: str, data: str = "", policy: bool = True) -> None:
        self.widget = widget
        page = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>A health site</title>"
            "<meta name=viewport content='width=device-width,initial-scale=1'>"
            "<link rel=stylesheet href=/site.css>"
            f"<script src='{widget}/widget/loader.js' async {data}></script>"
            "<body><main><h1>A health site</h1><p>Words of the site.</p><button>A button</button>"
            "<iframe hidden title=x></iframe><p><a href=#top>A link</a></p></main>"
        )
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if policy:
            headers["Content-Security-Policy"] = (
                f"default-src 'none'; script-src {widget}; frame-src {widget}; style-src 'self'; "
                "require-trusted-types-for 'script'; trusted-types 'none'"
            )
        self._page, self._headers = page.encode(), headers
        self._server: http.server.ThreadingHTTPServer | None = None
        self.url = ""

    def __enter__(self) -> "ForeignSite":
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                style = self.path == "/site.css"
                # rules that would spoil the widget if the page could reach into it
                body = b"button{display:none!important}iframe{width:1px!important}div{opacity:0!important}"
                self.send_response(http.client.OK)
                for name, value in ({"Content-Type": "text/css"} if style else site._headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body if style else site._page)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
        self.url = f"http://localhost:{self._server.server_port}/"
        threading.Thread(target=functools.partial(self._server.serve_forever, 0.1), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
