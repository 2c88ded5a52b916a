"""Serves the local AWS on 127.0.0.1 until it is terminated; the first line on standard output is the endpoint.

It is fakeaws's own server with more patches (`tasks`, `buckets`, `machines`): there tasks, deployments and executions end
by themselves, because nothing executes them; here `boot.ecs` does, and moto's interpreter.
"""

from fakeaws import __main__ as fakeaws
from fakeaws import patches

from boot.aws import buckets, machines, tasks


def apply():
    fakeaws_apply()
    tasks.apply()
    buckets.apply()
    machines.apply()


fakeaws_apply, patches.apply = patches.apply, apply

if __name__ == "__main__":
    fakeaws.main()
