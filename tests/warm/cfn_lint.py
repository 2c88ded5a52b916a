"""cfn-lint behind a socket: `python -m warm.cfn_lint SOCKET`."""

import sys

import cfnlint.runner

from warm import server


def perform(request):
    server.become(**request)
    return cfnlint.runner.main()


server.serve(sys.argv[1], perform)
