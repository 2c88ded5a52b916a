"""Tests of one deployment share a worker; otherwise each worker deploys everything for itself, and nobody is told."""

import os


def test_a_deployment_has_one_worker(request, deployment):
    if "PYTEST_XDIST_WORKER" in os.environ and request.config.option.loadgroup:
        # pytest-xdist names the group of a test behind its id.
        assert request.node.nodeid.endswith(f"@{deployment.name}")
