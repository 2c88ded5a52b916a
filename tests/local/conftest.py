"""One running stack for all tests: the course's, with a small project for each code location."""

import pathlib
import shutil
import tempfile

import pytest

from boot import world
from boot.rendered import OUTPUT
from local.stack import Stack

PROJECT = pathlib.Path(__file__).parent / "definitions.py"
SETTINGS = {
    "INGEST__API_KEY": 'key with "quotes" and $dollar',
    "TRANSFORM__WAREHOUSE_PASSWORD": "hunter2",
    "WAREHOUSE__POSTGRES_PASSWORD": "warehouse",
}


@pytest.fixture(scope="session")
def stack():
    world.enter()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="local-"))
    project = scratch / "project"
    for name in ("ingest", "transform", "report"):
        module = project / name / f"course_{name}"
        module.mkdir(parents=True)
        shutil.copy(PROJECT, module / "definitions.py")
    stack = Stack(OUTPUT / "course", project, scratch, SETTINGS)
    stack.project = project
    try:
        stack.start()
        yield stack
    finally:
        stack.close()
        shutil.rmtree(scratch, ignore_errors=True)
