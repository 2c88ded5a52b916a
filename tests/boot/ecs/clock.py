"""By how much waiting is shortened, and limits on work extended.

Divided: what ECS and load balancers wait *between* things (intervals of checks, deregistration delays, restart delays). Not
divided: limits on how long real work may take (timeouts, start periods, stop timeouts), because the work is real. These
grow with the machine's load: on Fargate a task has its processors for itself, here it waits for them.
"""

import contextlib
import os
import time

FACTOR = 5
# For health checks of what is healthy: those of ten servers at the pace of the rest would slow down the work.
CHECKS = 1 / 3


def shortened(seconds):
    return seconds / FACTOR


def allowed(seconds):
    """How long real work may take at the moment."""
    return seconds * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


@contextlib.contextmanager
def hastened_checks(factor):
    """Health checks of what is healthy come more often for a while."""
    global CHECKS
    before, CHECKS = CHECKS, factor
    try:
        yield
    finally:
        CHECKS = before


def until(condition, timeout, what, interval=0.2):
    """Waits for a condition to give something true, and returns it; `what` may be a text or gives one."""
    began = time.monotonic()
    while True:
        if found := condition():
            return found
        if time.monotonic() > began + allowed(timeout):
            raise TimeoutError(f"after {timeout} s: {what() if callable(what) else what}")
        time.sleep(interval)
