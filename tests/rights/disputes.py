"""Disputes of Northwind against its rival: one at each stage, for the calls that need it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from compliance.disputes.models import Dispute
from compliance.disputes.services import (
    Attached,
    Submission,
    battery_order,
    dispute_file,
    dispute_rule,
)
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.vocabulary import Access
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.cast import Cast
from tests.disputing import EXACT, Case, announce_exact, case_of, rivals_version

STAGES = ("answered", "proposed", "ordered", "committed", "overdue", "running", "ruled")


def disputes_at(cast: Cast, version: Version) -> dict[str, dict[str, Any]]:
    """Values for parts of addresses: ``every`` address, or one by its name."""
    announce_exact()
    first = case_of(cast, version, rivals_version(cast, version.location, slug="copy"))
    cases = {stage: _against(first, stage) for stage in STAGES}
    rivals_version(cast, version.location, slug="free")
    at = {stage: _reached(case, stage) for stage, case in cases.items()}
    by_name = {
        "dispute-propose": "answered",
        "dispute-agree": "proposed",
        "dispute-object": "proposed",
        "dispute-order": "answered",
        "dispute-commit": "ordered",
        "dispute-reveal": "committed",
        "dispute-draw": "overdue",
        "dispute-rule": "answered",
        "dispute-dissent": "ruled",
    }
    stages = {
        f"{face}:{name}": {"dispute_id": at[stage].id}
        for face in ("portal", "api")
        for name, stage in by_name.items()
    }
    filed = {"number": 2, "file": 1}
    return {"every": {"dispute_id": at["answered"].id, **filed}, **stages}


def _against(first: Case, stage: str) -> Case:
    accused = version_register(
        viewer=first.cast.viewer(first.cast.rival_engineer),
        model=first.accused.model,
        name=stage,
        access=Access.WEIGHTS,
        location=first.accused.location,
    )
    return Case(first.cast, first.claimed, accused, first.rival_officer)


def _reached(case: Case, stage: str) -> Dispute:
    dispute = case.reviewed()
    if stage == "answered":
        secret = Submission(
            title="Log", text="Ours.", confidential=True, files=[Attached("log.txt", b"step 1")]
        )
        dispute_file(viewer=case.claimant, dispute=dispute, submission=secret)
    elif stage == "proposed":
        case.proposed(dispute, by=case.respondent)
    elif stage == "ordered":
        case.ordered(dispute)
    elif stage == "committed":
        case.committed(dispute)
    elif stage == "overdue":
        _overdue(case, dispute)
    elif stage == "running":
        case.running(dispute)
    else:
        dispute_rule(
            viewer=case.court,
            dispute=dispute,
            outcome=RulingOutcome.DISMISSED,
            operative="Nothing.",
            reasons="So.",
        )
    return case.again(dispute)


def _overdue(case: Case, dispute: Dispute) -> None:
    """Ordered so long ago that the time to reveal is over."""
    then = timezone.now() - timedelta(days=2)
    with time_machine.travel(then, tick=True):
        battery_order(
            viewer=case.court,
            dispute=dispute,
            battery=[EXACT],
            draw_by=then + timedelta(days=1),
        )
