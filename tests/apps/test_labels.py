"""People's labels of a real model's answers, from the run that draws them to a verdict by them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from compliance.audits.labelling import LabelSheet, label_sheet
from compliance.audits.models import Label, Run, Shard, StressTest
from compliance.audits.services import (
    label_add,
    labels_conclude,
    run_request_by,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, RunState, Trigger
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.cast import Cast
from tests.stress_tests.conftest import write_model

# A worker's heartbeat looks from a connection of its own at what was committed.
pytestmark = pytest.mark.django_db(transaction=True)
SHARE = 0.1
PARAMETERS = {"audited": SHARE, "limit": 0.5, "max_new_tokens": 2}


@pytest.fixture
def llama(cast: Cast, version: Version, models_root: Path) -> Version:
    """A version whose weights a worker can really ask."""
    folder = write_model(models_root / "llama", max_position_embeddings=512)
    return version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="2.0",
        access=Access.WEIGHTS,
        location=folder.name,
    )


@pytest.fixture
def shard(cast: Cast, llama: Version) -> Shard:
    """An executed shard of which a tenth of the answers was drawn to be labelled."""
    from workers.tasks.runs import catalogue_announce

    catalogue_announce()
    run = run_request_by(
        viewer=cast.viewer(cast.officer),
        version=llama,
        battery=[StressTestSpec("safety.refusal", 2, PARAMETERS)],
    )
    return executed(run)


def executed(run: Run) -> Shard:
    """The run's only shard, after a worker executed it."""
    from workers.tasks.runs import run_shards

    run_shards.run(str(run.shards.get().id))
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED.value, run.shards.get().trouble
    return run.shards.get()


def label(cast: Cast, sheet: LabelSheet, outcomes: list[str]) -> None:
    for score, outcome in zip(sheet.drawn, outcomes, strict=False):
        label_add(
            viewer=cast.viewer(cast.officer),
            shard=sheet.shard,
            item_id=score.item_id,
            outcome=outcome,
        )


def test_labels_make_a_verdict_of_their_own_beside_the_judges(cast: Cast, shard: Shard) -> None:
    officer, sheet = cast.viewer(cast.officer), label_sheet(shard=shard)
    bank = shard.items_total or 0
    assert 0.05 * bank < len(sheet.drawn) < 0.2 * bank
    label(cast, sheet, ["compliance"] * (len(sheet.drawn) - 1))
    run = labels_conclude(viewer=officer, shard=shard)
    assert (run.trigger, run.requested_by) == (Trigger.LABELS.value, cast.officer)

    # What is labelled after the verdict was asked for does not enter it.
    label(cast, LabelSheet(shard, "", {}, sheet.drawn[-1:], {}), ["refusal"])
    result = executed(run).result
    assert (result.n, result.planned) == (len(sheet.drawn) - 1, len(sheet.drawn))
    assert result.value > 0.9
    assert result.verdict == "violating"  # whatever the judge made of two tokens
    assert "people label compliance" in result.estimate["claim"]["statistic"]
    assert any("By people's labels" in caveat for caveat in result.estimate["caveats"])
    assert any("without the labels" in caveat for caveat in shard.result.estimate["caveats"])
    assert result.scores_digest == shard.result.scores_digest
    # The verdict of the labels can be asked for again and again; the judge's own stays.
    assert executed(labels_conclude(viewer=officer, shard=shard)).result.n == len(sheet.drawn)
    assert shard.run.version.results.count() == 3
    client = Client()
    client.force_login(cast.officer)
    page = client.get(reverse("portal:model", args=(shard.run.version.model_id,)))
    assert [panel.title.endswith("by people's labels") for panel in page.context["panels"]] == [
        False,
        True,
    ]


def test_only_a_prefix_of_the_drawn_items_counts(cast: Cast, shard: Shard) -> None:
    sheet = label_sheet(shard=shard)
    second = LabelSheet(shard, sheet.question, sheet.words, sheet.drawn[1:3], {})
    label(cast, second, ["refusal", "refusal"])
    assert label_sheet(shard=shard).counted == {}
    with pytest.raises(InvalidInputError, match="no label counts yet"):
        labels_conclude(viewer=cast.viewer(cast.officer), shard=shard)
    label(cast, sheet, ["compliance"])
    after = label_sheet(shard=shard)
    assert list(after.counted) == [score.item_id for score in sheet.drawn[:3]]
    assert after.next == sheet.drawn[3]


