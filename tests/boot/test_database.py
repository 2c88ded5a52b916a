"""The database that stands for RDS: who gets in, and that nobody gets in without TLS."""

import pathlib
import shutil
import subprocess
import tempfile

import pytest

from boot.postgres import Postgres
from boot.rendered import REPOSITORY
from boot.world import DATABASE

PYTHON = REPOSITORY / ".venv-dagster" / "bin" / "python"
CONNECT = """
import psycopg2, sys
host, password, mode = sys.argv[1:]
connection = psycopg2.connect(host=host, user="dagster", password=password, dbname="dagster", sslmode=mode)
cursor = connection.cursor()
cursor.execute("select repeat('x', 5000000)")
print(connection.info.ssl_in_use, len(cursor.fetchall()[0][0]))
"""


@pytest.fixture(scope="module")
def database(network):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="database-"))
    # Its owner passes through.
    folder.chmod(0o711)
    postgres = Postgres(folder / "postgres", "dagster", "secret", "dagster")
    yield postgres
    postgres.stop()
    shutil.rmtree(folder)


def connect(password="secret", mode="prefer"):
    return subprocess.run([PYTHON, "-c", CONNECT, DATABASE, password, mode], capture_output=True, text=True, timeout=600)


def test_a_driver_of_an_image_gets_in_through_tls(database):
    for _ in range(2):
        assert connect().stdout == "True 5000000\n"
        database.restart()


def test_others_do_not(database):
    assert "no encryption" in connect(mode="disable").stderr
    assert "password authentication failed" in connect(password="wrong", mode="require").stderr
    database.sql("alter role dagster password 'changed'")
    assert "password authentication failed" in connect(mode="require").stderr
    assert connect(password="changed").stdout
