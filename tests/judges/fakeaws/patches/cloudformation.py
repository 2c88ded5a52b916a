"""Routes CloudFormation requests to `fakeaws.api`."""

from moto.cloudformation import urls

from fakeaws.api import Api


def apply():
    urls.url_paths = {"{0}/$": Api.dispatch}
