"""Every setting, read from the environment in one place.

`load()` gives a frozen `Settings`; a value that makes no sense raises `SettingError` naming its variable.
`.env.example` lists them all with their defaults (`python -m settings` writes it anew).
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent


class SettingError(ValueError):
    """A setting has a value that makes no sense. The message names the variable and what it takes."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        shown = "a value that is not shown here" if is_secret(name) else repr(value)
        super().__init__(f"{name} is {shown}, but must be {expected}.")
        self.name = name


def is_secret(name: str) -> bool:
    """Whether the value of a variable must not be shown: tokens, and addresses that may hold a password."""
    return bool(re.search(r"TOKEN|SECRET|PASSWORD|_SID$|_URL$", name))


def text(name: str, value: str) -> str:
    """Any text."""
    return value


def token(name: str, value: str) -> str:
    """A secret without blanks, or empty."""
    if re.search(r"\s", value):
        raise SettingError(name, value, "one word without blanks")
    return value


def between(low: int, high: int) -> Callable[[str, str], int]:
    """A whole number from `low` to `high`."""

    def parse(name: str, value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise SettingError(name, value, f"a whole number from {low} to {high}")
        return int(value)

    return parse


def seconds(name: str, value: str) -> float:
    """A time in seconds, above zero and at most an hour."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) or not 0 < float(value) <= 3600:
        raise SettingError(name, value, "a number of seconds above 0 and at most 3600")
    return float(value)


def one_of(*choices: str) -> Callable[[str, str], str]:
    """One of a few words, in upper case."""

    def parse(name: str, value: str) -> str:
        if value.upper() not in choices:
            raise SettingError(name, value, "one of " + ", ".join(choices))
        return value.upper()

    return parse


def flag(name: str, value: str) -> bool:
    """true or false; yes and no, on and off, 1 and 0 mean the same."""
    if value.lower() not in ("true", "yes", "on", "1", "false", "no", "off", "0"):
        raise SettingError(name, value, "true or false")
    return value.lower() in ("true", "yes", "on", "1")


def country(name: str, value: str) -> str:
    """Two letters as in ISO 3166, or empty for "not known"."""
    if value and not re.fullmatch(r"[A-Za-z]{2}", value):
        raise SettingError(name, value, "two letters, like US or GB, or empty")
    return value.upper()


def address(name: str, value: str) -> str:
    """A host name or IP address to listen on."""
    if not re.fullmatch(r"[A-Za-z0-9.:\-]+", value):
        raise SettingError(name, value, "an address to listen on, like 127.0.0.1 or 0.0.0.0")
    return value


def url(*schemes: str, empty: bool) -> Callable[[str, str], str]:
    """A URL whose scheme is one of `schemes` (a driver may follow, as in postgresql+psycopg2)."""

    def parse(name: str, value: str) -> str:
        if not value and empty:
            return value
        try:
            scheme = urlsplit(value).scheme.split("+")[0]
        except ValueError:
            scheme = ""
        if scheme not in schemes or "://" not in value:
            kinds = " or ".join(f"{scheme}://..." for scheme in schemes)
            raise SettingError(name, value, kinds + (", or empty" if empty else ""))
        return value

    return parse


def web_address(*, empty: bool) -> Callable[[str, str], str]:
    """The start of https (or http) addresses, without a slash at its end."""
    parse_url = url("https", "http", empty=empty)

    def parse(name: str, value: str) -> str:
        return parse_url(name, value).rstrip("/")

    return parse


def folder(name: str, value: str) -> Path:
    """A folder, relative to the repository where it is not absolute."""
    return ROOT / value


def origins(name: str, value: str) -> str:
    """Web origins with commas or blanks between them, or empty; given back with single blanks."""
    given = value.replace(",", " ").split()
    for origin in given:
        if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.\-]+(:[0-9]{1,5})?", origin):
            raise SettingError(name, value, "origins like https://clinic.example, commas between, or empty")
    return " ".join(given)


def setting(section: str, doc: str, default: str, parse: Callable[[str, str], Any]) -> Any:
    """A field of `Settings`; its variable is the field's name in capitals."""
    return dataclasses.field(
        default=None, metadata={"section": section, "doc": doc, "default": default, "parse": parse}
    )


SERVER = "Server"
STORES = "Stores"
CONVERSATION = "Conversation"
WEB = "Web page and widget"
CHANNELS = "Messaging platforms (each is off until its token is set)"
PERSON = "A person to talk to (off until one of the three is set)"


@dataclasses.dataclass(frozen=True)
class Settings:
    """All settings, typed. Each field is the variable of the same name in capitals."""

    rasa_port: int = setting(
        SERVER, "Port of the chat page, the channels and the HTTP API.", "5005", between(1, 65535)
    )
    actions_apart: bool = setting(
        SERVER, "true: actions run in a process of their own, at ACTIONS_PORT. false: in the server.", "false", flag
    )
    actions_port: int = setting(
        SERVER, "Port of the action server where actions run apart, used on this machine only.", "5055", between(1, 65535)
    )
    actions_url: str = setting(
        SERVER,
        "Where actions are called that run elsewhere: http://HOST/webhook. Empty: as ACTIONS_APART says.",
        "",
        url("http", "https", empty=True),
    )
    sanic_workers: int = setting(
        SERVER,
        "Server processes at RASA_PORT. More than one needs REDIS_URL.",
        "1",
        between(1, 64),
    )
    bind_address: str = setting(
        SERVER,
        "Address the chat page is served on. 127.0.0.1: this machine only. 0.0.0.0: all who can reach it.",
        "127.0.0.1",
        address,
    )
    rasa_token: str = setting(
        SERVER, "Secret that `make api` asks of every call of the HTTP API. Needed there.", "", token
    )
    log_level: str = setting(
        SERVER, "How much is logged.", "WARNING", one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    )
    database_url: str = setting(
        STORES,
        "Where conversations are kept: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
        "sqlite:///var/neckwise.db",
        url("sqlite", "postgresql", empty=False),
    )
    redis_url: str = setting(
        STORES,
        "Locks for more than one server process: redis://HOST:6379/0. Empty: one process, no Redis.",
        "",
        url("redis", "rediss", empty=True),
    )
    rabbitmq_url: str = setting(
        STORES,
        "Where events are sent on to: amqp://USER:PASSWORD@HOST:5672/. Empty: nowhere.",
        "",
        url("amqp", "amqps", empty=True),
    )
    state_folder: Path = setting(
        STORES, "Folder for what the server keeps beside the conversations.", "var", folder
    )
    retention_days: int = setting(
        STORES,
        "Days until a conversation is deleted for good after its last message.",
        "30",
        between(1, 3650),
    )
    action_timeout_seconds: float = setting(
        CONVERSATION, "How long an action may take before the assistant goes on without it.", "10", seconds
    )
    turn_timeout_seconds: float = setting(
        CONVERSATION, "How long a whole turn may take before a safe message is sent instead.", "15", seconds
    )
    country: str = setting(
        CONVERSATION,
        "Country of most people who write, two letters, for the emergency number. Empty: several are named.",
        "",
        country,
    )

    message_characters: int = setting(
        CONVERSATION,
        "Longest message that is read in full; red flags are looked for in the rest as well.",
        "2000",
        between(100, 20000),
    )
    messages_per_minute: int = setting(
        CONVERSATION, "How many messages one person may send in a minute.", "60", between(1, 6000)
    )
    public_url: str = setting(
        CHANNELS,
        "Address of this server for the platforms, like https://bot.example.org. Telegram, Twilio need it.",
        "",
        web_address(empty=True),
    )
    telegram_bot_token: str = setting(CHANNELS, "Telegram: the token that BotFather gave you.", "", token)
    telegram_secret_token: str = setting(
        CHANNELS, "Telegram: secret in each of its calls. Empty: made from the bot token.", "", token
    )
    telegram_api_base_url: str = setting(
        CHANNELS, "Telegram: the Bot API server.", "https://api.telegram.org", web_address(empty=False)
    )
    slack_bot_token: str = setting(CHANNELS, "Slack: the bot token (xoxb-...).", "", token)
    slack_signing_secret: str = setting(CHANNELS, "Slack: the signing secret of the app.", "", token)
    slack_api_base_url: str = setting(
        CHANNELS, "Slack: the Web API.", "https://slack.com/api", web_address(empty=False)
    )
    twilio_account_sid: str = setting(CHANNELS, "Twilio (SMS and WhatsApp): the account SID.", "", token)
    twilio_auth_token: str = setting(CHANNELS, "Twilio: the auth token of the account.", "", token)
    twilio_api_base_url: str = setting(
        CHANNELS, "Twilio: the REST API.", "https://api.twilio.com", web_address(empty=False)
    )
    facebook_page_access_token: str = setting(CHANNELS, "Messenger: the access token of the page.", "", token)
    facebook_app_secret: str = setting(CHANNELS, "Messenger: the secret of the app.", "", token)
    facebook_verify_token: str = setting(
        CHANNELS,
        "Messenger: a word you choose and enter on both sides when setting up the webhook.",
        "",
        token,
    )
    facebook_graph_version: str = setting(CHANNELS, "Messenger: version of the Graph API.", "v21.0", text)
    facebook_api_base_url: str = setting(
        CHANNELS, "Messenger: the Graph API.", "https://graph.facebook.com", web_address(empty=False)
    )
    handover_webhook_url: str = setting(
        PERSON, "Address that is told of each request for a person.", "", web_address(empty=True)
    )
    handover_slack_channel: str = setting(
        PERSON, "Slack channel that is told of it (needs SLACK_BOT_TOKEN).", "", text
    )
    handover_email: str = setting(PERSON, "Email address that is told of it (needs SMTP_URL).", "", text)
    smtp_url: str = setting(
        PERSON,
        "Mail server: smtp://USER:PASSWORD@HOST:587 (STARTTLS where offered) or smtps://HOST:465.",
        "",
        url("smtp", "smtps", empty=True),
    )
    handover_sender: str = setting(PERSON, "Address such mail comes from.", "neckwise@localhost", text)
    handover_token: str = setting(
        PERSON,
        "Secret with which a person answers and gives a conversation back. Empty: not possible.",
        "",
        token,
    )

    allowed_embed_origins: str = setting(
        WEB,
        "Sites that may show the widget, like https://clinic.example, commas between. Empty: any.",
        "",
        origins,
    )
    web_session_secret: str = setting(
        WEB,
        "Seals session ids of the web page; one for all server processes. Empty: made and kept in var/.",
        "",
        token,
    )


def names() -> list[str]:
    """The variables, in the order of `Settings`."""
    return [field.name.upper() for field in dataclasses.fields(Settings)]


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environment` (the process's own by default). Unset and empty mean the default.

    Raises SettingError for a value that makes no sense.
    """
    values = os.environ if environment is None else environment
    parsed: dict[str, Any] = {}
    for field in dataclasses.fields(Settings):
        name = field.name.upper()
        value = values.get(name, "").strip() or field.metadata["default"]
        parsed[field.name] = field.metadata["parse"](name, value)
    settings = Settings(**parsed)
    if settings.sanic_workers > 1 and not settings.redis_url:
        raise SettingError("SANIC_WORKERS", str(settings.sanic_workers), "1 where REDIS_URL is not set")
    if settings.actions_apart and settings.rasa_port == settings.actions_port:
        raise SettingError("ACTIONS_PORT", str(settings.actions_port), "another port than RASA_PORT")
    if settings.actions_apart and not settings.actions_url:
        here = f"http://127.0.0.1:{settings.actions_port}/webhook"
        settings = dataclasses.replace(settings, actions_url=here)
    return settings


def as_environment(settings: Settings) -> dict[str, str]:
    """All settings as variables, defaults included, as `endpoints.yml` and `credentials.yml` need them."""
    values: dict[str, str] = {}
    for field in dataclasses.fields(Settings):
        value = getattr(settings, field.name)
        values[field.name.upper()] = f"{value:g}" if isinstance(value, float) else str(value)
    return values


def example() -> str:
    """The text of `.env.example`."""
    lines = [
        "# Settings of Neckwise with their defaults. Copy this file to .env and change what you need;",
        "# a variable that is set in the environment wins over the file.",
    ]
    section = ""
    for field in dataclasses.fields(Settings):
        if field.metadata["section"] != section:
            section = field.metadata["section"]
            lines += ["", f"# --- {section}"]
        lines += [f"# {field.metadata['doc']}", f"{field.name.upper()}={field.metadata['default']}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / ".env.example").write_text(example(), encoding="utf-8")
