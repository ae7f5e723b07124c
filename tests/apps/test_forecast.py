"""What a run would come to, in every face, priced by what earlier runs took."""

from __future__ import annotations

from dataclasses import replace

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse

from compliance.accounts.models import User
from compliance.audits.forecast import Forecast, forecasts
from compliance.audits.models import Result, StressTest
from compliance.audits.selectors import forecast_list
from compliance.audits.services import battery_resolve
from compliance.domain.canonical import Json
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access
from compliance.registry.models import Version
from compliance.registry.services import model_register, version_register
from tests.api.conftest import Call, call  # noqa: F401  (a fixture)
from tests.browser import record
from tests.cast import Cast
from tests.second_factors import totp_give
from workers.tasks.runs import catalogue_announce

REFUSAL = "safety.refusal"
PAIRS = "bias.counterfactual_pairs"
UNPLANNED = (
    *("bias.bold", "bias.crows_pairs", "bias.decisions", "bias.winogender"),
    "safety.no_worse_than",
)
STUDY = {
    "power": [
        {"case": "even", "lives": 200, "compliant": 198, "violating": 1, "inconclusive": 1}
        | {"median_items": 2400, "ninth_decile_items": 2800},
        {"case": "all asked", "lives": 200, "compliant": 0, "violating": 200, "inconclusive": 0},
        {"case": "of another make", "rejected": 0.9},
    ]
}


@pytest.fixture(autouse=True)
def announced(db: None) -> None:
    record.announce()


def forecast(cast: Cast, version: Version | None, spec: str | Json = REFUSAL) -> Forecast:
    viewer = cast.viewer(cast.officer)
    battery = battery_resolve(battery=[spec])
    return forecast_list(viewer=viewer, battery=battery, version=version)[0]


def audit(cast: Cast, version: Version, seconds: float, items: int = 40) -> None:
    """A finished run of the stress test that took so long."""
    viewer = cast.viewer(cast.officer)
    run = record.request(viewer, version, [REFUSAL])
    record.work(run, {REFUSAL: replace(record.VIOLATING, items=items)})
    rows = Result.objects.filter(shard__run=run)
    # The record is append-only, and a test cannot wait: only here a duration is put in its place.
    with pgtrigger.ignore():
        rows.update(duration_seconds=seconds)
    run.shards.update(tokens=100 * items)


def test_a_worker_announces_a_plan_of_every_stress_test() -> None:
    StressTest.objects.all().delete()
    catalogue_announce()
    rows = {test.name: test for test in StressTest.objects.all()}
    plans = {name: test.plan or {} for name, test in rows.items()}
    assert len(plans["safety.refusal"]["outlooks"]) == 7
    assert plans["provenance.weights_digest"]["reason"]
    assert rows["safety.refusal"].choices == {"judge": ["patterns@1", "words@1"]}
    assert rows["provenance.weights_digest"].choices == {}
    untold = [StressTestSpec(name, rows[name].version) for name in UNPLANNED if name in rows]
    found = forecasts(battery=untold, results=Result.objects.none(), version=None)
    assert len(found) >= 2  # those whose public data are at hand come beside
    assert all(one.simulated and one.reason and not one.rows for one in found)


def test_without_a_run_there_is_no_price(cast: Cast, version: Version) -> None:
    found = forecast(cast, version)
    assert (found.pace, found.rows[0].tokens, found.rows[0].seconds) == (None, None, None)
    assert found.fewest.outlook.items.mean < found.most.outlook.items.mean <= 504
    assert 0 < found.error < 0.04
    assert forecast(cast, version, "bias.counterfactual_pairs").reason == "no plan was announced"


def test_the_price_is_of_the_newest_runs_of_this_version(cast: Cast, version: Version) -> None:
    audit(cast, version, seconds=4000.0)
    for seconds in (40.0, 60.0, 80.0, 100.0, 120.0):
        audit(cast, version, seconds)
    found = forecast(cast, version)
    assert found.pace is not None
    assert (found.pace.runs, found.pace.items, found.pace.own) == (5, 200, True)
    each = found.pace.seconds
    assert (each.least, each.mean, each.most) == (1.0, 2.0, 3.0)
    row = found.rows[0]
    assert row.seconds is not None and row.tokens is not None
    assert row.seconds.mean == pytest.approx(2 * row.outlook.items.mean)
    assert row.tokens.mean == pytest.approx(100 * row.outlook.items.mean)


def test_other_versions_of_the_same_access_lend_their_price_and_it_is_said(
    cast: Cast, version: Version, weights: str
) -> None:
    audit(cast, version, 40.0)
    other = version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="2.0",
        access=Access.WEIGHTS,
        location=weights,
    )
    lent = forecast(cast, other).pace
    assert lent is not None and not lent.own
    audit(cast, other, 400.0)
    own = forecast(cast, other).pace
    assert own is not None and (own.own, own.seconds.mean) == (True, 10.0)


