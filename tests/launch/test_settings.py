"""Settings: one place, typed, and the same list in `.env.example`."""

from __future__ import annotations

import re

import pytest

import settings
from settings import ROOT, SettingError, load


def test_the_example_lists_every_setting_with_its_default() -> None:
    assert (ROOT / ".env.example").read_text() == settings.example(), "write it anew: python -m settings"


def test_the_example_is_a_valid_env_file_that_changes_nothing() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert sorted(values) == sorted(settings.names())
    assert load(values) == load({})


def test_every_setting_is_read_from_the_environment_here_alone() -> None:
    names = "|".join(settings.names())
    reading = re.compile(rf"""(environ|getenv)[^\n]*["']({names})["']""")
    allowed = {"launch/rasa_server.py", "launch/action_server.py"}  # they read what the launcher exported
    rooms = ["actions", "channels", "dialogue", "language", "launch", "rasa_fixes", "stores", "triage"]
    for room in rooms:
        for source in (ROOT / room).rglob("*.py"):
            name = str(source.relative_to(ROOT))
            if name not in allowed:
                assert not reading.search(source.read_text()), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RASA_PORT", "0"),
        ("RASA_PORT", "65536"),
        ("RASA_PORT", "5o05"),
        ("ACTIONS_APART", "maybe"),
        ("SANIC_WORKERS", "2"),  # without REDIS_URL
        ("ACTIONS_URL", "elsewhere:5055"),
        ("BIND_ADDRESS", "not an address"),
        ("RASA_TOKEN", "two words"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "neckwise.db"),
        ("REDIS_URL", "localhost:6379"),
        ("RABBITMQ_URL", "http://x"),
        ("RETENTION_DAYS", "-1"),
        ("ACTION_TIMEOUT_SECONDS", "0"),
        ("TURN_TIMEOUT_SECONDS", "nan"),
        ("MESSAGES_PER_MINUTE", "1.5"),
        ("COUNTRY", "USA"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^{name} is ") as caught:
        load({name: value})
    assert caught.value.name == name


@pytest.mark.parametrize("name", ["RASA_TOKEN", "DATABASE_URL", "REDIS_URL", "RABBITMQ_URL"])
def test_a_refused_secret_is_not_shown(name: str) -> None:
    with pytest.raises(SettingError) as caught:
        load({name: "hunter2 hunter2"})
    assert "hunter2" not in str(caught.value)


def test_empty_means_default() -> None:
    assert load(dict.fromkeys(settings.names(), " ")) == load({})


def test_what_is_exported_reads_the_same() -> None:
    given = {"RASA_PORT": "7001", "ACTION_TIMEOUT_SECONDS": "2.5", "COUNTRY": "gb", "LOG_LEVEL": "debug"}
    loaded = load(given)
    assert load(settings.as_environment(loaded)) == loaded
    assert loaded.action_timeout_seconds == 2.5
    assert (loaded.country, loaded.log_level) == ("GB", "DEBUG")


def test_a_port_is_refused_where_both_servers_would_want_it() -> None:
    with pytest.raises(SettingError, match=r"^ACTIONS_PORT is "):
        load({"ACTIONS_PORT": "5005", "ACTIONS_APART": "yes"})
    assert load({"ACTIONS_PORT": "5005"}).actions_apart is False


def test_actions_run_in_the_server_unless_said_otherwise() -> None:
    assert load({"ACTIONS_PORT": "7055"}).actions_url == ""
    assert load({"ACTIONS_PORT": "7055", "ACTIONS_APART": "1"}).actions_url == "http://127.0.0.1:7055/webhook"
    assert load({"ACTIONS_URL": "http://actions.example/webhook"}).actions_url == "http://actions.example/webhook"
