"""Settings from the environment."""

from __future__ import annotations

import pytest

from compliance.domain.rights import SecondFactorFor
from compliance.env import Env, load
from compliance.logs import LogFormat

BROKERS = [
    "redis://:password@127.0.0.1:6379/0",
    "rediss://127.0.0.1/0?ssl_cert_reqs=required",
    "amqp://user:password@127.0.0.1:5672//",
    "amqps://user:password@rabbit.example/assay",
]


@pytest.mark.parametrize("url", BROKERS)
def test_brokers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from workers.celery import transport_options

    monkeypatch.setenv("ASSAY_BROKER_URL", url)
    broker = Env().broker_url
    assert str(broker) == url
    assert ("confirm_publish" in transport_options(broker)) == url.startswith("amqp")
    assert ("visibility_timeout" in transport_options(broker)) == url.startswith("redis")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSAY_BROKER_URL", "sqs://queue"),
        ("ASSAY_BROKER_URL", "redis://"),
        ("ASSAY_LOG_FORMAT", "xml"),
        ("ASSAY_METRICS_TOKEN", "short"),
        ("ASSAY_METRICS_TOKEN", ""),
        ("ASSAY_MFA_REQUIRED", "some"),
        ("ASSAY_BREACHED_PASSWORDS_URL", "file:///list"),
        ("ASSAY_CALLS_PER_MINUTE", "-1"),
    ],
)
def test_a_bad_value_stops_the_start_by_name_and_is_not_repeated(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        load()
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{name}: ")
    assert len(said.splitlines()) == 1


def test_defaults() -> None:
    env = Env()
    assert (env.log_format, env.metrics_token, env.heartbeat_file) == (
        LogFormat.CONSOLE,
        None,
        None,
    )
    assert "**" in str(Env(metrics_token="a-token-of-some-length").metrics_token)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("true", SecondFactorFor.EVERYBODY),
        ("False", SecondFactorFor.NOBODY),
        ("roles", SecondFactorFor.ROLES),
    ],
)
def test_of_whom_a_second_factor_is_asked(
    said: str, meant: SecondFactorFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_MFA_REQUIRED", said)
    assert Env().mfa_required is meant
