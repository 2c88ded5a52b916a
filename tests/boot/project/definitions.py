"""The project of every code location in the tests: small, and with one of everything that the tests look at."""

import json
import os
import pathlib
import time

import boto3
import dagster as dg

REVISION = (pathlib.Path(__file__).parent / "revision.txt").read_text()
if REVISION.startswith("broken"):
    raise ImportError(f"{REVISION} on purpose")


@dg.op
def greet(context):
    print(f"standard output of revision {REVISION}", flush=True)
    context.log.info(f"greeting from revision {REVISION}")


@dg.op
def wait(context):
    print("waiting", flush=True)
    # Longer than any test takes to come to it.
    time.sleep(3600)


@dg.op
def break_down(context):
    raise ValueError("broken on purpose")


@dg.op
def start_tasks(context):
    """Starts every task that this location may start, as its environment says, and waits for it."""
    ecs = boto3.client("ecs")
    for name in sorted(os.environ):
        if name.startswith("DAGFORGE_TASK_"):
            request = json.loads(os.environ[name])
            (task,) = ecs.run_task(**request)["tasks"]
            while task["lastStatus"] != "STOPPED":
                time.sleep(1)
                (task,) = ecs.describe_tasks(cluster=request["cluster"], tasks=[task["taskArn"]])["tasks"]
            codes = [container.get("exitCode") for container in task["containers"]]
            print(f"{name} {task['taskArn']} {codes}", flush=True)
            if any(codes):
                raise RuntimeError(task["stoppedReason"])


@dg.op
def remember(context):
    """Writes into every shared folder that is mounted."""
    for folder in sorted(pathlib.Path("/mnt").glob("*")):
        with (folder / "runs").open("a") as file:
            file.write(f"{context.run_id}\n")
        print(f"{folder} {(folder / 'runs').stat().st_uid}", flush=True)


@dg.job
def memory():
    remember()


@dg.job
def tasks():
    start_tasks()


# Every location runs this one, and a process of its own for the step would double what that costs; the other jobs have it.
@dg.job(executor_def=dg.in_process_executor)
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


defs = dg.Definitions(assets=[table], jobs=[hello, endless, broken, tasks, memory], schedules=[every_minute], sensors=[watcher])
