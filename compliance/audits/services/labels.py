"""Labelling a judge's answers, and judging them anew by the labels."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from compliance.accounts.selectors import Viewer
from compliance.audits.erasures import erasure_told
from compliance.audits.labelling import label_sheet
from compliance.audits.models import Label, Run, Shard
from compliance.audits.services.plans import plan_record
from compliance.audits.services.runs import Cause, run_write
from compliance.domain.errors import InvalidInputError
from compliance.domain.items import Erasable
from compliance.domain.rights import Action
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Trigger


def label_add(*, viewer: Viewer, shard: Shard, item_id: str, outcome: str) -> Label:
    """Say what an answer is that was drawn to be labelled; nobody can take it back.

    Raises:
        InvalidInputError: the item was not drawn or has its label, or the outcome is none.
        NotAllowedError, NotFoundError: the viewer may not label here, or nothing is to be labelled.
    """
    viewer.require(Action.LABEL, shard.run.version.model.organization_id)
    sheet = label_sheet(shard=shard)
    drawn = {score.item_id: score for score in sheet.drawn}
    if item_id not in drawn:
        raise InvalidInputError(
            field="item_id",
            problem=f"'{item_id}' was not drawn to be labelled",
            fix="Label the items that the sheet lists: the run's seed has drawn them",
        )
    if erasure := erasure_told(score=drawn[item_id], what=Erasable.ANSWER):
        raise InvalidInputError(
            field="item_id",
            problem=f"the answer of '{item_id}' was {erasure}",
            fix="Go on without it: labels count up to this item",
        )
    if outcome not in sheet.words:
        raise InvalidInputError(
            field="outcome",
            problem=f"{outcome!r} is no outcome of {shard.test_name}",
            fix=f"Use one of {', '.join(sheet.words)}",
        )
    try:
        with transaction.atomic():
            return Label.objects.create(
                shard=shard, item_id=item_id, outcome=outcome, labelled_by=viewer.user
            )
    except IntegrityError as error:
        raise InvalidInputError(
            field="item_id",
            problem=f"'{item_id}' has its label already",
            fix="Go on with the next item; a label stands for good",
        ) from error


@transaction.atomic
def labels_conclude(*, viewer: Viewer, shard: Shard) -> Run:
    """Request a run that judges the shard's answers anew, by the labels there are now.

    Valid as often as anybody likes, and at any number of labels: the evidence is an e-process in
    the order drawn.

    Raises:
        InvalidInputError: no label counts yet.
        NotAllowedError, NotFoundError: as in ``label_add``.
    """
    viewer.require(Action.LABEL, shard.run.version.model.organization_id)
    sheet = label_sheet(shard=shard)
    if not sheet.counted:
        raise InvalidInputError(
            field="labels",
            problem="no label counts yet: they count in the order drawn, from the first item on",
            fix="Label the item that the sheet shows next",
        )
    spec = StressTestSpec.from_json(shard.spec)
    cause = Cause(trigger=Trigger.LABELS, person=viewer.user)
    run = run_write(version=shard.run.version, battery=[spec], cause=cause)
    again = Shard.objects.create(
        run=run,
        position=0,
        test_name=shard.test_name,
        kind=shard.kind,
        spec=shard.spec,
        seed=shard.seed,
        queue="cpu",  # no model is asked
        labelled=shard,
        labels_counted=len(sheet.counted),
    )
    plan_record(shard=again, planned=shard.items_total or 0, order_digest=shard.order_digest)
    return run
