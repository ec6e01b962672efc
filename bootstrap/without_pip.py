"""Getting uv on a machine whose Python has neither pip nor venv, as Debian's has by default.

Reads the index that is configured for pip or uv (the simple repository API), and checks the locked hash.
"""

from __future__ import annotations

import configparser
import hashlib
import io
import os
import platform
import re
import urllib.request
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import List, Optional, Tuple
from urllib.parse import urldefrag, urljoin

from bootstrap.trouble import SetupError, remedy_for

VARIABLES = ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"]
FILES = ["~/.config/pip/pip.conf", "~/.pip/pip.conf", "/etc/xdg/pip/pip.conf", "/etc/pip.conf"]
PLATFORMS = {
    ("Linux", "x86_64"): r"manylinux.*x86_64",
    ("Linux", "aarch64"): r"manylinux.*aarch64",
}


def configured_index() -> Optional[str]:
    """The index of this machine's settings, or None where nothing is set."""
    for name in VARIABLES:
        if os.environ.get(name):
            return os.environ[name]
    for file in [os.environ.get("PIP_CONFIG_FILE", "")] + FILES:
        parser = configparser.RawConfigParser()
        try:
            parser.read(os.path.expanduser(file), encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("install", "global"):
            if parser.has_option(section, "index-url"):
                return parser.get(section, "index-url")
    return None


class Links(HTMLParser):
    """The files that a page of the simple repository API names, as addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: List[str] = []

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def read(address: str) -> bytes:
    """What is at an address. Raises OSError."""
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=120) as response:
        return bytes(response.read())


def fetch(index: str, version: str, hashes: List[str], target: Path) -> None:
    """Puts uv of `version` at `target`, when one of the locked sha256 `hashes` fits what the index gives.

    Raises SetupError where it cannot be got or is not the locked file.
    """
    kind = PLATFORMS.get((platform.system(), platform.machine()))
    page = index.rstrip("/") + "/uv/"
    try:
        links = Links()
        links.feed(read(page).decode("utf-8", "replace"))
        pattern = r"/uv-%s-py3-none-%s\.whl$" % (re.escape(version), kind or "none")
        wheels = [urljoin(page, link) for link in links.found]
        wheels = [wheel for wheel in wheels if re.search(pattern, urldefrag(wheel)[0])]
        if not wheels:
            raise SetupError(
                "The package index has no uv %s." % version, remedy_for("no matching distribution")
            )
        content = read(wheels[0])
    except (OSError, ValueError) as error:
        raise SetupError("Fetching uv failed: %s" % error, remedy_for(str(error))) from error
    if hashlib.sha256(content).hexdigest() not in hashes:
        raise SetupError("Fetching uv failed: it is not the locked file.", remedy_for("hash mismatch"))
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".data/scripts/uv"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(wheel.read(name))
    target.chmod(0o755)
