"""A dispute between Northwind and its rival, taken as far as a test needs it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from safetensors.numpy import save_file

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer
from compliance.audits.models import Run, Shard
from compliance.audits.services import Announcement, catalogue_publish, shard_claim, shard_fail
from compliance.disputes.models import Dispute
from compliance.disputes.selectors import dispute_get
from compliance.disputes.services import (
    Attached,
    Submission,
    battery_object,
    battery_order,
    battery_propose,
    dispute_file,
    dispute_hear,
    dispute_open,
    dispute_rule,
    reviewer_appoint,
    ruling_dissent,
    share_commit,
    share_reveal,
)
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.events import EventType
from compliance.domain.runs import MAX_FAILURES
from compliance.domain.vocabulary import Access, Role
from compliance.events.models import Event
from compliance.registry.models import Version
from compliance.registry.services import model_register, version_register
from tests.cast import Cast, person

EXACT = "provenance.shared_initialisation"
SHARES = {"claimant": "11" * 32, "respondent": "22" * 32}


def committed_to(share: str) -> str:
    return hashlib.sha256(bytes.fromhex(share)).hexdigest()


def share_of(dispute: Dispute, side: str) -> str:
    """What a party keeps to itself for the newest battery: other bytes for each."""
    number = dispute.battery.number
    return SHARES[side] if number == 1 else f"{number:02x}" + SHARES[side][2:]


@dataclass(frozen=True)
class Case:
    """Northwind, claimant, against its rival, before the authority; the university reviews."""

    cast: Cast
    claimed: Version
    accused: Version
    rival_officer: User

    @property
    def claimant(self) -> Viewer:
        return self.cast.viewer(self.cast.officer)

    @property
    def respondent(self) -> Viewer:
        return self.cast.viewer(self.rival_officer)

    @property
    def court(self) -> Viewer:
        return self.cast.viewer(self.cast.regulator)

    @property
    def reviewer(self) -> Viewer:
        return self.cast.viewer(self.cast.reviewer)

    def opened(self) -> Dispute:
        return dispute_open(
            viewer=self.claimant,
            version=self.claimed,
            accused=str(self.accused),
            court="authority",
            claim="Their weights are ours.",
        )

    def answered(self) -> Dispute:
        dispute = self.opened()
        answer = Submission(title="Answer", text="They are not.")
        dispute_file(viewer=self.respondent, dispute=dispute, submission=answer)
        return self.again(dispute)

    def reviewed(self) -> Dispute:
        dispute = self.answered()
        reviewer_appoint(viewer=self.court, dispute=dispute, organization="university")
        return self.again(dispute)

    def proposed(self, dispute: Dispute | None = None, *, by: Viewer | None = None) -> Dispute:
        dispute = dispute or self.answered()
        battery_propose(
            viewer=by or self.claimant,
            dispute=dispute,
            battery=[EXACT],
            draw_by=timezone.now() + timedelta(days=14),
            reasons="It compares weights.",
        )
        return self.again(dispute)

    def ordered(self, dispute: Dispute | None = None) -> Dispute:
        dispute = dispute or self.answered()
        draw_by = timezone.now() + timedelta(days=7)
        battery_order(viewer=self.court, dispute=dispute, battery=[EXACT], draw_by=draw_by)
        return self.again(dispute)

    def committed(self, dispute: Dispute | None = None) -> Dispute:
        dispute = dispute or self.answered()
        if dispute.state in ("answered", "heard"):
            dispute = self.ordered(dispute)
        for viewer, side in ((self.claimant, "claimant"), (self.respondent, "respondent")):
            commitment = committed_to(share_of(dispute, side))
            share_commit(viewer=viewer, dispute=dispute, commitment=commitment)
        return self.again(dispute)

    def running(self, dispute: Dispute | None = None) -> Dispute:
        dispute = self.committed(dispute)
        for viewer, side in ((self.claimant, "claimant"), (self.respondent, "respondent")):
            share_reveal(viewer=viewer, dispute=dispute, share=share_of(dispute, side))
        return self.again(dispute)

    def heard(self, dispute: Dispute | None = None) -> Dispute:
        """The battery was executed by a worker's own code, and its end was told of."""
        from workers.tasks.runs import shard_execute

        dispute = self.running(dispute)
        run = dispute.battery.draw.run
        for shard in run.shards.all():
            lease = shard_claim(shard_id=shard.id, worker="test")
            assert lease is not None
            shard_execute(lease)
        dispute_hear(event_id=ended(run).id)
        return self.again(dispute)

    def failed(self, dispute: Dispute | None = None) -> Dispute:
        """The battery's run failed as often as it may, and its end was told of."""
        dispute = self.running(dispute)
        run = dispute.battery.draw.run
        for _ in range(MAX_FAILURES):
            Shard.objects.filter(run=run).update(not_before=None)
            for shard in run.shards.all():
                lease = shard_claim(shard_id=shard.id, worker="test")
                assert lease is not None
                shard_fail(lease=lease, trouble="the machine lost its power")
        dispute_hear(event_id=ended(run).id)
        return self.again(dispute)

    def again(self, dispute: Dispute) -> Dispute:
        return dispute_get(viewer=self.claimant, dispute_id=dispute.id)


