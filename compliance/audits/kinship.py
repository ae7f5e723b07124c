"""A model's family: what is declared of it, beside what the exact provenance test found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Score, Standing
from compliance.audits.selectors import result_list
from compliance.domain.kinship import Compared, Kinship, kinships
from compliance.domain.lineage import ancestors
from compliance.domain.merging import RANDOMNESS, Evidence, Randomness, merge
from compliance.domain.vocabulary import LineageFinding, LineageRelation, Verdict
from compliance.registry.models import Model, Version
from compliance.registry.selectors import lineage_list, version_list

EXACT_TEST = "provenance.shared_initialisation"
RANKED = [test for test, drawn in RANDOMNESS.items() if drawn is Randomness.CONTROLS]
"""They name an accused model."""
_SHOWN = "shares_initialisation"
_FINDINGS = {
    _SHOWN: LineageFinding.SHOWN,
    "not_shown": LineageFinding.NOT_SHOWN,
    "not_comparable": LineageFinding.NOT_COMPARED,
}
_UNDECLARED = "undeclared"
_READ = ("shard__result__version", "shard__result", "part", "label", "payload", "detail")
_Edge = tuple[UUID, UUID, str]


@dataclass(frozen=True, slots=True)
class Family:
    """A model's versions with all that is declared, or shown, to be of their blood.

    Attributes:
        own: labels of the model's own versions.
        known: label to id, of versions that the viewer may open.
    """

    own: frozenset[str]
    known: Mapping[str, UUID]
    kinships: tuple[Kinship, ...]


@dataclass(frozen=True, slots=True)
class _Comparison:
    version: UUID
    label: str
    undeclared: bool
    tested: Compared


def family_get(*, viewer: Viewer, model: Model) -> Family:
    """The family of a model that the viewer may read, as far as the viewer may know of it."""
    own = set(model.versions.values_list("id", flat=True))
    edges = _edges(viewer, own)
    versions = own | {one for child, parent, _ in edges for one in (child, parent)}
    compared = _comparisons(_own(own | {child for child, _, _ in edges}))
    compared += _comparisons(_accused(viewer, model))
    labels = {one.id: str(one) for one in _named(versions | {one.version for one in compared})}
    ranked = _ranked(viewer, {one.version for one in compared})
    pairs = {(labels[one.version], one.label): _merged(one, ranked) for one in compared}
    kin = {frozenset((labels[one.version], one.label)) for one in compared if not one.undeclared}
    declared = {
        (labels[child], labels[parent]): LineageRelation(relation)
        for child, parent, relation in edges
    }
    found = kinships(declared, pairs, kin)
    told = {name for one in found for name in (one.child, one.other)}
    return Family(
        own=frozenset(labels[one] for one in own),
        known=_openable(viewer, told | {labels[one] for one in own}),
        kinships=tuple(found),
    )


def _edges(viewer: Viewer, own: AbstractSet[UUID]) -> list[_Edge]:
    """Declared (child, parent, relation): up to every ancestor, and down to direct children."""
    every = list(lineage_list(viewer=viewer).values_list("version_id", "parent_id", "relation"))
    above = own | ancestors(own, [(child, parent) for child, parent, _ in every])
    return [edge for edge in every if edge[0] in above or edge[1] in own]


def _named(versions: Collection[UUID]) -> Collection[Version]:
    return Version.objects.filter(id__in=versions).select_related("model__organization")


def _openable(viewer: Viewer, labels: AbstractSet[str]) -> dict[str, UUID]:
    names = {label.rpartition(" ")[2] for label in labels}
    slugs = {label.rpartition(" ")[0].rpartition("/")[2] for label in labels}  # many are called 1.0
    found = version_list(viewer=viewer).prefetch_related(None)
    found = found.filter(model__slug__in=slugs, name__in=names)
    return {str(one): one.id for one in found if str(one) in labels}


def _own(versions: Collection[UUID]) -> Q:
    """Comparisons that a run on one of these versions made.

    Left out is what was compared, lies outside the declared lineage and was not shown: that is
    most of the registry, and says nothing.
    """
    speaks = Q(label=_SHOWN) | ~Q(payload__role=_UNDECLARED)
    return speaks & Q(shard__result__version__in=versions, label__in=_FINDINGS)


def _accused(viewer: Viewer, model: Model) -> Q:
    """Runs on other models, of those that the viewer reads, that found one of these versions.

    A copy is registered after its original, so the run that shows it is the copy's.
    """
    labels = [str(one) for one in model.versions.select_related("model__organization")]
    violating = Standing.objects.filter(test_name=EXACT_TEST, verdict=Verdict.VIOLATING.value)
    elsewhere = violating.exclude(version__model=model).values("result")
    results = result_list(viewer=viewer).filter(id__in=elsewhere).values("id")
    return Q(shard__result__in=results, label=_SHOWN, part__in=labels)


def _comparisons(which: Q) -> list[_Comparison]:
    """The newest comparison of each version with each other one."""
    scores = (
        Score.objects.filter(which, shard__result__test_name=EXACT_TEST)
        .order_by("shard__result__version_id", "part", "-shard__result__recorded_at")
        .distinct("shard__result__version_id", "part")
        .values_list(*_READ)
    )
    return [
        _Comparison(
            version=version,
            label=part,
            undeclared=payload.get("role") == _UNDECLARED,
            tested=Compared(
                finding=_FINDINGS[label],
                log10_e=detail.get("log10_e"),
                reason=str(detail.get("reason", "")),
                result=str(result),
            ),
        )
        for version, result, part, label, payload, detail in scores
    ]


def _ranked(
    viewer: Viewer, versions: Collection[UUID]
) -> dict[tuple[UUID, str], dict[str, Evidence]]:
    """By version and accused: what the viewer reads of tests among controls that may decide.

    The first result of each test counts, so that nobody asks again until one suits.
    """
    rows = result_list(viewer=viewer).filter(version__in=versions, test_name__in=RANKED)
    found: dict[tuple[UUID, str], dict[str, Evidence]] = {}
    for version, test, spec, estimate in rows.order_by("recorded_at", "id").values_list(
        "version", "test_name", "spec", "estimate"
    ):
        accused = spec["parameters"].get("accused")
        given = spec["parameters"].get("references", [])
        label = next((one["label"] for one in given if accused in one.values()), accused)
        if not estimate["lead"]:
            one = Evidence(test, estimate["log10_e_violating"])
            found.setdefault((version, label), {}).setdefault(test, one)
    return found


def _merged(
    one: _Comparison, ranked: Mapping[tuple[UUID, str], Mapping[str, Evidence]]
) -> Compared:
    """The comparison, with its evidence merged with what else there is of the two."""
    more = ranked.get((one.version, one.label), {})
    if one.tested.log10_e is None:
        return one.tested
    return replace(
        one.tested, merged=merge([Evidence(EXACT_TEST, one.tested.log10_e), *more.values()])
    )
