"""Real Dagster loads and boots from rendered output.

* `test_config` needs no server: the rendered config files, filled by the init container's own command, are loaded by
  Dagster's own code.
* Everything else deploys a rendering to a local AWS (moto with the CloudFormation of `tests/judges/fakeaws`) and executes
  it: `ecs` plays the container service, real PostgreSQL plays the database, and the processes are real Dagster.

`prepare.sh` installs what is needed; `pytest tests/boot` is the whole tier.
"""
