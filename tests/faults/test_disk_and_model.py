"""A disk that is full, a model file that is damaged, a clock that jumps."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import QUICK, RED_FLAG, Conversation, emergency, seconds_until
from tests.faults.rasa_alone import running
from tests.live_server import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


KEPT = "every acknowledged message, once"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_the_disk_is_full(
    small_disk: Path, start_server: Callable[..., LiveServer], seen: Callable[..., None]
) -> None:
    server = start_server(DATABASE_URL=f"sqlite:///{small_disk}/conversations.db", **QUICK)
    person = Conversation(server.talk())
    person.say("hello")
    person.say("i have a stiff neck")
    filling = small_disk / "filling"
    with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    for _ in range(12):
        person.say("can low vitamin d cause weakness?")
    assert emergency(Conversation(server.talk()).say(RED_FLAG))
    assert server.tracker(person.talk.sender)["slots"]["findings"]["neck_stiffness"] == "present"
    filling.unlink()
    begun = time.monotonic()
    seconds_until(lambda: person.stored() == person.said, 30)
    person.say("thank you")
    assert person.stored() == person.said
    told = "the usual answer: the conversation goes on from memory"
    kept = "every acknowledged message, once (in a journal on another disk, or in memory where there is none)"
    seen("the disk of the database is full", told, kept, time.monotonic() - begun)


def test_a_damaged_model_is_said_and_people_still_get_an_answer(
    trained_model: Path, tmp_path: Path, seen: Callable[..., None]
) -> None:
    damaged = tmp_path / "damaged.tar.gz"
    damaged.write_bytes(trained_model.read_bytes()[:100_000])
    begun = time.monotonic()
    with running(tmp_path, damaged) as rasa:
        up_after = time.monotonic() - begun
        assert rasa.say("hello")
        assert emergency(rasa.say(RED_FLAG))
        assert "Could not load model" in rasa.log.read_text()
    told = "a plain safe message; the emergency message for a red flag"
    seen("the model file is damaged", told, "nothing is said that would be kept", up_after)


def faketime() -> str:
    """The library that lies to a process about the time of day; skips where it is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("faketime is not installed")
    return str(found[0])


def test_the_clock_jumps(
    tmp_path: Path, start_server: Callable[..., LiveServer], seen: Callable[..., None]
) -> None:
    """Hours forth and back in the middle of a conversation: the real assistant, its clock set by a file."""
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    server = start_server(
        LD_PRELOAD=faketime(),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        **QUICK,
    )
    person = Conversation(server.talk())
    person.say("i have a stiff neck")
    waits = []
    for jump, text in (("+6h", "no fever"), ("-6h", "thank you"), ("+3d", "hello"), ("+0", "ok")):
        clock.write_text(f"{jump}\n")
        begun = time.monotonic()
        person.say(text)
        waits.append(time.monotonic() - begun)
        told = server.tracker(person.talk.sender)["events"][-1]["timestamp"] - time.time()
        hours = {"+6h": 6, "-6h": -6, "+3d": 72, "+0": 0}[jump]
        assert abs(told / 3600 - hours) < 0.1, "the clock of the server did not jump"
        assert person.talk.slots()["findings"]["neck_stiffness"] == "present"
    assert person.stored() == person.said
    stranger = Conversation(server.talk())
    clock.write_text("-6h\n")
    assert emergency(stranger.say(RED_FLAG))
    told = "the usual answer (after an hour or more: with a welcome back)"
    seen("the clock jumps by hours, forth and back", told, KEPT, max(waits))


async def test_locks_and_the_order_of_events_do_not_hang_on_the_time_of_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import stores.conversations as conversations
    from stores.conversations import Conversations, Position
    from stores.database import open_engine
    from stores.locks import LocksInMemory

    store = Conversations(open_engine(f"sqlite:///{tmp_path}/jump.db"))
    locks = LocksInMemory()
    real = time.time
    position: Position | None = Position()
    for number, jump in enumerate((0, 86_400 * 3650, -86_400 * 3650, 3600)):
        monkeypatch.setattr(conversations.time, "time", lambda jump=jump: real() + jump)
        async with locks.lock("person", lock_lifetime=1):
            event = {"event": "user", "timestamp": time.time(), "text": str(number)}
            position = store.append("person", position or Position(), [event], f"w{number}")
        await asyncio.sleep(0)
    found = store.whole("person")
    assert found is not None
    assert [event["text"] for event in found.events] == ["0", "1", "2", "3"]
