"""moto with a CloudFormation that creates everything a dagforge deployment needs.

moto's own CloudFormation lacks many of our resource types and loses properties of others (a task definition's cpu and
roles, a bucket's encryption). This package replaces it by an engine of its own, on the same API, so that the real
`aws cloudformation deploy` works against it:

* `template` reads a template, `values` evaluates it, `stacks` creates, updates, rolls back and deletes stacks, `api`
  answers the AWS CLI.
* `resources` has one handler per resource type. A handler calls the service's API through boto3, so what it creates is
  what `describe-…` shows, and botocore's models check every argument. Which properties force a replacement comes from
  AWS's own resource schemas (those that cfn-lint ships). A type without a handler, or a property that no API takes,
  fails the stack by name.
* `patches` makes moto's backends keep what their APIs accept but moto drops.

`python -m fakeaws --port 5055` (with `tests/judges` on PYTHONPATH) serves it on 127.0.0.1 until it is terminated;
port 0 picks a free one. The first line on standard output is the endpoint. `fakeaws.running()` does the same for a test.
"""

from fakeaws.process import access_key, environment, running

__all__ = ["access_key", "environment", "running"]
