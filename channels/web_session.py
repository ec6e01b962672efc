"""The session id of the web channel, a credential that only the server can make, and the note beside it."""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

_RANDOM_BYTES = 18
_SEAL_BYTES = 15
_LONGEST_ID = 64
_LONGEST_NOTE = 256
_NOTE_SECONDS = 12 * 3600


class SessionIds:
    """Makes and checks session ids.

    An id is `random.seal`, the seal an HMAC of the random part. Nothing about a session is kept on the
    server, so opening the page leaves no trace there, and an id that a client made up is refused.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the secret of the web sessions needs at least 16 bytes")
        self._secret = secret

    def issue(self) -> str:
        """A new id with 144 random bits."""
        random_part = _text(secrets.token_bytes(_RANDOM_BYTES))
        return f"{random_part}.{self._seal(random_part)}"

    def is_genuine(self, session_id: str) -> bool:
        """Whether this server, or one with the same secret, issued the id."""
        if not session_id or len(session_id) > _LONGEST_ID or not session_id.isascii():
            return False
        random_part, _, seal = session_id.partition(".")
        return hmac.compare_digest(seal, self._seal(random_part))

    def _seal(self, random_part: str) -> str:
        return _text(hmac.new(self._secret, random_part.encode(), hashlib.sha256).digest()[:_SEAL_BYTES])


class Notes:
    """Makes and opens the notes that a host page keeps for a frame that may store nothing itself.

    Scripts of the host page can read a note, so it is weaker than a session id: it gives the emergency message
    of its conversation and lets it be erased, for some hours, and neither shows nor continues what was said.
    Its content is encrypted, and there is one for every session, so that it tells nothing by itself.
    """

    def __init__(self, secret: bytes, good_for_seconds: int = _NOTE_SECONDS) -> None:
        key = hmac.new(secret, b"notes", hashlib.sha256).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(key))
        self._good_for_seconds = good_for_seconds

    def issue(self, sender: str, dismissed: bool = False) -> str:
        """The note of a conversation. Once its emergency was `dismissed`, the note does not give it any more."""
        return self._cipher.encrypt(f"{'-' if dismissed else '+'}{sender}".encode()).decode()

    def read(self, note: str) -> "Note | None":
        """What a note says; None where it is not ours or is too old."""
        if not note or len(note) > _LONGEST_NOTE:
            return None
        try:
            content = self._cipher.decrypt(note.encode(), ttl=self._good_for_seconds).decode()
        except InvalidToken:
            return None
        return Note(sender=content[1:], dismissed=content.startswith("-"))


@dataclass(frozen=True)
class Note:
    """The conversation that a note is for, and whether its emergency was dismissed."""

    sender: str
    dismissed: bool


def sender_id(session_id: str) -> str:
    """The conversation's name in trackers and logs: made from the credential, with no way back to it."""
    return "web:" + hashlib.sha256(session_id.encode()).hexdigest()[:32]


def secret_from(configured: str, file: Path) -> bytes:
    """The configured secret, else the one in `file`, which is made (readable by its owner only) when missing.

    Several Rasa processes behind one address need the same secret: configure it, or share the file.
    """
    if configured:
        return configured.encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "wb") as new_file:
        new_file.write(secrets.token_hex(32).encode())
    return file.read_bytes()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
