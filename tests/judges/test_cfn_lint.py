"""cfn-lint has nothing to say about any rendered template: no error, no warning, no information."""

import pathlib

import deployments
from shell import run


def lint(templates, region):
    """What cfn-lint says, one finding a line."""
    command = ["cfn-lint", "--regions", region, "--include-checks", "I", "--format", "parseable"]
    return run(*command, "--", *templates, expect=None)


def test_every_template_is_clean(deployment):
    done = lint(deployment.distinct_templates(), deployment.region)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_every_template_is_in_the_plan(deployment):
    assert sorted(layer.path for layer in deployment.layers) == deployment.templates


def test_findings_would_be_seen(tmp_path):
    """The judge is judged: an unused parameter is a warning, a public bucket's missing quote an error."""
    path = tmp_path / "t.yaml"
    path.write_text("Parameters: {Unused: {Type: String}}\nResources: {A: {Type: AWS::SNS::Topic, Properties: {Name: 1}}}\n")
    done = lint([path], "eu-central-1")
    assert done.returncode != 0 and "W2001" in done.stdout and "E3002" in done.stdout, done.stdout


def test_there_are_examples():
    assert deployments.names(), f"{pathlib.Path('output')} holds no deployment"
    for name in deployments.names():
        deployments.spec_of(name)
