"""One version's sketch against those of every other version, whoever registered it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from compliance.domain.lineage import relatives
from compliance.domain.statistics.multiplicity import e_bh, lasting_share
from compliance.domain.statistics.sketches import SCREENING_ALPHA, Sketch, screen
from compliance.domain.vocabulary import LineageRelation
from compliance.registry.models import Lineage, SketchRow, Version


@dataclass(frozen=True, slots=True)
class Screening:
    """What a screening found, and what the exact test is to look at.

    Attributes:
        resembles: versions outside the declared lineage whose sketches are not there by chance.
        parents: declared parents whose weights the version starts from.
        screened: versions outside the declared lineage that were looked at.
    """

    resembles: tuple[UUID, ...] = ()
    parents: tuple[UUID, ...] = ()
    screened: int = 0

    @property
    def among(self) -> frozenset[UUID]:
        return frozenset((*self.resembles, *self.parents))


def version_screen(*, version: Version, sketch: Sketch) -> Screening:
    """Screen a version against all sketches of its form and shape.

    Hits by e-BH, each screening at its share of one false discovery rate over all pairs that are
    ever screened. Its own sketch is kept already, so that their number is the screening's.
    Declared relatives are not screened: nobody is accused of what they declared.
    """
    form, width, layers, units = sketch.key
    rows = list(
        SketchRow.objects.filter(form=form, width=width, layers=layers, units=units)
        .exclude(version__in=version_relatives(version=version) | {version.id})
        .order_by()
        .values_list("version_id", "words")
    )
    words = np.frombuffer(b"".join(bytes(row[1]) for row in rows), dtype="<u8")
    log10_e = screen(sketch.words, words.reshape(len(rows), layers, units))
    hits = e_bh(log10_e.tolist(), SCREENING_ALPHA * lasting_share(SketchRow.objects.count()))
    return Screening(
        resembles=tuple(sorted(row[0] for row, hit in zip(rows, hits, strict=True) if hit)),
        parents=tuple(sorted(parents_of_weights(version=version))),
        screened=len(rows),
    )


def version_relatives(*, version: Version) -> set[UUID]:
    """Versions that the declared lineage connects with this one, and others of its model."""
    edges = Lineage.objects.values_list("version_id", "parent_id")
    same = Version.objects.filter(model=version.model_id).exclude(id=version.id)
    return relatives(version.id, edges) | set(same.values_list("id", flat=True))


def parents_of_weights(*, version: Version) -> Collection[UUID]:
    """Declared parents whose weights the version starts from; a teacher's are not."""
    return set(
        version.parents.exclude(relation=LineageRelation.DISTILLATION.value).values_list(
            "parent_id", flat=True
        )
    )
