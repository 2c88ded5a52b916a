"""Routes the request of `fakeaws.existing.post`."""

from moto.moto_api._internal import urls

from fakeaws.existing import PATH, answer


def apply():
    urls.url_paths["{0}" + PATH] = answer
