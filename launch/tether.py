"""Ends a process when the one that started it is gone, however that one ended (kill -9 included)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PARENT_VARIABLE = "NECKWISE_PARENT_PID"
PR_SET_PDEATHSIG = 1


def tether_to(parent: int) -> None:
    """From now on this process gets SIGTERM when process `parent`, its starter, ends.

    Linux does it by itself; elsewhere a thread looks once a second.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it ended before the line above
        sys.exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def tether_to_launcher() -> None:
    """The same for a process that `launch` started; does nothing in one that was started by hand."""
    parent = os.environ.pop(PARENT_VARIABLE, "")
    if parent:
        tether_to(int(parent))
