"""What pip is told about the package index, said to uv as well, which does not read pip's settings."""

from __future__ import annotations

import ast
import os
from typing import Dict, Optional

from bootstrap import without_pip
from bootstrap.command import ask


def pip_settings(listing: str) -> Dict[str, str]:
    """`pip config list` as a dictionary by option name; the environment wins over files, as in pip."""
    settings: Dict[str, str] = {}
    ranks: Dict[str, int] = {}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.partition(".")
        section, option = section.strip(), option.strip().lstrip(".").replace("_", "-")
        rank = {"global": 0, "install": 1, ":env:": 2}.get(section, -1)
        if rank < 0 or rank < ranks.get(option, 0):
            continue
        try:
            settings[option] = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            settings[option] = value
        ranks[option] = rank
    return settings


def uv_environment(settings: Dict[str, str]) -> Dict[str, str]:
    """The UV_* and certificate variables that say to uv what pip's `settings` say to pip.

    What the user already set for uv stays.
    """
    wanted: Dict[str, Optional[str]] = {
        "UV_DEFAULT_INDEX": settings.get("index-url"),
        "UV_INSECURE_HOST": settings.get("trusted-host"),
        "HTTPS_PROXY": settings.get("proxy"),
        "SSL_CERT_FILE": settings.get("cert"),
    }
    if settings.get("no-index") in ("1", "true", "yes", "on"):
        wanted.update({"UV_NO_INDEX": "1", "UV_FIND_LINKS": settings.get("find-links")})
    if os.environ.get("UV_INDEX_URL"):
        wanted["UV_DEFAULT_INDEX"] = None
    return {name: value for name, value in wanted.items() if value and not os.environ.get(name)}


def for_uv(python_with_pip: Optional[str]) -> Dict[str, str]:
    """The same for the pip of `python_with_pip`; without one, the index that its files name."""
    if python_with_pip is None:
        index = without_pip.configured_index()
        return uv_environment({"index-url": index} if index else {})
    listing = ask([python_with_pip, "-m", "pip", "config", "list"])
    return uv_environment(pip_settings(listing or ""))
