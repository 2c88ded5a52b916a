"""Plays Amazon ECS on Fargate for what is registered in the local AWS.

* `agent` looks for services and tasks in the server and gives each its own thread of control.
* `service` keeps a service's desired count through rollouts, as its deployment configuration says.
* `task` runs one task: network, volumes, secrets, containers in the order of `dependsOn`, and reports its state.
* `container` is one process in its own root, PID and mount namespace (`box`), with its log, health check (`checks`) and stop.
* `shared` plays the file systems that tasks mount.
* `endpoints` serves credentials and metadata to tasks; `images` holds what stands in for container images.

Waiting is shortened by one factor (`clock`); limits on real work (timeouts, stop timeouts) are not.
"""
