"""The embedded PostgreSQL and Valkey that the demo and the tests start."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
import pytest
import redis

from launcher.ports import HOST
from tests.servers import Servers


@pytest.fixture
def connection(servers: Servers) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(servers.postgres.url, autocommit=True)


def one(connection: psycopg.Connection[tuple[object, ...]], query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_postgresql_is_of_the_promised_version(
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    assert str(one(connection, "SHOW server_version")).startswith("18.")


def test_assays_role_is_no_superuser_and_owns_its_database(
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    assert one(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert (
        one(
            connection,
            "SELECT rolname FROM pg_roles JOIN pg_database ON datdba = pg_roles.oid"
            " WHERE datname = current_database()",
        )
        == "assay"
    )


@pytest.mark.parametrize("role", ["postgres", "assay"])
def test_nobody_enters_postgresql_without_the_password(servers: Servers, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=HOST, port=servers.postgres.port, user=role, password="x", dbname="assay"
        )


def test_every_way_into_postgresql_asks_for_a_scram_password(
    connection: psycopg.Connection[tuple[object, ...]], servers: Servers
) -> None:
    rules = (servers.postgres.cluster / "pg_hba.conf").read_text().splitlines()
    methods = {rule.split()[-1] for rule in rules if rule.strip() and not rule.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_postgresql_listens_on_the_loopback_interface_and_on_no_socket(
    connection: psycopg.Connection[tuple[object, ...]], servers: Servers
) -> None:
    assert one(connection, "SHOW listen_addresses") == HOST
    ours = (servers.postgres.folder, Path("/tmp"), Path("/run/postgresql"))  # noqa: S108
    name = f".s.PGSQL.{servers.postgres.port}"
    assert not [folder for folder in ours if (folder / name).exists()]


def test_the_cluster_is_its_owners_alone_and_its_owner_is_not_root(servers: Servers) -> None:
    servers.start()
    found = servers.postgres.cluster.stat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid != 0
    assert not (servers.postgres.folder / "superuser-password").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root copies the programs")
def test_the_programs_that_root_copies_are_not_the_servers_to_change(servers: Servers) -> None:
    programs = next(servers.postgres.folder.glob("binaries-*"))
    assert {path.stat().st_uid for path in programs.rglob("*")} == {0}


def test_valkey_wants_the_password_and_drops_nothing(servers: Servers) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host=HOST, port=servers.valkey.port).ping()
    client = redis.Redis.from_url(servers.valkey.url, decode_responses=True)
    assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert client.config_get("appendonly")["appendonly"] == "yes"
    assert client.config_get("bind")["bind"] == HOST


def test_no_password_stands_on_a_command_line(servers: Servers) -> None:
    servers.start()
    lines = [
        path.read_bytes().decode(errors="replace")
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.exists()
    ]
    for password in (
        servers.valkey.password,
        servers.postgres.owner_password,
        servers.postgres.service_password,
    ):
        assert not [line for line in lines if password in line]