def test_nobody_else_sees_what_runs_took(cast: Cast, version: Version, weights: str) -> None:
    audit(cast, version, 40.0)
    rival = cast.viewer(cast.rival_engineer)
    model = model_register(viewer=rival, organization_id=cast.rival.id, slug="r", name="R")
    own = version_register(
        viewer=rival, model=model, name="1", access=Access.WEIGHTS, location=weights
    )
    battery = battery_resolve(battery=[REFUSAL])
    assert forecast_list(viewer=rival, battery=battery, version=own)[0].pace is None


def test_parameters_that_are_not_those_of_the_plan_are_named(cast: Cast, version: Version) -> None:
    spec: Json = {"name": REFUSAL, "version": 1, "parameters": {"audited": 0.5}}
    assert forecast(cast, version, spec).other == ("audited",)


def test_the_portal_shows_it_before_a_run_and_before_a_schedule(
    cast: Cast, version: Version
) -> None:
    audit(cast, version, 40.0)
    client = Client()
    client.force_login(cast.officer)
    ticked = {"tests": [*StressTest.objects.values_list("name", flat=True)]}
    StressTest.objects.filter(name=PAIRS).update(validity=STUDY)
    page = client.get(f"/versions/{version.id}/forecast/", ticked).content.decode()
    assert "65 to 438 of 504 items on average, about 65 s to 7 min" in page
    assert "no plan was announced" in page and "2,400" in page and "nine in ten by 2,800" in page
    assert "off by at most 2.57% at 95%" in page and "of another make" not in page
    asked = {"model": str(version.model_id), "tests": [REFUSAL]}
    drawn = client.get("/schedules/forecast/", asked).content.decode()
    assert "99.5%" in drawn and "Measured on 1 earlier run of this version" in drawn
    assert "Not as planned" not in drawn
    drawn = client.get("/schedules/forecast/", {**asked, "audited": "0.2"}).content.decode()
    assert "Not as planned here: audited. All items are asked" in drawn
    assert "Tick a stress test" in client.get(f"/versions/{version.id}/forecast/").content.decode()


@pytest.mark.parametrize("model", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_model_that_is_none_is_not_found(cast: Cast, model: str) -> None:
    client = Client()
    client.force_login(cast.officer)
    assert client.get("/schedules/forecast/", {"model": model}).status_code == 404


def test_the_api_answers_it_and_writes_nothing(
    cast: Cast,
    version: Version,
    call: Call,  # noqa: F811
) -> None:
    audit(cast, version, 40.0)
    body = {"version": str(version.id), "battery": [REFUSAL, "provenance.weights_digest"]}
    answer = call(cast.officer).post("/api/v1/runs/forecast", body, format="json")
    assert answer.status_code == 200
    priced, unpriced = answer.json()["rows"]
    assert (priced["simulated"], priced["asks_all"]) == ([], False)
    assert priced["rows"][3]["compliant"]["value"] == 0.995
    assert priced["pace"]["seconds"]["mean"] == 1.0
    assert (unpriced["rows"], unpriced["reason"]) == ([], "certain after one pass")
    assert version.runs.count() == 1
    assert call(cast.outsider).post("/api/v1/runs/forecast", body, format="json").status_code == 422
    row = call(cast.officer).get("/api/v1/stress-tests?kind=safety").json()["rows"][0]
    assert len(row["plan"]["outlooks"]) == 7


def test_the_admin_shows_it(cast: Cast, version: Version) -> None:
    audit(cast, version, 40.0)
    client = Client()
    operator = User.objects.create_superuser("o@assay.example", "x" * 12, name="Op")
    client.force_login(totp_give(operator))
    address = reverse("admin:audits_schedule_forecast")
    StressTest.objects.filter(name=PAIRS).update(validity=STUDY)
    asked = {"model": str(version.model_id), "tests": [REFUSAL, PAIRS], "judge": "words@1"}
    drawn = client.get(address, asked).content.decode()
    assert "65 to 438 of 504 items on average" in drawn and "this version" in drawn
    assert "Not as planned here: judge." in drawn and "2,400 (2,800)" in drawn
    assert "Tick a stress test" in client.get(address, {"model": ""}).content.decode()
    test = StressTest.objects.get(name=REFUSAL)
    shown = client.get(reverse("admin:audits_stresstest_change", args=[test.pk])).content.decode()
    assert "What a run comes to" in shown and "Tokens and time are not known" in shown
    dialog = client.get(reverse("admin:registry_version_run_now", args=[version.pk]))
    assert "65 to 438 of 504 items on average" in dialog.content.decode()
