"""The one factor by which waiting is shortened.

Divided by it: what ECS and load balancers wait *between* things (health-check intervals, start periods, deregistration
delays, restart delays). Not divided: limits on how long real work may take (health-check timeouts, stop timeouts), because
the work is real.
"""

import contextlib
import time

USUAL = 5
# The factor in force.
FACTOR = USUAL


def shortened(seconds, least=1):
    """Divided by the factor in force, or by `least` if that is more."""
    return seconds / max(FACTOR, least)


@contextlib.contextmanager
def factor(value):
    """Another factor for a while."""
    global FACTOR
    before, FACTOR = FACTOR, value
    try:
        yield
    finally:
        FACTOR = before


def until(condition, timeout, what, interval=0.2):
    """Waits for a condition to give something true, and returns it; `what` may be a text or gives one."""
    end = time.monotonic() + timeout
    while True:
        if found := condition():
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"after {timeout} s: {what() if callable(what) else what}")
        time.sleep(interval)