def one_of_everything(cast: Cast, claimed: Version, location: str) -> None:
    """Two disputes that have a row of every kind between them; nothing is executed."""
    announce_exact()
    case = case_of(cast, claimed, rivals_version(cast, location, slug="accused"))
    case.running(case.reviewed())
    accused = rivals_version(cast, location, slug="dismissed")
    other = Case(cast, claimed, accused, case.rival_officer)
    dispute = other.proposed(other.reviewed())
    battery_object(viewer=other.respondent, dispute=dispute, reasons="It is too little.")
    files = [Attached("log.txt", b"step 1")]
    reply = Submission(title="Reply", text="They are.", files=files)
    dispute_file(viewer=other.claimant, dispute=dispute, submission=reply)
    dispute_rule(
        viewer=other.court,
        dispute=dispute,
        outcome=RulingOutcome.DISMISSED,
        operative="Nothing.",
        reasons="It was not pursued.",
    )
    ruling_dissent(viewer=other.reviewer, dispute=dispute, text="It should have been.")


def ended(run: Run) -> Event:
    ends = (EventType.RUN_COMPLETED.value, EventType.RUN_ERRORED.value)
    return Event.objects.get(type__in=ends, payload__run=str(run.id))


def case_of(cast: Cast, claimed: Version, accused: Version) -> Case:
    officer = person("officer", cast.rival, Role.COMPLIANCE_OFFICER)
    return Case(cast, claimed, accused, officer)


def rivals_version(cast: Cast, location: str, *, slug: str = "copy") -> Version:
    """A version of the rival's, with the weights below ``location``."""
    viewer = cast.viewer(cast.rival_engineer)
    model = model_register(viewer=viewer, organization_id=cast.rival.id, slug=slug, name=slug)
    return version_register(
        viewer=viewer, model=model, name="1.0", access=Access.WEIGHTS, location=location
    )


def write_tensors(folder: Path, tensors: object, *, heads: int) -> None:
    """A folder that a provenance test can open."""
    folder.mkdir()
    save_file(tensors, folder / "model.safetensors")  # type: ignore[arg-type]
    config = {"model_type": "llama", "num_attention_heads": heads}
    (folder / "config.json").write_text(json.dumps(config))


def announce_exact() -> None:
    """Announce the exact test as a worker does, for tests that run nothing."""
    level = {"alpha": 0.001, "alarms_disjoint": 0, "disjoint_lower": 0.0, "disjoint_upper": 0.0122}
    announcement = Announcement(
        name=EXACT,
        version=2,
        kind="provenance",
        title="Shared initialisation with registered models",
        needs=("weights",),
        parameters={"references": [], "alpha": 0.001, "screened": 0},
        data_card={"name": "registered models"},
        claim="A claim.",
        sources=("a source",),
        code_digest="0" * 64,
        validity={"false_alarms": [{"levels": [level]}]},  # type: ignore[dict-item]
    )
    catalogue_publish(announcements=[announcement], now=timezone.now())
