"""The built files of page and widget: compression, caching and security headers."""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BUILD = Path(__file__).parent / "web_assets"

_COMPRESSED = {".br": "br", ".gz": "gzip"}
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_FOR_FIVE_MINUTES = "public, max-age=300, stale-while-revalidate=86400"


@dataclass(frozen=True)
class Page:
    """One built file with its smaller forms (`encoding -> bytes`; "" is the plain one)."""

    name: str
    content_type: str
    forms: Mapping[str, bytes]
    etag: str

    @property
    def styles(self) -> list[str]:
        """The styles within a page, as a content policy names them: by their hashes."""
        written = re.findall(rb"<style>(.*?)</style>", self.forms[""], re.DOTALL)
        return [f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'" for style in written]

    def best_form(self, accept_encoding: str) -> str:
        """The smallest form that the browser says it takes; "" when it takes none."""
        accepted = {}
        for offer in accept_encoding.split(","):
            coding, _, quality = offer.partition(";")
            accepted[coding.strip().lower()] = quality.replace(" ", "").lower() not in ("q=0", "q=0.0")
        return next((form for form in ("br", "gzip") if form in self.forms and accepted.get(form)), "")


def load_pages(build: Path = BUILD) -> dict[str, Page]:
    """Every file of the build by its name.

    Raises FileNotFoundError, saying what to do, where there is no build.
    """
    names = sorted(f.name for f in build.iterdir() if f.suffix not in _COMPRESSED) if build.is_dir() else []
    if "chat.html" not in names:
        raise FileNotFoundError(f"{build.name} holds no chat page: run `npm ci && npm run build` in web/")
    return {name: _load(build, name) for name in names}


def _load(build: Path, name: str) -> Page:
    plain = (build / name).read_bytes()
    forms = {"": plain}
    for suffix, coding in _COMPRESSED.items():
        smaller = build / (name + suffix)
        if smaller.is_file():
            forms[coding] = smaller.read_bytes()
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if content_type in ("text/javascript", "application/javascript"):
        content_type = "text/javascript"
    if content_type.startswith("text/") or content_type == "application/json":
        content_type += "; charset=utf-8"
    return Page(name, content_type, forms, hashlib.sha256(plain).hexdigest()[:20])


def cache_rule(name: str) -> str:
    """How long a browser keeps a file: one with a hash in its name for ever, pages not at all."""
    if name == "loader.js":
        return _FOR_FIVE_MINUTES
    return _ASK_EACH_TIME if name.endswith(".html") else _FOR_A_YEAR


def security_headers(page: Page, frame_ancestors: str) -> dict[str, str]:
    """Headers of our own pages: nothing from elsewhere, no inline script or unknown style, Trusted Types enforced."""
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        " ".join(["style-src 'self'", *page.styles]),
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {frame_ancestors}",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
    }


def frame_ancestors(allowed_origins: Sequence[str]) -> str:
    """The `frame-ancestors` value for the sites that may show the widget; none named means any may."""
    return " ".join(["'self'", *allowed_origins]) if allowed_origins else "*"


def unchanged(etag_of_form: str, if_none_match: str | None) -> bool:
    """Whether the browser's copy is still good."""
    if not if_none_match:
        return False
    known = [tag.strip() for tag in if_none_match.split(",")]
    return "*" in known or etag_of_form in [tag[2:] if tag.startswith("W/") else tag for tag in known]
