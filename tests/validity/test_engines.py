"""The engines keep their error rates: measured again quickly, and as committed and stated."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from tests.validity.engine_tables import committed, page, rows
from workers.engine_streams import bank_powers, bank_sizes, powers, sizes
from workers.engine_study import NEVER, crossings, quantile, validate


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_wrong_verdicts_are_no_commoner_than_alpha(quick: dict[str, Any]) -> None:
    for row in quick["size"]:
        assert binom.sf(row["wrong"] - 1, row["streams"], 0.05) > 1e-4, row


def test_clear_cases_are_shown(quick: dict[str, Any]) -> None:
    decided = {(r["engine"], r["case"]): r["decided"] / r["streams"] for r in quick["power"]}
    unclear = {(case.engine, case.name) for case in bank_powers()}  # 500 items are few for some
    assert all(share >= (0.5 if case in unclear else 1.0) for case, share in decided.items())


def test_traps_spring_where_the_engines_hold(quick: dict[str, Any]) -> None:
    traps = quick["traps"]
    looks = {row["rule"]: row for row in traps["looks"]}
    assert looks["exact test of the look"]["after_260"] > 0.9
    assert looks["restart mixture"]["after_260"] <= 0.1
    correlated = traps["clusters"][-1]
    assert correlated["naive"] > 0.4
    assert correlated["engine"] < 0.1
    delays = {row["rule"]: row["median_delay"] for row in traps["good_past"]}
    assert (
        delays["conjugate mixture of all so far, 1/alpha"] > 5 * delays["restart mixture, 1/alpha"]
    )


def test_the_committed_report_is_whole_and_holds_its_size() -> None:
    report = committed()
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert [(r["engine"], r["case"]) for r in report["size"]] == [
        (case.engine, case.name) for case in [*sizes(), *bank_sizes()]
    ]
    assert [(r["engine"], r["case"]) for r in report["power"]] == [
        (case.engine, case.name) for case in [*powers(), *bank_powers()]
    ]
    for row in report["size"]:
        # Over a whole life of 120 streams too, as far as so many lives can tell.
        assert binom.sf(row["any_bonferroni"] - 1, row["lives"], 0.05) > 0.01, row


def test_the_page_states_the_committed_figures() -> None:
    text = page()
    assert [row for row in rows(committed()) if row not in text] == []


def test_a_stream_that_never_decides_has_no_quantile() -> None:
    found = crossings(np.array([[0.0, 5.0], [0.0, 0.0], [5.0, 0.0]]), 3.0)
    assert found.tolist() == [2, NEVER, 1]
    assert quantile(found, 0.5) == 2
    assert quantile(found, 0.9) is None
