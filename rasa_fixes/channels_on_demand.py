"""Stock: all fifteen channels that Rasa knows are imported at every start, with the clients they need.

`rasa.core.channels` imports each to learn its name: 0.5 s of CPU for Telegram, Slack, Twilio and the
others, and for the terminal's line editor. Here each channel that needs a library of its own is put off
until it is used.
"""

from __future__ import annotations

from rasa_fixes.stand_ins import Postponed

# module of rasa.core.channels: its class, and the name of the channel
CHANNELS = {
    "console": ("CmdlineInput", "cmdline"),
    "facebook": ("FacebookInput", "facebook"),
    "hangouts": ("HangoutsInput", "hangouts"),
    "mattermost": ("MattermostInput", "mattermost"),
    "rocketchat": ("RocketChatInput", "rocketchat"),
    "slack": ("SlackInput", "slack"),
    "socketio": ("SocketIOInput", "socketio"),
    "telegram": ("TelegramInput", "telegram"),
    "twilio": ("TwilioInput", "twilio"),
    "twilio_voice": ("TwilioVoiceInput", "twilio_voice"),
    "webexteams": ("WebexTeamsInput", "webexteams"),
}


def _says(name: str) -> staticmethod[[], str]:
    return staticmethod(lambda: name)


def apply() -> None:
    for module, (class_name, channel) in CHANNELS.items():
        Postponed({f"rasa.core.channels.{module}": (class_name,)}, members={"name": _says(channel)}).put_off()
