"""The AWS CLI behind a socket: `python -m warm.aws SOCKET`."""

import contextlib
import functools
import os
import sys

import awscli
import awscli.clidriver
from awscli.botocore import loaders

from warm import server

# Where the CLI found its own data when it was imported; it reads the variable again at every start.
DATA = os.environ["AWS_DATA_PATH"]
# A call that needs no argument, of each service that is called often.
CALLS = (
    "cloudformation list-stacks", "ecr describe-repositories", "ecs list-clusters", "logs describe-log-groups", "s3 ls",
    "s3api list-buckets", "ssm describe-parameters", "sts get-caller-identity",
)  # fmt: skip


def perform(request):
    server.become(**request)
    os.environ["AWS_DATA_PATH"] = DATA
    return awscli.clidriver.main()


def prepare():
    """Calls that reach nobody leave every module imported and every service's model parsed."""
    loaders.JSONFileLoader.load_file = functools.cache(loaders.JSONFileLoader.load_file)
    os.environ["AWS_MAX_ATTEMPTS"] = "1"
    nowhere = ["--no-sign-request", "--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9"]
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        for call in CALLS:
            awscli.clidriver.create_clidriver().main([*call.split(), *nowhere])


prepare()
server.serve(sys.argv[1], perform)
