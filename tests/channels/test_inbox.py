"""The inbox between processes: each has its own deliveries, and takes up those of one that ended."""

from __future__ import annotations

import os
from pathlib import Path

from channels.gate import Incoming
from channels.inbox import Delivery, Inbox
from channels.platform_api import Call

HI = Delivery("1", Incoming("ann", "hi", message_id="1", metadata={"locale": "en"}), {"chat": "7"})


def test_delivery_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    ours, theirs = Inbox(tmp_path / "inbox.db"), Inbox(tmp_path / "inbox.db")
    assert ours.put("telegram", HI)
    assert not theirs.put("telegram", HI)
    assert theirs.take_up("telegram") == []


def test_delivery_is_taken_up_by_one_when_its_lease_is_over(tmp_path: Path) -> None:
    ours = Inbox(tmp_path / "inbox.db", lease_seconds=-1)
    ours.put("telegram", HI)
    ours.answered("telegram", "1", [Call("a", json={"text": "A"}), Call("b", form={"Body": "B"})])
    ours.sent("telegram", "1", 1)
    others = [Inbox(tmp_path / "inbox.db") for _ in range(3)]
    assert others[0].take_up("slack") == []
    taken = [each.take_up("telegram") for each in others]
    assert [len(each) for each in taken] == [1, 0, 0]
    (unfinished,) = taken[0]
    assert unfinished.delivery == HI
    assert unfinished.sent == 1
    assert unfinished.calls == [Call("a", json={"text": "A"}), Call("b", form={"Body": "B"})]


def test_process_that_stops_lets_go_of_what_is_unfinished(tmp_path: Path) -> None:
    ours, theirs = Inbox(tmp_path / "inbox.db"), Inbox(tmp_path / "inbox.db")
    ours.put("telegram", HI)
    ours.let_go("telegram")
    assert len(theirs.take_up("telegram")) == 1


def test_living_process_keeps_its_deliveries_by_renewing(tmp_path: Path) -> None:
    ours, theirs = Inbox(tmp_path / "inbox.db"), Inbox(tmp_path / "inbox.db")
    ours.put("telegram", HI)
    ours.let_go("telegram")
    ours.renew("telegram")
    assert theirs.take_up("telegram") == []


def test_answered_delivery_is_known_but_its_words_are_gone(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.db")
    inbox.put("telegram", Delivery("1", Incoming("ann", "a private sentence"), {}))
    inbox.done("telegram", "1")
    inbox.let_go("telegram")
    assert inbox.take_up("telegram") == []
    assert not inbox.put("telegram", HI)
    inbox.renew("telegram")
    assert not any(b"private" in file.read_bytes() for file in tmp_path.iterdir())


def test_file_is_its_owners_only(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.db")
    inbox.put("telegram", HI)
    assert os.stat(tmp_path / "inbox.db").st_mode & 0o077 == 0


def test_workers_that_were_forked_are_told_apart(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.db")  # made before the fork, as Rasa makes its channels
    child = os.fork()
    if child == 0:
        inbox.put("telegram", HI)
        os._exit(0)
    os.waitpid(child, 0)
    inbox.renew("telegram")
    with inbox._database() as database:
        (owner,) = database.execute("SELECT owner FROM delivery").fetchone()
    assert owner != inbox._owner
