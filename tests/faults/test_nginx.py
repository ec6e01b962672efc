"""Two machines' servers behind the nginx of docs/several-servers.md, over one PostgreSQL and one Redis."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from settings import ROOT
from tests.faults.conftest import QUICK
from tests.faults.crowd import SCRIPT, a_session, ended_by, say, state, talk_at_once, texts
from tests.faults.servers import PostgreSQL, Redis, Server, program
from tests.live_server import LiveServer, free_ports, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PAGE = ROOT / "docs" / "several-servers.md"


class Nginx(Server):
    """nginx with the configuration that the page shows, its addresses replaced by `ports`."""

    def __init__(self, ports: dict[int, int]) -> None:
        super().__init__()
        self.port = ports[8080]
        shown = re.search(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        assert shown, f"{PAGE.name} shows no configuration"
        sites = re.sub(r"127\.0\.0\.1:(\d+)", lambda found: f"127.0.0.1:{ports[int(found[1])]}", shown[1])
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        self.configuration = self.folder / "nginx.conf"
        self.configuration.write_text(
            f"daemon off;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{temporary}{sites}\n}}\n",
            encoding="utf-8",
        )
        if os.getuid() == 0:  # its workers run as nobody, who must reach what is written there
            self.folder.chmod(0o755)

    def command(self) -> list[str]:
        return [program("nginx"), "-p", str(self.folder), "-c", str(self.configuration)]


@dataclass
class Site:
    """The address that people know, and what stands behind it."""

    base_url: str
    machines: list[LiveServer]


@pytest.fixture(scope="module")
def site(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    front, actions_front = free_ports(2)
    with ExitStack() as stack:
        postgresql, redis = PostgreSQL(), Redis()
        for server in (postgresql, redis):
            stack.callback(server.remove)
            server.start()
        shared = {
            **QUICK,
            "DATABASE_URL": postgresql.url,
            "REDIS_URL": redis.url,
            "ACTIONS_APART": "true",
            "ACTIONS_URL": f"http://127.0.0.1:{actions_front}/webhook",
            "WEB_SESSION_SECRET": "the-same-for-both",
        }
        machines = [LiveServer(tmp_path_factory.mktemp("machine"), shared) for _ in range(2)]
        first, second = machines
        nginx = Nginx(
            {
                8080: front,
                8055: actions_front,
                5005: first.rasa_port,
                6005: second.rasa_port,
                5055: first.actions_port,
                6055: second.actions_port,
            }
        )
        stack.callback(nginx.remove)
        nginx.start()
        for machine in machines:
            stack.enter_context(machine)
        yield Site(f"http://127.0.0.1:{front}", machines)


def test_conversations_that_go_to_either_end_as_one_server_ends_them(site: Site, server: LiveServer) -> None:
    expected = ended_by(server)
    before = [cpu(machine) for machine in site.machines]
    for sender in talk_at_once(site.base_url, 40):
        for machine in site.machines:  # what one wrote, the other reads
            assert texts(machine, sender) == SCRIPT
            assert state(machine, sender) == expected
    assert all(cpu(machine) > earlier for machine, earlier in zip(site.machines, before, strict=True))


def cpu(machine: LiveServer) -> float:
    """CPU seconds of its Rasa server so far."""
    process = machine.rasa_process()
    assert process is not None
    return process.cpu_times().user


def test_with_one_action_server_down_the_answers_are_the_usual_ones(
    site: Site, server: LiveServer, seen: Callable[..., None]
) -> None:
    expected = ended_by(server)
    site.machines[0].kill_actions()
    try:
        for sender in talk_at_once(site.base_url, 12):
            assert state(site.machines[1], sender) == expected
    finally:
        begun = time.monotonic()
        site.machines[0].wait_for_actions()
    kept = "every acknowledged message, once"
    seen("kill -9 of one of two action servers behind nginx", "the usual answer", kept, time.monotonic() - begun)


def test_with_one_assistant_killed_nothing_acknowledged_is_lost_or_doubled(site: Site, seen: Callable[..., None]) -> None:
    first = site.machines[0].rasa_process()
    assert first is not None
    sender, answered = site.machines[1].new_sender(), []

    async def talk() -> None:
        async with a_session() as session:
            for number in range(30):
                text = f"thank you for part {number} of it"
                if number == 10:
                    first.kill()
                try:
                    await say(session, site.base_url, sender, text)
                except (aiohttp.ClientError, AssertionError):
                    continue  # on its way to the one that died: not acknowledged
                answered.append(text)

    asyncio.run(talk())
    assert len(answered) >= 28
    found = texts(site.machines[1], sender)
    assert [text for text in found if text in answered] == answered
    assert len(found) == len(set(found))
    begun = time.monotonic()
    wait_until(lambda: site.machines[0].rasa_process() is not None, 60, "it is started again")
    told = "the usual answer, from the other; none to a message that was on its way to this one"
    kept = "every acknowledged message, once"
    seen("kill -9 of one of two assistants behind nginx", told, kept, time.monotonic() - begun)
