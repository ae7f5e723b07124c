"""The generated Python client: of the present API, and of use against the real server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.accounts.services import token_issue
from launcher.client import CLIENT, DIGEST, README, description, digest_of, readme
from tests.api.conftest import Record
from tests.cast import Cast


@pytest.mark.django_db
def test_the_committed_client_is_of_the_present_api(tmp_path: Path) -> None:
    present = digest_of(description(tmp_path))
    assert DIGEST.read_text().strip() == present, "the API changed: run make client"


def test_its_readme_shows_the_program_of_the_guide() -> None:
    assert README.read_text() == readme()
    assert "model_list.sync(client=client" in readme()


def test_a_program_registers_schedules_and_reads_results_by_it(
    transactional_db: None,
    cast: Cast,
    record: Record,
    live_site: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(CLIENT)
    from assay_client import AuthenticatedClient
    from assay_client.api.model import model_list, model_register
    from assay_client.api.result import result_list
    from assay_client.api.schedule import schedule_create
    from assay_client.models import ModelRegistration, Problem, ScheduleCreation

    until = timezone.now() + timedelta(hours=1)
    token = token_issue(user=cast.officer, name="client", expires_at=until)
    client = AuthenticatedClient(base_url=live_site, token=token)
    body = ModelRegistration(organization="northwind", slug="other", name="Other")
    made = model_register.sync(client=client, body=body, idempotency_key="one")
    again = model_register.sync(client=client, body=body, idempotency_key="one")
    assert (made.slug, again.id) == ("other", made.id)
    page = model_list.sync(client=client, organization="northwind")
    assert {one.slug for one in page.rows} == {"assistant", "other"}
    schedule = schedule_create.sync(
        client=client,
        body=ScheduleCreation(
            model=record.model.id,
            name="weekly",
            battery=["safety.refusal"],
            cron="0 6 * * 1",
        ),
    )
    assert schedule.model.id == record.model.id
    (result,) = result_list.sync(client=client, test="safety.refusal").rows
    assert result.estimate.lower < result.estimate.value < result.estimate.upper
    refused = model_register.sync(client=client, body=body)
    assert isinstance(refused, Problem)
    assert refused.status == 422
