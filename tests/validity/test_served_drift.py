"""``provenance.served_drift``: its lives again in small, and the report as committed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from tests.validity import drift_tables as tables
from tests.validity.report_tables import committed, missing
from workers.contract import Score
from workers.stress_tests.provenance.served_banks_validity import NOISES, Bank, Banks
from workers.stress_tests.provenance.served_drift import served_drift
from workers.stress_tests.provenance.served_drift_validity import Simulated
from workers.stress_tests.provenance.served_edge_validity import ALPHA, edge
from workers.stress_tests.provenance.served_year_validity import year

NAME = "provenance.served_drift"


@pytest.fixture(scope="module")
def known() -> Banks:
    """One made-up model under any noise, and another."""
    rng = np.random.default_rng(0)

    def bank(letters: int) -> Bank:
        return Bank(
            rng.integers(letters, size=(24, 40, 12)).astype(np.int32),
            np.full(24, -float(letters)),
            rng.normal(letters, size=(24, 40)),
        )

    own = bank(5)
    return Banks(dict.fromkeys(NOISES, own), {"another": bank(3)})


def test_a_year_of_looks_at_the_edge_of_the_null_alarms_less_often_than_alpha() -> None:
    assert all(row["upper"] <= ALPHA for row in edge(1000))  # type: ignore[operator]


def test_wandering_noise_alarms_where_it_passes_the_tolerance_and_a_change_is_found_soon() -> None:
    found = year(20)
    quiet, loud = found["unchanged"][1], found["unchanged"][-1]  # type: ignore[index, call-overload]
    assert quiet["looks_moved"] == 0.0 < loud["looks_moved"]
    assert quiet["wrong"] <= 7 < loud["wrong"]
    slow, fast = found["changed"][1], found["changed"][-1]  # type: ignore[index, call-overload]
    assert fast["median_days"] < slow["median_days"]
    assert fast["found"] >= 15


def test_p_values_of_a_model_that_stays_are_small_no_more_often_than_their_level(
    known: Banks,
) -> None:
    lives = [Simulated(known, noisy=True).life([k], 25) for k in range(10)]
    for way in ("p_values", "ranks"):
        found = np.concatenate([getattr(life, way) for life in lives])
        assert binomtest(int((found <= 0.05).sum()), len(found), 0.05).pvalue > 0.001
    assert sum(bool((life.published <= 0.05).any()) for life in lives) >= 4


def test_a_change_is_found_after_it_came_and_not_before(known: Banks) -> None:
    life = Simulated(known, noisy=True).life([9], 20, change=(12, known.changed["another"]))
    assert life.asked is not None
    assert 12 <= life.asked <= 16


def test_the_procedure_concludes_as_the_simulation_does(known: Banks) -> None:
    """The e-processes of a life are those of the test, look by look."""
    simulated = Simulated(known, noisy=False)
    looks = simulated.looks(np.random.default_rng(3), 5, change=(3, known.changed["another"]))
    streams = [_scores(look.answers, look.log_probabilities) for look in looks]
    conclude = served_drift.build({}).conclude_after
    assert conclude is not None
    verdicts = [judge(conclude(streams[:k], streams[k])) for k in range(5)]
    assert verdicts[:3] == [Verdict.INCONCLUSIVE] * 3
    assert verdicts[-1] is Verdict.VIOLATING


def _scores(answers: np.ndarray, log_probabilities: np.ndarray) -> list[Score]:
    return [
        Score(
            item_id=f"prompt-{k:02d}",
            part="",
            cluster="",
            value=0.0,
            label="asked",
            detail={
                "answers": ["".join(chr(65 + one) for one in own) for own in answers[k]],
                "log_probability": float(log_probabilities[k]),
                "rank": None,
                "registered_log_probability": None,
            },
        )
        for k in range(len(answers))
    ]


def test_committed_report_is_of_this_version_and_holds_its_size_at_the_edge() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, served_drift.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert all(row["upper"] <= ALPHA for row in report["size"])
    ours = [row for row in report["unchanged"] if "published" not in row["way"]]
    assert all(row["lower"] <= 0.05 for row in ours if row["noise"] == "none")


def test_the_page_states_the_committed_figures() -> None:
    report: dict[str, Any] = committed(NAME)
    rows = (tables.size_rows, tables.unchanged_rows, tables.power_rows, tables.year_rows)
    wanted = [row for part in rows for row in part(report)]
    assert missing(NAME, wanted) == []
