"""What can go wrong in set-up, each with what to do about it."""

from __future__ import annotations

import re
from typing import List, Tuple


class SetupError(Exception):
    """Set-up cannot go on. `what` says what failed, `remedy` what the reader can do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


CAUSES: List[Tuple[str, str]] = [
    (
        r"no space left on device|disk quota exceeded|errno 28",
        "The disk is full. Free about 4 GB and run the command again.",
    ),
    (
        r"hash mismatch|do not match the hashes",
        "A downloaded file is not the one that was locked, so it was not installed. Run the command again; "
        "if it stays, your package index or a proxy in between changes files: use another one "
        "(PIP_INDEX_URL).",
    ),
    (
        r"certificate_verify_failed|unknownissuer|invalid peer certificate|self.signed certificate",
        "The server's certificate is not trusted here. Behind a company proxy, set SSL_CERT_FILE (and "
        "PIP_CERT) to the company's certificate file and run the command again.",
    ),
    (
        r"401 unauthorized|403 forbidden|407 proxy|status code 40[13]",
        "The package index or a proxy refused the request. Check PIP_INDEX_URL, HTTPS_PROXY and "
        "their passwords.",
    ),
    (
        r"temporary failure in name resolution|name or service not known|dns error|failed to lookup address"
        r"|connection refused|connection reset|network is unreachable|no route to host|newconnectionerror"
        r"|timed out|timeout|from versions: none"
        r"|error sending request|could not connect|client error \(connect\)",
        "The package index could not be reached. Check the connection; behind a proxy set HTTPS_PROXY, and "
        "for a mirror of your own set PIP_INDEX_URL. Then run the command again; what was fetched is kept.",
    ),
    (
        r"no matching distribution|no solution found|not found in the package registry"
        r"|there (is|are) no versions?|not found in the provided package locations",
        "The package index does not have a version that is locked in requirements/, or has none for this "
        "kind of machine. They are for Linux on x86-64, and need an index with the public packages "
        "(PIP_INDEX_URL).",
    ),
    (
        r"permission denied|read-only file system|errno 13\b",
        "A folder cannot be written. Check the owner of this folder and of ~/.cache, and run the "
        "command again.",
    ),
]


def remedy_for(output: str) -> str:
    """What to do about a failed command, judged by what it printed."""
    for pattern, remedy in CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return remedy
    return "The lines above say more. After mending the cause run the same command again."
