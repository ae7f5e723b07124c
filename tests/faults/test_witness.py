"""A witness that is killed 500 times while an honest and a lying history are pushed at it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.witness.conftest import Process, log, process  # noqa: F401
from tests.witness.kills import Storm

pytestmark = pytest.mark.faults
KILLS = 500


def test_500_kills_of_a_witness(process: Callable[[], Process]) -> None:  # noqa: F811
    storm = Storm(process(), kills=KILLS, seed=2)
    storm.run()
    print(f"{storm.kills} kills, {storm.answers} answers, {storm.cosigned} of them cosigned")
    assert storm.kills == KILLS
    assert storm.faults == []
    assert storm.cosigned > KILLS
