"""A real PostgreSQL at the address that the database's name resolves to.

Its master user and password are those that the rendered template gave RDS. TLS is on with a certificate of its own, and
`rds.force_ssl` is played by a pg_hba.conf that takes nothing else.
"""

import os
import pathlib
import pwd
import shutil
import subprocess

from boot.ecs.clock import until
from boot.world import DATABASE

HBA = "local all all trust\nhostssl all all 0.0.0.0/0 scram-sha-256\nhostnossl all all 0.0.0.0/0 reject\n"


def programs():
    """The folder with `postgres`, which Debian does not put on the path."""
    found = [path.parent for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    beside = shutil.which("postgres")
    if beside:
        found.append(pathlib.Path(beside).resolve().parent)
    if not found:
        raise RuntimeError("PostgreSQL is not installed: run tests/boot/prepare.sh")
    return max(found, key=lambda path: (path / "initdb").exists())


class Postgres:
    def __init__(self, folder, user, password, database):
        self.folder, self.bin = pathlib.Path(folder), programs()
        self.owner = pwd.getpwnam("postgres")
        self.folder.mkdir(parents=True)
        os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        self.data = self.folder / "data"
        self._as_owner("initdb", "-D", self.data, "-U", "rdsadmin", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self._certificate()
        (self.data / "pg_hba.conf").write_text(HBA)
        settings = {
            "listen_addresses": DATABASE,
            "unix_socket_directories": str(self.folder),
            "ssl": "on",
            "fsync": "off",
            "max_connections": "200",
            "log_connections": "on",
        }
        with open(self.data / "postgresql.conf", "a") as file:
            file.writelines(f"{key} = '{value}'\n" for key, value in settings.items())
        self.start()
        self.sql(f"create role {user} login createdb createrole password '{password}'")
        self.sql(f"create database {database} owner {user}")

    def _certificate(self):
        key, certificate = self.data / "server.key", self.data / "server.crt"
        subject = ["-subj", "/CN=database", "-days", "2"]
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, *subject]
        subprocess.run(command, check=True, capture_output=True)
        for file in (key, certificate):
            os.chown(file, self.owner.pw_uid, self.owner.pw_gid)
            file.chmod(0o600)

    def _as_owner(self, program, *words):
        command = [self.bin / program, *words]
        done = subprocess.run(
            command, user=self.owner.pw_uid, group=self.owner.pw_gid, cwd=self.folder, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}{done.stdout}")
        return done.stdout

    def start(self):
        log = open(self.folder / "log", "a")
        # Ends with this process, however that ends.
        owner = ["setpriv", f"--reuid={self.owner.pw_uid}", f"--regid={self.owner.pw_gid}", "--clear-groups", "--pdeathsig=QUIT"]
        command = [*owner, self.bin / "postgres", "-D", self.data]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        until(self._ready, 60, "PostgreSQL did not start")

    def _ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended: {(self.folder / 'log').read_text()[-2000:]}")
        command = [self.bin / "pg_isready", "-q", "-h", self.folder]
        return subprocess.run(command).returncode == 0

    def sql(self, statement, database="postgres"):
        return self._as_owner("psql", "-h", self.folder, "-U", "rdsadmin", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement, database)

    def stop(self, how="fast"):
        self.process.send_signal({"fast": 2, "immediate": 3}[how])
        self.process.wait(60)

    def restart(self):
        self.stop()
        self.start()
