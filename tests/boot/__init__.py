"""Real Dagster loads and boots from rendered output.

* `test_config` needs no server: the rendered config files, filled by the init container's own command, are loaded by
  Dagster's own code.
* Everything else deploys a rendering to a local AWS (moto with the CloudFormation of `tests/judges/fakeaws`) and executes
  it: `ecs` plays the container service, real PostgreSQL plays the database, and the processes are real Dagster. One of
  the deployments lives on: it is changed, broken, and at last moved to what Terraform applied (`applied`).

`make tools` installs what is needed, PostgreSQL included; `make boot` is the whole tier. `able` says what a machine lacks.
"""
