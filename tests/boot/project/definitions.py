"""The project of every code location in the tests: small, and with one of everything that the tests look at."""

import pathlib
import time

import dagster as dg

REVISION = (pathlib.Path(__file__).parent / "revision.txt").read_text()


@dg.op
def greet(context):
    print(f"standard output of revision {REVISION}", flush=True)
    context.log.info(f"greeting from revision {REVISION}")


@dg.op
def wait(context):
    print("waiting", flush=True)
    time.sleep(600)


@dg.op
def break_down(context):
    raise ValueError("broken on purpose")


@dg.job
def hello():
    greet()


@dg.job
def endless():
    wait()


@dg.job
def broken():
    break_down()


@dg.asset
def table():
    return REVISION


@dg.schedule(job=hello, cron_schedule="* * * * *")
def every_minute(context):
    return dg.SkipReason(f"the schedule ticks in revision {REVISION}")


@dg.sensor(job=hello, minimum_interval_seconds=5)
def watcher(context):
    context.log.info(f"a tick of revision {REVISION}")
    return dg.SkipReason(f"the sensor sees {len(context.instance.get_runs(limit=1))} run")


defs = dg.Definitions(assets=[table], jobs=[hello, endless, broken], schedules=[every_minute], sensors=[watcher])
