"""The operator verifies a result, evidence or a checkpoint again, and sees what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.audits.models import Result
from compliance.domain.specs import StressTestSpec
from compliance.events.models import Event
from compliance.ledger.models import Checkpoint, Evidence
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import evidence_move, evidence_record
from compliance.ledger.signer import LogSigner
from compliance.ledger.store import evidence_store
from compliance.registry.models import Version
from tests.apps.test_admin_actions import operator, room
from tests.apps.test_bundles import log, run_of
from tests.apps.test_labels import llama
from tests.cast import Cast
from tests.logged import log_whole
from tests.tampering import tamper

__all__ = ["llama", "log", "operator", "room"]
pytestmark = pytest.mark.django_db(transaction=True)


def checked(room: Client, row: Any) -> tuple[dict[str, str], str]:
    """The outcome of each rule, and the page."""
    options = row._meta
    name = f"admin:{options.app_label}_{options.model_name}_reverify"
    answer = room.get(reverse(name, args=[row.pk]))
    assert answer.status_code == 200
    steps = {step.rule.value: step.outcome.value for step in answer.context["steps"]}
    return steps, answer.content.decode()


def test_a_result_is_verified_by_its_bundle_and_a_changed_score_is_found(
    cast: Cast, llama: Version, log: LogSigner, room: Client
) -> None:
    spec = StressTestSpec("bias.counterfactual_pairs", 1, {"limit": 0.05})
    result: Result = run_of(cast, llama, spec).result
    steps, page = checked(room, result)
    assert steps == {"archive": "not checked"} and "the sequencer" in page
    hand_on(log)
    steps, page = checked(room, result)
    assert set(steps.values()) == {"holds"} and "statistic" in steps
    assert "All of it holds." in page
    told = Event.objects.filter(type="record.read", subject=f"result/{result.id}")
    assert told.count() == 1  # staff read it from outside
    tamper("audits_score", "UPDATE audits_score SET value = 1 - value")
    steps, page = checked(room, result)
    assert steps["scores"] == "broken" and "statistic" not in steps
    assert "Broken at “scores”" in page


def test_evidence_is_read_where_it_lies_and_hashed(room: Client) -> None:
    row = Evidence.objects.get(sha256=evidence_record(content=b"answers", media_type="text/plain"))
    steps, page = checked(room, row)
    assert steps == {"digest": "holds"} and "the database, until it is moved" in page
    evidence_move()
    row.refresh_from_db()
    steps, page = checked(room, row)
    assert steps == {"digest": "holds"} and "in the store" in page
    evidence_store().delete(row.id)
    steps, page = checked(room, row)
    assert steps == {"digest": "broken"} and "Broken at “digest”" in page


def test_a_checkpoint_is_held_against_the_stored_tree(
    room: Client, version: Version, signer: LogSigner, tmp_path: Path
) -> None:
    first = log_whole(signer, tmp_path / "witness")
    steps, page = checked(room, first)
    assert steps.pop("consistency") == "not checked"  # nothing is newer
    assert steps == {"root": "holds", "signature": "holds", "witnesses": "holds"}
    assert "cosigned by w0" in page
    room.get(reverse("admin:registry_version_change", args=[version.pk]))  # told of: one entry more
    log_whole(signer, tmp_path / "witness")
    assert Checkpoint.objects.latest("size").size > first.size
    assert checked(room, first)[0]["consistency"] == "holds"
    tamper("ledger_entry", "UPDATE ledger_entry SET leaf_hash = sha256('x') WHERE index = 0")
    assert checked(room, first)[0] == {"root": "broken"}


@pytest.mark.usefixtures("transactional_db")
def test_who_may_not_read_a_row_may_not_verify_it(cast: Cast) -> None:
    row = Evidence.objects.get(sha256=evidence_record(content=b"answers", media_type="text/plain"))
    client = Client()
    client.force_login(cast.officer)
    answer = client.get(reverse("admin:ledger_evidence_reverify", args=[row.pk]))
    assert answer.status_code in (302, 403)
