"""A family to look at: a fine-tune of the assistant that also shares weights with a rival's."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from compliance.audits.models import Shard
from compliance.audits.services import (
    Announcement,
    AnsweredItem,
    Outcome,
    catalogue_publish,
    shard_batch,
    shard_begin,
    shard_claim,
    shard_complete,
)
from compliance.domain.canonical import digest
from compliance.domain.lineage import DeclaredParent, DeclaredSource
from compliance.domain.verdicts import Claim, Estimate
from compliance.domain.vocabulary import Access, LineageRelation, Scope, SourceKind, Stop
from compliance.registry.models import Version
from compliance.registry.services import Declarations, model_register, version_register
from tests.browser import record
from tests.cast import Cast
from tests.conftest import write_weights

EXACT = "provenance.shared_initialisation"


def announce_exact() -> None:
    """Announce the exact provenance test as a worker does at boot."""
    announcement = Announcement(
        name=EXACT,
        version=2,
        kind="provenance",
        title="Shared initialisation with registered models",
        needs=("weights",),
        parameters={"references": [], "alpha": 0.001, "activations": False, "screened": 0},
        data_card={"name": "registered models"},
        claim="A claim.",
        sources=("Zhu and others 2025",),
        code_digest=digest(EXACT),
        validity={"runs": 2000},
    )
    catalogue_publish(announcements=[announcement], now=timezone.now())


def family(cast: Cast, base: Version, models_root: Path) -> Version:
    """Version 1.1, declared a fine-tune of ``base``, tested against it and a rival's model."""
    announce_exact()
    engineer, rival = cast.viewer(cast.engineer), cast.viewer(cast.rival_engineer)
    theirs = model_register(
        viewer=rival, organization_id=cast.rival.id, slug="oracle", name="Oracle"
    )
    version_register(
        viewer=rival,
        model=theirs,
        name="2",
        access=Access.WEIGHTS,
        location=write_weights(models_root, "oracle", seed=7),
    )
    child = version_register(
        viewer=engineer,
        model=base.model,
        name="1.1",
        access=Access.WEIGHTS,
        location=write_weights(models_root, "tuned", seed=2),
        declarations=Declarations(
            parents=(DeclaredParent(base.id, LineageRelation.FINE_TUNE),),
            sources=(DeclaredSource(SourceKind.LICENSED, "Dialogues", licence="CC BY 4.0"),),
        ),
    )
    run = record.request(cast.viewer(cast.officer), child, [EXACT])
    compare(run.shards.get(), {"declared_parent": ("shares_initialisation", 45.2)})
    return child


def compare(shard: Shard, found: dict[str, tuple[str, float]]) -> None:
    """Answer the exact test: by role, else as shared with an undeclared one."""
    lease = shard_claim(shard_id=shard.id, worker="worker-1")
    assert lease is not None
    references = shard.spec["parameters"]["references"]
    shard_begin(lease=lease, planned=len(references), order_digest=digest("order"))
    rows = []
    for place, one in enumerate(references):
        role = "declared_parent" if one["declared_parent"] else "undeclared"
        label, log10_e = found.get(role, ("shares_initialisation", 61.0))
        rows.append(
            AnsweredItem(
                position=place,
                item_id=one["digest"],
                item_digest=f"{place:064x}",
                part=one["label"],
                cluster=one["digest"],
                payload={"label": one["label"], "digest": one["digest"], "role": role},
                value=0.4,
                label=label,
                answer="",
                detail={"log10_e": log10_e},
            )
        )
    shard_batch(lease=lease, answered=rows)
    shard_complete(lease=lease, outcome=_outcome(len(references)))


def _outcome(count: int) -> Outcome:
    claim = Claim(
        statement="Every declared parent shares it; no other registered model is shown to",
        population="hidden units of the gated MLPs",
        statistic="largest share of hidden units matched to their own place in another model",
        limit=0.03,
        limit_source="one unit per layer (1/h)",
        alpha=0.001,
        unit="layer",
        scope=Scope.POPULATION,
    )
    estimate = Estimate(
        claim=claim,
        n=count,
        planned=count,
        value=0.4,
        lower=0.21,
        upper=0.6,
        log10_e_violating=60.7,
        log10_e_compliant=0.0,
    )
    return Outcome(
        estimate=estimate,
        stopped=Stop.BANK,
        code_digest=digest(EXACT),
        order_digest=digest("order"),
        scores_digest=digest("scores"),
        environment={"threads": 2},
    )
