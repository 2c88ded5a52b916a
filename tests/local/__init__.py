"""The rendered local stack, started without Docker.

`docker compose config` says what to start; each service becomes a process in namespaces of its own, with its command, user,
environment, mounts and address, and is waited for by its own health check. Dagster and PostgreSQL are the real ones; what
else an image would bring along is in `programs`. Needs root on Linux, as `tests/boot` does, whose parts it uses.
"""
