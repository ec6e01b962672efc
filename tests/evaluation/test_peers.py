"""The peers' readings: their assertion alone differs."""

from __future__ import annotations

import json
import subprocess

import pytest

from bootstrap.trouble import SetupError
from evaluation.peers import environment
from evaluation.peers import reading as peers
from evaluation.reading import Mention, Reading

TEXT = "my neck is stiff, no fever"
FOUND = Reading(
    TEXT,
    (Mention("neck_stiffness", "present", 3, 16), Mention("fever", "absent", 21, 26)),
    subject="self",
    level="self_care",
)


def test_roles_and_level_are_the_peers_and_places_stay():
    theirs = peers.with_roles(FOUND, ["present", "present"])
    assert [each.role for each in theirs.mentions] == ["present", "present"]
    assert [(each.start, each.end) for each in theirs.mentions] == [(3, 16), (21, 26)]
    assert theirs.level == "emergency"
    assert peers.with_roles(FOUND, ["hypothetical", "hypothetical"]).level is None


def test_a_role_is_missing_is_not_overlooked():
    with pytest.raises(ValueError):
        peers.with_roles(FOUND, ["present"])


def test_each_peer_is_asked_about_every_symptom(monkeypatch):
    asked = []

    def roles(texts):
        asked.extend(texts)
        return {name: [["absent", "absent"]] for name in peers.NAMES}

    monkeypatch.setattr(peers, "roles", roles)
    theirs = peers.peer_readings([FOUND])
    assert asked == [{"text": TEXT, "spans": [[3, 16], [21, 26]]}]
    assert {name: {m.role for m in each[TEXT].mentions} for name, each in theirs.items()} == {
        "negspacy": {"absent"},
        "medspaCy": {"absent"},
    }


def test_a_peer_that_fails_says_what_to_do(monkeypatch, tmp_path):
    def run(*_, **__):
        return subprocess.CompletedProcess([], 1, stdout=json.dumps({}), stderr="no such package")

    monkeypatch.setattr(environment, "prepare", lambda: tmp_path)
    monkeypatch.setattr(environment.subprocess, "run", run)
    with pytest.raises(SetupError, match="no such package") as raised:
        environment.roles([])
    assert ".cache/peers" in raised.value.remedy


def test_nothing_is_installed_twice(monkeypatch, tmp_path):
    lock, folder = tmp_path / "peers.txt", tmp_path / "peers"
    lock.write_text("x==1", encoding="utf-8")
    ran: list[str] = []

    def run(what, *_):
        ran.append(what)
        folder.mkdir(exist_ok=True)

    monkeypatch.setattr(environment, "LOCK", lock)
    monkeypatch.setattr(environment, "FOLDER", folder)
    monkeypatch.setattr(environment, "run", run)
    monkeypatch.setattr(environment.installer, "find_pip", lambda cache: None)
    monkeypatch.setattr(environment.installer, "get_uv", lambda *_: "uv")
    monkeypatch.setattr(environment.package_index, "for_uv", lambda pip: {})
    monkeypatch.setattr(environment.interpreter, "find", lambda: "python3.10")
    assert environment.prepare() == environment.prepare() == folder / "bin" / "python"
    assert len(ran) == 2
    lock.write_text("x==2", encoding="utf-8")
    environment.prepare()
    assert len(ran) == 4
