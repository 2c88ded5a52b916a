"""The AWS CLI and cfn-lint that the judges call are the real ones, and only start faster."""

import subprocess

import fakeaws
import pytest
from shell import BIN, run

CALLS = {
    "an answer": ("sts", "get-caller-identity"),
    "an error of AWS": ("ecs", "describe-services", "--cluster", "nowhere", "--services", "none"),
    "a wrong option": ("ecs", "list-clusters", "--nonsense"),
    "a wrong command": ("nonsense",),
    "its version": ("--version",),
}


@pytest.fixture
def env(endpoint):
    return fakeaws.environment(endpoint, "eu-central-1")


@pytest.mark.parametrize("arguments", [pytest.param(call, id=name) for name, call in CALLS.items()])
def test_a_call_says_the_same(env, arguments):
    warm, real = (run(program, *arguments, env=env, expect=None) for program in ("aws", BIN / "aws"))
    assert (warm.returncode, warm.stdout, warm.stderr) == (real.returncode, real.stdout, real.stderr)


def test_a_linter_says_the_same(env, tmp_path):
    (tmp_path / "t.yaml").write_text("Parameters: {Unused: {Type: String}}\nResources: {A: {Type: AWS::SNS::Topic}}\n")
    warm, real = (run(program, "t.yaml", env=env, cwd=tmp_path, expect=None) for program in ("cfn-lint", BIN / "cfn-lint"))
    assert "W2001" in warm.stdout
    assert (warm.returncode, warm.stdout, warm.stderr) == (real.returncode, real.stdout, real.stderr)


def test_input_and_folder_are_the_callers(env, tmp_path):
    run("aws", "s3", "mb", "s3://warm", env=env)
    run("aws", "s3", "cp", "-", "s3://warm/text", env=env, input="grüße\n")
    run("aws", "s3", "cp", "s3://warm/text", "here", env=env, cwd=tmp_path)
    assert (tmp_path / "here").read_text() == "grüße\n"


def test_the_environment_is_the_callers(env):
    said = [run(program, "configure", "list", env={**env, "AWS_DEFAULT_REGION": "eu-north-1"}).stdout for program in ("aws", BIN / "aws")]
    assert said[0] == said[1] and "eu-north-1" in said[0]


def test_a_call_that_is_killed_ends(env):
    """Nothing goes on behind the back of whoever gave up."""
    words = ["aws", "s3", "cp", "-", "s3://warm/never", "--debug"]
    with subprocess.Popen(words, env=env, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as call:
        # It is at work, and will wait for its input for ever.
        assert call.stderr.read(1)
        call.kill()
        # The output ends once nobody has it open any more.
        call.stderr.read()
