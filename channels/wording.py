"""What the gate itself says: about messages it cannot read, and about a person taking over.

Nothing here is medical. What is said about symptoms comes from `dialogue.safety_net` and the responses of the
domain.
"""

from __future__ import annotations

EMPTY = (
    "Your message came without words. Please tell me in a few words what is the matter, or how I can help."
)

NOT_TEXT = {
    "voice": "I cannot listen to voice messages. Please write what you want to tell me.",
    "audio": "I cannot listen to recordings. Please write what you want to tell me.",
    "image": "I cannot look at pictures. Please tell me in words what you want me to know.",
    "video": "I cannot watch videos. Please tell me in words what you want me to know.",
    "sticker": "I cannot read stickers. Please tell me in words how I can help.",
    "location": "I cannot use a location. Please tell me in words how I can help.",
    "contact": "I cannot use contact cards. Please tell me in words how I can help.",
    "file": "I cannot open files. Please tell me in words what you want me to know.",
}
NOT_TEXT_OTHERWISE = "I can only read words. Please tell me in words how I can help."

CAPTION_ONLY = "I cannot see what you attached, so I go by your words only."

TOO_LONG = (
    "That was a long message, and I could only read the first part of it. "
    "If something important came later, please send it again in a shorter message."
)

OLD_BUTTON_ASK_AGAIN = "That button belongs to an earlier question. This is what I would like to know now:"

LAST_RESORT = (
    "I am sorry, something went wrong here and I could not answer. Please try again in a moment. "
    "If this may be an emergency, do not wait for me: call your local emergency number (112, 911 or 999) now."
)

HANDED_OVER = "I have passed your message on to a person. They will answer you. I stay quiet until then."
HANDOVER_FAILED = (
    "I am sorry, I could not reach a person just now. I am still here. "
    "If you are worried, please call your doctor or a nurse line."
)
NOBODY_CONFIGURED = (
    "I am sorry, there is no person here whom I can call. I am a program, and I am still here. "
    "If you want to talk to somebody, please call your doctor or a nurse line."
)
NOT_ERASED = "I am sorry, your data could not be deleted just now. Please ask me again in a few minutes."
GIVEN_BACK = "The person has handed the conversation back to me. How can I help?"

STOPPED = "You will get no more messages from me. Write START if you change your mind."
STARTED = "You will get messages from me again. Please tell me in a few words how I can help."
HELP_BY_SMS = (
    "This is Neckwise, a program with information about neck stiffness; it is not a doctor. "
    "Tell me in your own words "
    "what is the matter. In an emergency call your local emergency number (112, 911 or 999). "
    "Reply STOP to get no more messages."
)


def too_many(seconds: int) -> str:
    """The message for somebody who writes faster than the limit allows."""
    wait = "a moment" if seconds <= 1 else f"{seconds} seconds"
    return f"You are writing faster than I can read. Please wait {wait} and then send your message again."
