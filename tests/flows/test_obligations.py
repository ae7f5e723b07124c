"""Travel F on real PostgreSQL, Valkey and workers: adopted, scheduled, answered, missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.alerts.models import Alert
from compliance.audits.models import Result, Schedule, StressTest
from compliance.audits.selectors import result_list
from compliance.obligations.assessing import Assessed, assess
from compliance.obligations.models import Notice, Obligation
from compliance.obligations.selectors import obligation_list
from compliance.obligations.services import pack_schedule
from compliance.policies.models import Adoption, PolicyPack
from compliance.policies.services import pack_adopt, pack_register
from compliance.registry.models import Version
from tests.cast import Cast
from tests.flows.conftest import Mailbox, Processes, Wait
from tests.policy import pack_text

pytestmark = pytest.mark.django_db(transaction=True)


def stands(cast: Cast) -> dict[str, Assessed]:
    viewer = cast.viewer(cast.officer)
    rows = list(obligation_list(viewer=viewer))
    found = assess(rows, results=result_list(viewer=viewer), now=timezone.now())
    return {one.demand.id: one for one in found}


def test_what_a_pack_demands_is_scheduled_and_met_or_missed_and_told(
    processes: Processes, wait: Wait, mailbox: Mailbox, cast: Cast, version: Version
) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    wait(PolicyPack.objects.exists, what="the scheduler to register the packs of the release")
    officer = cast.viewer(cast.officer)
    adoption = pack_adopt(
        viewer=officer,
        pack=pack_register(content=pack_text()),
        organization_id=cast.northwind.id,
    )
    wait(lambda: Obligation.objects.count() == 3, what="the obligations that follow from it")
    # What asks a model is left out: this version's weights are no model that can answer.
    digest = next(
        one
        for one in pack_schedule(viewer=officer, adoption=adoption, now=timezone.now())
        if one.interval_seconds == 28 * 86_400
    )
    specs = [spec for spec in digest.battery if spec["name"] == "provenance.weights_digest"]
    Schedule.objects.filter(id=digest.id).update(battery=specs, next_due_at=timezone.now())
    wait(Result.objects.exists, what="the first scheduled result")
    assert stands(cast)["digest"].state.value == "met"
    long_ago = timezone.now() - timedelta(days=60)
    Obligation.objects.filter(demand="refusal").update(starts_at=long_ago, due_at=long_ago)
    Adoption.objects.update(looked_at=None)  # instead of a minute's wait
    wait(lambda: len(mailbox.messages) == 2, what="two mails")
    assert stands(cast)["refusal"].state.value == "overdue"
    assert Alert.objects.get().title.startswith("Hazardous requests are refused is overdue on")
    assert b"is overdue on northwind/assistant 1.0" in mailbox.messages[0].as_bytes()
    assert Notice.objects.filter(kind="overdue").count() == 1
