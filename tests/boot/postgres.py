"""A real PostgreSQL at the address that the database's name resolves to.

Its programs come from the wheel of requirements-postgres.txt, else from the system. Its master user and password are
those that the rendered template gave RDS. It listens on a socket in its own folder; `force_ssl` stands before it at RDS's
port and takes nothing but TLS. With tokens there is a second address, for those that `force_ssl` has let in.
"""

import datetime
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from boot.ecs.clock import allowed, until
from boot.rendered import REPOSITORY
from boot.world import DATABASE

WHEEL = REPOSITORY / ".venv" / "postgres" / "lib"
FORCE_SSL = pathlib.Path(__file__).with_name("force_ssl.py")
HBA = "local all rdsadmin trust\nlocal all all scram-sha-256\nhost all all 127.0.0.0/8 trust\n"
# PostgreSQL refuses to run as root, and initdb wants its user to have a name.
OWNER = "nobody"
# See `force_ssl`.
TRUSTING = "127.0.0.9"
SETTINGS = {"fsync": "off", "max_connections": "200", "log_connections": "on"}


def programs():
    """The newest PostgreSQL there is, as the folder with its programs; None without any."""
    wheel = [path.parent for path in WHEEL.glob("python*/site-packages/*pgserver/pginstall*/bin/postgres")]
    if wheel:
        return max(wheel)
    system = [path.parent for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if beside := shutil.which("postgres"):
        system.append(pathlib.Path(beside).resolve().parent)
    complete = [path for path in system if (path / "initdb").exists()]
    return max(complete, key=lambda path: path.parent.name.zfill(4)) if complete else None


def known(name):
    """Whether there is such a user."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def copied(folder):
    """The wheel's programs where `OWNER` may read them, which a home folder forbids; its libraries stand beside them."""
    found = programs()
    if not found.is_relative_to(WHEEL):
        return found
    package = found.parents[1]
    shutil.copytree(found.parent, folder / package.name / found.parent.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), folder / f"{package.name}.libs")
    for program in (folder / package.name / found.parent.name / "bin").iterdir():
        program.chmod(0o755)
    return program.parent


def certificate(folder):
    """A certificate of its own, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "database")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(2))
    key_file, file = folder / "server.key", folder / "server.crt"
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key_file.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(encoding))
    return file, key_file


class Postgres:
    def __init__(self, folder, user, password, database, address=DATABASE, judge=None):
        """`judge` makes what judges tokens, of this database."""
        self.folder, self.address = pathlib.Path(folder), address
        self.owner = pwd.getpwnam(OWNER)
        self.folder.mkdir(parents=True)
        self.certificate = certificate(self.folder)
        self.bin = copied(self.folder)
        self.home = self.folder / "home"
        self.home.mkdir()
        os.chown(self.home, self.owner.pw_uid, self.owner.pw_gid)
        self.data = self.home / "data"
        self._as_owner("initdb", "-D", self.data, "-U", "rdsadmin", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        (self.data / "pg_hba.conf").write_text(HBA)
        with open(self.data / "postgresql.conf", "a") as file:
            settings = {**SETTINGS, "unix_socket_directories": self.home, "listen_addresses": TRUSTING if judge else ""}
            file.writelines(f"{key} = '{value}'\n" for key, value in settings.items())
        self.judge = judge and judge(self)
        if self.judge:
            self.judge.listen(self.folder / "judge")
        self.start()
        self.sql(f"create role {user} login createdb createrole password '{password}'")
        self.sql(f"create database {database} owner {user}")
        # The master user of RDS may give it to whom it wants.
        self.sql(f"create role rds_iam; grant rds_iam to {user} with admin option")

    def _owner(self):
        return ["setpriv", f"--reuid={self.owner.pw_uid}", f"--regid={self.owner.pw_gid}", "--clear-groups"]

    def _as_owner(self, program, *words):
        done = subprocess.run([*self._owner(), self.bin / program, *words], cwd=self.home, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}{done.stdout}")
        return done.stdout

    def start(self):
        log = open(self.folder / "log", "a")
        # SIGQUIT is an immediate shutdown: it ends with this process, however that ends.
        command = [*self._owner(), "--pdeathsig=QUIT", self.bin / "postgres", "-D", self.data]
        self.process = subprocess.Popen(command, cwd=self.home, stdout=log, stderr=log)
        until(self._ready, 120, "PostgreSQL did not start")
        command = [os.path.realpath(sys.executable), "-I", "-S", FORCE_SSL, self.address, self.home / ".s.PGSQL.5432", *self.certificate]
        command += [self.folder / "judge"] if self.judge else []
        self.front = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        if not self.front.stdout.readline():
            raise RuntimeError(f"nothing listens for PostgreSQL: {(self.folder / 'log').read_text()[-2000:]}")

    def _ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended: {(self.folder / 'log').read_text()[-2000:]}")
        return subprocess.run([self.bin / "pg_isready", "-q", "-h", self.home]).returncode == 0

    def sql(self, statement, database="postgres"):
        return self._as_owner("psql", "-h", self.home, "-U", "rdsadmin", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement, database)

    def stop(self, how=signal.SIGINT):
        """SIGINT is the fast shutdown, SIGQUIT the immediate one."""
        self.front.stdin.close()
        self.process.send_signal(how)
        self.process.wait(allowed(60))
        self.front.wait(allowed(60))

    def restart(self):
        self.stop()
        self.start()
