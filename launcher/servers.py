"""PostgreSQL and Valkey of one state, started and up to date, and the environment they are in."""

from __future__ import annotations

from collections.abc import Callable

from launcher import services
from launcher.ports import kept_port
from launcher.postgres import Postgres
from launcher.state import State, secrets_keep
from launcher.supervisor import Supervisor
from launcher.system_user import system_user
from launcher.valkey import Valkey


def servers_start(
    state: State, supervisor: Supervisor, say: Callable[[str], None], *, web_port: int
) -> dict[str, str]:
    """Start both, bring database and static files up to date, one step each.

    Returns:
        What every process of Assay reads its settings from; only the update signs in as the owner
        of the tables.
    """
    kept, user = secrets_keep(state.secrets), system_user()
    postgres = Postgres(
        state.home / "postgres",
        kept_port(state.ports, "postgres"),
        kept["postgres_superuser"],
        kept["postgres_assay"],
        kept["postgres_service"],
        user,
    )
    valkey = Valkey(state.home / "valkey", kept_port(state.ports, "valkey"), kept["valkey"])
    say("Starting PostgreSQL 18" + (f" as {user.name}" if user else ""))
    postgres.start(supervisor)
    say("Starting Valkey")
    valkey.start(supervisor)
    environment = services.settings_environment(
        state,
        database=postgres.url,
        broker=valkey.url,
        secret_key=kept["secret_key"],
        web_port=web_port,
        smtp_port=kept_port(state.ports, "smtp"),
    )
    say("Bringing database and static files up to date")
    owner = environment | {"ASSAY_DATABASE_URL": postgres.owner_url}
    supervisor.run(services.step("update", owner, "launcher.update"))
    return environment
