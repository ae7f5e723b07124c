"""Typed settings from the environment (12-factor). A bad value stops the start, by name."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import (
    AnyHttpUrl,
    AnyUrl,
    Field,
    PostgresDsn,
    SecretStr,
    UrlConstraints,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from compliance.domain.rights import SecondFactorFor
from compliance.logs import LogFormat


class BrokerUrl(AnyUrl):
    """Where Celery's messages go: Valkey or Redis, or RabbitMQ."""

    _constraints = UrlConstraints(
        allowed_schemes=["redis", "rediss", "amqp", "amqps"], host_required=True
    )


class Env(BaseSettings):
    """Every variable that Assay reads, with the prefix ``ASSAY_``."""

    model_config = SettingsConfigDict(env_prefix="ASSAY_")

    database_url: PostgresDsn
    broker_url: BrokerUrl
    secret_key: str = Field(min_length=32)
    secret_key_before: str = ""
    """Earlier secret keys, by commas: what they signed or sealed stays readable."""
    mfa_required: SecondFactorFor = SecondFactorFor.EVERYBODY
    """Of whom a second factor is asked; ``true`` is everybody, ``false`` nobody."""
    breached_passwords_url: AnyHttpUrl | None = None
    """Of a service that names breached passwords by the first digits of their digests."""
    idle_minutes: int = Field(default=60, ge=0)
    """How long a session may go unused before it ends; 0: for as long as it lasts."""
    calls_per_minute: int = Field(default=600, ge=0)
    """Of a person or machine; of this and the limits that follow 0 is none."""
    writes_per_minute: int = Field(default=120, ge=0)
    costly_calls_per_minute: int = Field(default=60, ge=0)
    """Of a person or machine, to what computes or hands out much."""
    organization_calls_per_minute: int = Field(default=3_000, ge=0)
    """Of all people and machines of an organization, by the API."""
    anonymous_calls_per_minute: int = Field(default=300, ge=0)
    """Of an address from which nobody has signed in."""
    trusted_proxies: int = Field(default=0, ge=0)
    """Proxies in front that append to ``X-Forwarded-For``; who is counted by is behind them."""
    models_root: Path
    """Registered weights lie below this folder; nothing outside it is ever opened."""
    evidence_url: str = Field(pattern=r"^(file:///|s3://|gs://|az://)")
    """Where evidence lies: ``file:///folder`` or ``s3://bucket/prefix``; see docs/operations.md."""
    log_key: Path | None = None
    """The log's private keys, for the sequencer alone."""
    witness_policy: Path | None = None
    """Whose cosignatures the log needs (c2sp.org/tlog-policy), for the sequencer alone."""
    timestamp_url: str = ""
    """Of a time stamp authority (RFC 3161), for the sequencer alone."""
    timestamp_root: Path | None = None
    """That authority's root certificate in PEM; without it no stamp is believed, nor kept."""
    public_url: str = "http://127.0.0.1:8000"
    allowed_hosts: str = "127.0.0.1,localhost"
    email_url: str = "smtp://127.0.0.1:25"
    email_from: str = "assay@localhost"
    static_root: Path = Path("staticfiles")
    gpu_from_gb: float | None = Field(default=None, gt=0)
    """Models whose weights are at least this large are asked by workers of the queue gpu."""
    error_budget: float = Field(default=0.05, gt=0, lt=1)
    """The chance of any false alarm about an organization in its whole life, in the record."""
    allow_internal: bool = False
    """Let endpoints, webhooks and alert routes lead to loopback and private addresses."""
    alert_gather_seconds: int = Field(default=60, ge=0, le=3600)
    """How long a message about alerts waits for others of its organization to leave with it."""
    debug: bool = False
    log_format: LogFormat = LogFormat.CONSOLE
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    """Whoever sends it may read ``/metrics``; without it there is no such address."""
    heartbeat_file: Path | None = None
    """Touched by a scheduler or worker while it lives, for ``python -m workers.health``."""

    @field_validator("mfa_required", mode="before")
    @classmethod
    def _yes_or_no(cls, given: object) -> object:
        """What the variable was before it said of whom."""
        return {"true": SecondFactorFor.EVERYBODY, "false": SecondFactorFor.NOBODY}.get(
            str(given).lower(), given
        )


def load() -> Env:
    """The environment, or one line a variable and exit status 2."""
    try:
        return Env()
    except ValidationError as error:
        for problem in error.errors():
            name = "ASSAY_" + str(problem["loc"][0]).upper()
            print(f"{name}: {problem['msg']}. See docs/operations.md.", file=sys.stderr)
        raise SystemExit(2) from error
