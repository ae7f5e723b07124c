"""What the scheduler waits out."""

from __future__ import annotations

import threading

import pytest
import redis
from django.db import OperationalError
from kombu.exceptions import ConnectionError as AmqpConnectionError
from kombu.exceptions import OperationalError as BrokerError

from workers import scheduler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "outage",
    [
        OperationalError,
        BrokerError,
        AmqpConnectionError,
        ConnectionRefusedError,
        redis.ConnectionError,
    ],
)
def test_an_outage_is_waited_out(outage: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = threading.Event()
    rounds: list[str] = []

    def mend() -> None:
        rounds.append("begun")
        if len(rounds) == 1:
            raise outage("gone")
        stopping.set()

    monkeypatch.setattr(scheduler, "mend", mend)
    monkeypatch.setattr(scheduler, "POLL_SECONDS", 0.01)
    scheduler.run(stopping)
    assert len(rounds) == 2


def test_a_mistake_is_not_taken_for_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    def mend() -> None:
        raise KeyError("a mistake")

    monkeypatch.setattr(scheduler, "mend", mend)
    with pytest.raises(KeyError):
        scheduler.run(threading.Event())
