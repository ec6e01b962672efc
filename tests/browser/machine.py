"""How busy this machine is, for tests that measure time."""

import time

import pytest

TOO_BUSY = 0.25


def share_of_a_core() -> float:
    """How much of a core this process gets now, from 0 to 1."""
    wall, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.2:
        pass
    return 0.2 / (time.perf_counter() - wall)


def slowed(times: float) -> float:
    """The CPU throttling that makes this machine `times` slower than idle: what others take is not taken again."""
    return max(1.0, times * share_of_a_core())


def skip_if_too_busy(share: float) -> None:
    """Skips a measurement that failed while others took most of the machine: it says nothing then."""
    if min(share, share_of_a_core()) < TOO_BUSY:
        pytest.skip("other programs leave too little of this machine to measure speed")
