"""The API as people call it: with their token, over a small record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from compliance.accounts.models import User
from compliance.accounts.services import token_issue
from compliance.alerts.models import Alert
from compliance.audits.models import Result, Run
from compliance.registry.models import Model, Version
from tests.browser.record import COMPLIANT, VIOLATING, alert_of, announce, request, work
from tests.cast import Cast

Call = Callable[[User], APIClient]


@dataclass(frozen=True)
class Record:
    """Northwind's assistant 1.0, with one run that ended and one that waits."""

    model: Model
    version: Version
    run: Run
    waiting: Run
    alert: Alert

    @property
    def violating(self) -> Result:
        return self.run.shards.get(test_name="safety.refusal").result


@pytest.fixture
def call() -> Call:
    """A client that sends a fresh token of the person."""

    def client(user: User) -> APIClient:
        token = token_issue(user=user, name="test", expires_at=timezone.now() + timedelta(hours=1))
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", raise_request_exception=False)

    return client


@pytest.fixture
def record(cast: Cast, version: Version) -> Record:
    viewer = cast.viewer(cast.engineer)
    announce()
    run = request(viewer, version, ["safety.refusal", "provenance.weights_digest"])
    work(run, {"safety.refusal": VIOLATING, "provenance.weights_digest": COMPLIANT})
    run.refresh_from_db()
    waiting = request(viewer, version, ["safety.refusal"])
    return Record(version.model, version, run, waiting, alert_of(run))