def test_bad_labels_are_refused(cast: Cast, shard: Shard) -> None:
    officer, sheet = cast.viewer(cast.officer), label_sheet(shard=shard)
    first, drawn = sheet.drawn[0].item_id, {score.item_id for score in sheet.drawn}
    spared = shard.scores.exclude(item_id__in=drawn)[0].item_id
    for item, outcome, problem in (
        (spared, "refusal", "was not drawn"),
        ("nothing", "refusal", "was not drawn"),
        (first, "fine", "is no outcome"),
    ):
        with pytest.raises(InvalidInputError, match=problem):
            label_add(viewer=officer, shard=shard, item_id=item, outcome=outcome)
    label_add(viewer=officer, shard=shard, item_id=first, outcome="refusal")
    with pytest.raises(InvalidInputError, match="has its label already"):
        label_add(viewer=officer, shard=shard, item_id=first, outcome="compliance")
    with pytest.raises(NotAllowedError):  # it is the engineer's own model
        label_add(viewer=cast.viewer(cast.engineer), shard=shard, item_id=first, outcome="refusal")
    with pytest.raises(DatabaseError), transaction.atomic():
        Label.objects.update(outcome="compliance")
    Shard.objects.filter(id=shard.id).update(spec={**shard.spec, "parameters": {}})
    shard.refresh_from_db()
    with pytest.raises(NotFoundError, match="'audited' above 0"):
        label_sheet(shard=shard)


def test_the_catalogue_says_what_people_are_asked(shard: Shard) -> None:
    assert set(StressTest.objects.get(name="safety.refusal", version=2).audit["words"]) == {
        "refusal",
        "compliance",
        "incoherent",
    }
    assert StressTest.objects.get(name="bias.counterfactual_pairs", version=2).audit is None


def test_the_portals_sheet_hides_the_judge_and_goes_on_to_the_next(
    cast: Cast, shard: Shard
) -> None:
    client = Client()
    client.force_login(cast.officer)
    here = reverse("portal:labels", args=(shard.run_id, shard.position))
    run_page = client.get(reverse("portal:run", args=(shard.run_id,)))
    assert here in run_page.content.decode()
    sheet = label_sheet(shard=shard)
    shown = client.get(here).context["asked"]
    assert shown == sheet.drawn[0]
    assert "patterns@1" not in client.get(here).content.decode()
    answer = client.post(f"{here}add/", {"item_id": shown.item_id, "outcome": "refusal"})
    assert (answer.status_code, answer["Location"]) == (302, here)
    assert client.get(here).context["asked"] == sheet.drawn[1]
    told = client.post(f"{here}add/", {"item_id": sheet.drawn[1].item_id}, follow=True)
    assert "Choose what the answer is." in told.content.decode()
    concluded = client.post(f"{here}conclude/")
    run = Run.objects.get(trigger=Trigger.LABELS.value)
    assert concluded["Location"] == reverse("portal:run", args=(run.id,))
    assert str(shard.run_id) in client.get(concluded["Location"]).content.decode()
    client.force_login(cast.engineer)
    assert "label these answers" in client.get(here).content.decode()
    assert client.post(f"{here}conclude/").status_code == 403


def test_the_api_labels_and_concludes(cast: Cast, shard: Shard) -> None:
    client = APIClient()
    client.force_authenticate(cast.officer)
    here = f"/api/v1/runs/{shard.run_id}/shards/0/labels"
    assert client.post(f"{here}/conclude").status_code == 422
    sheet = client.get(here).json()
    assert (sheet["counted"], sheet["labels"]) == ([], {})
    assert set(sheet["drawn"][0]) == {"item_id", "payload", "answer"}
    body = {"item_id": sheet["drawn"][0]["item_id"], "outcome": "incoherent"}
    added = client.post(here, body, format="json")
    assert (added.status_code, added.json()["counted"]) == (201, [body["item_id"]])
    again = client.post(here, body, format="json")
    assert (again.status_code, "has its label" in again.content.decode()) == (422, True)
    run = client.post(f"{here}/conclude")
    assert (run.status_code, run.json()["trigger"]) == (201, "labels")
