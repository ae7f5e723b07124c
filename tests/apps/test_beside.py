"""Two results side by side: what differs, and when a paired statement holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.audits.beside import beside, beside_candidates, scores_of
from compliance.audits.models import Result
from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import Access
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.browser import record
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def announced(db: None) -> None:
    record.announce()


@pytest.fixture
def newer(cast: Cast, version: Version) -> Version:
    return version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="1.1",
        access=Access.ENDPOINT,
        location="https://models.example/v1",
    )


def found(
    cast: Cast, version: Version, finding: record.Finding, name: str = "safety.refusal"
) -> Result:
    run = record.request(cast.viewer(cast.officer), version, [name])
    record.work(run, {name: finding})
    return run.shards.get().result


def test_between_versions_the_mean_change_of_clusters_is_stated(
    cast: Cast, version: Version, newer: Version
) -> None:
    old, new = found(cast, version, record.COMPLIANT), found(cast, newer, record.VIOLATING)
    told = beside(first=old, second=new)
    assert (told.asked_by_both, told.rose, told.fell, len(told.changed)) == (40, 8, 0, 8)
    assert told.silent == "" and told.drift_log10_e is None
    assert told.change is not None
    assert (told.change.n, told.change.value) == (10, pytest.approx(0.2))
    assert told.change.lower <= 0.2 <= told.change.upper
    back = beside(first=new, second=old)
    assert back.change is not None and back.change.value == pytest.approx(-0.2)
    assert (back.rose, back.fell) == (0, 8)


def test_one_version_asked_twice_is_looked_at_for_drift(cast: Cast, version: Version) -> None:
    old, new = found(cast, version, record.COMPLIANT), found(cast, version, record.VIOLATING)
    told = beside(first=old, second=new)
    assert told.change is None
    assert told.drift_log10_e == pytest.approx(1.4539, abs=1e-3)  # 2^8 / 9
    same = beside(first=old, second=found(cast, version, record.COMPLIANT))
    assert (same.changed, same.drift_log10_e) == ((), pytest.approx(0.0))


def test_no_statement_where_a_run_stopped_or_asked_otherwise(
    cast: Cast, version: Version, newer: Version
) -> None:
    old = found(cast, version, record.COMPLIANT)
    fewer = found(cast, newer, replace(record.COMPLIANT, items=20))
    assert "stopped before its last item" in beside(first=old, second=fewer).silent
    other = Result.objects.get(id=found(cast, newer, record.COMPLIANT).id)
    other.spec_digest = "0" * 64
    assert "different specs" in beside(first=old, second=other).silent


def test_only_the_same_stress_test_on_the_same_model_stands_beside(
    cast: Cast, version: Version, newer: Version
) -> None:
    old, new = found(cast, version, record.COMPLIANT), found(cast, newer, record.COMPLIANT)
    digest = found(cast, version, record.COMPLIANT, "provenance.weights_digest")
    officer = cast.viewer(cast.officer)
    assert list(beside_candidates(viewer=officer, result=old)) == [new]
    assert not beside_candidates(viewer=cast.viewer(cast.outsider), result=old)
    with pytest.raises(InvalidInputError, match="another stress test"):
        beside(first=old, second=digest)


def test_scores_are_found_by_item(cast: Cast, version: Version) -> None:
    result = found(cast, version, record.VIOLATING)
    (score,) = scores_of(result=result, items=["fraud/005"]).values()
    assert (score.item_id, score.label) == ("fraud/005", "compliance")
