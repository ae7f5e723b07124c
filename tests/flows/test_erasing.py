"""An answer is erased over HTTP by the service's own role, in the log of a real sequencer."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from compliance.accounts.services import token_issue
from compliance.domain.rights import FULL_SCOPES, TokenScope
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from compliance.ledger.models import Entry, Evidence
from launcher.supervisor import Service
from tests.browser.record import VIOLATING, announce, request, work
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait, start

pytestmark = pytest.mark.django_db(transaction=True)
BASIS = {"basis": "Article 17(1)(a) GDPR"}


def called(url: str, token: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """The status and the JSON, or the bytes, of a call of the API."""
    sent = urllib.request.Request(  # noqa: S310 - an address of this machine
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310
            content, status = answer.read(), answer.status
    except urllib.error.HTTPError as refused:
        content, status = refused.read(), refused.code
    return status, content if content.startswith(b"PK") else json.loads(content)


def test_an_administrator_erases_and_everybody_is_told(
    cast: Cast,
    version: Any,
    live_site: str,
    processes: Processes,
    fleet: dict[str, Service],
    wait: Wait,
) -> None:
    announce()
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    work(run, {"safety.refusal": VIOLATING})
    start(processes, fleet, "sequencer")
    result = run.shards.get().result
    administrator, soon = cast.appoint(Role.ADMINISTRATOR), timezone.now() + timedelta(hours=1)
    token, narrow = (
        token_issue(user=administrator, name=name, expires_at=soon, scopes=scopes)
        for name, scopes in (("all", FULL_SCOPES), ("labels", (TokenScope.EVIDENCE_WRITE,)))
    )
    items = f"{live_site}/api/v1/runs/{run.id}/shards/0/items"
    bundle = f"{live_site}/api/v1/results/{result.id}/bundle"
    wait(lambda: called(bundle, token)[0] == 200, what="a bundle")

    assert called(f"{items}/erase", narrow, {"items": ["fraud/001"], **BASIS})[0] == 403
    erased = {"items": ["fraud/001"], "questions": True, **BASIS}
    status, told = called(f"{items}/erase", token, erased)
    assert status == 200, told
    wait(lambda: Entry.objects.filter(event=told["event"]).exists(), what="its entry")
    rows = {row["id"]: row for row in called(items, token)[1]["rows"]}
    gone, other = rows["fraud/001"], rows["weapons/003"]
    assert (gone["answer"], gone["payload"]) == ("", {})
    for what in ("answer_erased", "question_erased"):
        assert f"on the basis of {BASIS['basis']}; entry " in gone[what]
        assert other[what] == ""
    assert called(bundle, token)[0] == 200

    sha256 = called(f"{live_site}/api/v1/results/{result.id}", token)[1]["statement_sha256"]
    status, told = called(f"{live_site}/api/v1/evidence/{sha256}/erase", token, BASIS)
    assert (status, len(told["events"])) == (200, 1), told
    wait(lambda: Entry.objects.filter(event=told["events"][0]).exists(), what="its entry")
    status, told = called(bundle, token)
    assert status == 410
    assert "Erased on" in told["detail"]
    row = Evidence.objects.get(sha256=sha256)
    wait(lambda: Evidence.objects.get(pk=row.pk).removed_at is not None, what="the store")
    assert Event.objects.filter(type__endswith=".erased").count() == 2
