"""From matched layers to the estimate of ``provenance.shared_initialisation``.

The null hypothesis of every reference is the same: its initialisation was drawn independently
of the subject's. What rejecting it means depends on what the provider declared.

- Outside the declared lineage, rejection contradicts the claim: ``log10_e_violating`` is the
  largest e-value over these references divided by their number (e-Bonferroni, valid under any
  dependence; references that could not be compared count with an e-value of 1).
- For a declared parent, rejection is what the claim asserts: ``log10_e_compliant`` is the
  smallest e-value over declared parents (all must be shown, so no correction is due), and 0
  where no parent is declared, a parent could not be compared, or an undeclared reference was
  shown. The error it bounds is calling a parent a parent when it is none; it bounds nothing
  about undeclared references, whose absence of evidence is not evidence of independence.
- A declared relative (child, sibling, teacher) is compared and reported and moves neither side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.statistics.fixed_points import fewest_in_place, share_interval
from compliance.domain.statistics.signs import log10_e_signs
from compliance.domain.verdicts import (
    Claim,
    Estimate,
    Part,
    cap,
    combine_parts,
    decision_bound,
)
from workers.contract import Score
from workers.stress_tests.provenance.references import NOT_COMPARABLE, Reference, Role
from workers.stress_tests.provenance.unit_families import (
    counts,
    families,
    log10_e_family,
    log10_e_reference,
)

SHARED_SEED = (
    "The test rejects independent initialisation, not independent work: two models trained "
    "separately from one published seed or checkpoint are rejected as surely as a copy, and so are "
    "most whose weights one published mask holds at zero in the same places."
)
EXCHANGEABLE = (
    "Its null is that the hidden units of each gated MLP were initialised alike and independently "
    "of the other model, and trained by a rule that treats them alike; a rule that knows a unit by "
    "its index breaks it. Models trained for its study bear its false-alarm rate out down to 1% "
    "(version 1: 5%); finer levels rest on the proof and, in version 3, on labels drawn anew."
)
MEASURED = (
    "What derivation leaves of that was measured on small models alone (width 32, 3 layers): every "
    "one of 60 merges with 15% of a parent and of 60 fine-tunes by half its training was found, a "
    "power above 95%; none is known for models of this shape."
)
NOT_SHOWN = (
    "Not shown is not independent: who uses up the symmetries of the function (relabelling, sign "
    "flips, rotation) removes this evidence at no cost, and long retraining wears it down."
)


@dataclass(frozen=True, slots=True)
class Accused:
    """The models that a version is compared with, and how many were looked at to choose them.

    Attributes:
        screened: models outside the declared lineage that a screening chose these from; their
            number, not that of the chosen, is what e-Bonferroni divides by.
    """

    references: Sequence[Reference]
    screened: int = 0

    @property
    def undeclared(self) -> int:
        return max(self.screened, sum(o.role is Role.UNDECLARED for o in self.references), 1)

    def bounds(self, alpha: float) -> dict[Role, float]:
        """log10 e at which sharing counts as shown: K/alpha for K undeclared, else 1/alpha.

        The estimate's e-Bonferroni written per reference, so that scores and verdict agree.
        """
        bounds = dict.fromkeys(Role, decision_bound(alpha))
        bounds[Role.UNDECLARED] += math.log10(self.undeclared)
        return bounds


def largest_share(detail: Mapping[str, Json]) -> float:
    """Share of the subject's compared units found in their own place, best pairing."""
    return max(sum(counts(one, "in_place")) / sum(counts(one, "units")) for one in _leading(detail))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One reference with what was found; ``detail`` is None where it could not be compared."""

    reference: Reference
    detail: Mapping[str, Json] | None
    log10_e: float
    reason: str

    def interval(self, alpha: float) -> tuple[float, float]:
        """Bounds for the share, over layers as independent draws; (0, 1) where nothing is known.

        It speaks of layers like these: under the null the layers' shares are independent with
        mean 1/h, and the interval then covers 1/h with probability 1 - alpha at least. Where
        weights were copied the layers are not independent draws and it is only a description
        of how far they differ. The level is split over candidate pairings.
        """
        if self.detail is None:
            return 0.0, 1.0
        found = _leading(self.detail)
        bounds = [
            share_interval(
                [n / h for n, h in zip(counts(one, "in_place"), counts(one, "units"), strict=True)],
                alpha / len(found),
            )
            for one in found
        ]
        return max(low for low, _ in bounds), max(high for _, high in bounds)


def conclude(claim: Claim, accused: Accused, scores: Sequence[Score]) -> Estimate:
    """The estimate; ``n`` counts references that could be compared.

    ``value`` is the largest share of units in place over references outside the declared
    lineage, its bounds hold over all of them at once, and the claim's limit becomes the null's
    expectation for the layers compared (one unit in h).

    Raises:
        NotTestableError: no reference could be compared.
    """
    by_id, references = {score.item_id: score for score in scores}, accused.references
    found = [_comparison(one, by_id[one.digest]) for one in references if one.digest in by_id]
    compared = [one for one in found if one.detail is not None]
    if not compared:
        reasons = "; ".join(one.reason for one in found) or "there is no reference"
        raise NotTestableError(f"no reference could be compared: {reasons}")
    bound = decision_bound(claim.alpha)
    bounds = accused.bounds(claim.alpha)
    parts = {
        role: [_part(one, claim.alpha, bounds[role]) for one in found if one.reference.role is role]
        for role in Role
    }
    violating, _ = combine_parts(parts[Role.UNDECLARED])
    violating -= math.log10(accused.undeclared / max(len(parts[Role.UNDECLARED]), 1))
    _, compliant = combine_parts(parts[Role.DECLARED_PARENT])
    if violating >= bound:
        compliant = 0.0
    undeclared = [one for one in compared if one.reference.role is Role.UNDECLARED]
    low, high = _joint_interval(undeclared, claim.alpha)
    return Estimate(
        claim=replace(claim, limit=_null_expectation(compared)),
        n=len(compared),
        planned=len(references),
        value=max((largest_share(o.detail) for o in undeclared if o.detail), default=0.0),
        lower=low,
        upper=high,
        log10_e_violating=cap(violating),
        log10_e_compliant=cap(compliant),
        parts=tuple(part for role in Role for part in parts[role]),
        caveats=_caveats(found, bounds, violating >= bound),
    )


def _comparison(reference: Reference, score: Score) -> _Comparison:
    if score.label == NOT_COMPARABLE:
        reason = f"{reference.label} could not be compared: {score.detail['reason']}"
        return _Comparison(reference, None, 0.0, reason)
    return _Comparison(reference, score.detail, log10_e_reference(score.detail), "")


def _part(one: _Comparison, alpha: float, bound: float) -> Part:
    low, high = one.interval(alpha)
    role = one.reference.role
    note = one.reason
    if one.detail is not None:
        shown = one.log10_e >= bound
        finding = "shares initialisation" if shown else "not shown to share initialisation"
        note = f"{_words(role)}: {finding}, log10 e = {one.log10_e:.1f}{_by_family(one.detail)}"
    return Part(
        name=one.reference.label,
        n=0 if one.detail is None else sum(counts(_leading(one.detail)[0], "units")),
        value=0.0 if one.detail is None else largest_share(one.detail),
        lower=low,
        upper=high,
        log10_e_violating=cap(one.log10_e) if role is Role.UNDECLARED else 0.0,
        log10_e_compliant=cap(one.log10_e) if role is Role.DECLARED_PARENT else 0.0,
        note=note,
    )


def _joint_interval(undeclared: Sequence[_Comparison], alpha: float) -> tuple[float, float]:
    """Bounds for the largest share, each reference at alpha over their number."""
    bounds = [one.interval(alpha / len(undeclared)) for one in undeclared]
    if not bounds:
        return 0.0, 1.0
    return max(low for low, _ in bounds), max(high for _, high in bounds)


def _null_expectation(compared: Sequence[_Comparison]) -> float:
    """Layers over units, largest over references: one unit in place per layer at chance."""
    layers = [counts(_leading(o.detail)[0], "units") for o in compared if o.detail]
    return max(len(one) / sum(one) for one in layers)


def _caveats(
    found: Sequence[_Comparison], bounds: Mapping[Role, float], violating: bool
) -> tuple[str, ...]:
    caveats = [SHARED_SEED, EXCHANGEABLE]
    if not violating:
        caveats += [NOT_SHOWN, *_detectable(found, bounds)]
    if not any(one.reference.role is Role.UNDECLARED for one in found):
        caveats.append("No model outside the declared lineage was there to compare with.")
    if not any(one.reference.role is Role.DECLARED_PARENT for one in found):
        caveats.append("No parent is declared, so compliance cannot be shown by this test.")
    caveats += [f"{one.reason}." for one in found if one.reason]
    return (*caveats, *(said for one in found if one.detail for said in _unspoken(one)))


def _detectable(found: Sequence[_Comparison], bounds: Mapping[Role, float]) -> list[str]:
    """The least sharing that the weakest of the comparisons not shown would have called shown.

    Signs are taken to be at chance, and the other families to have found nothing.
    """
    weakest: tuple[float, str] = (0.0, "")
    for one in found:
        bound = bounds[one.reference.role]
        if one.detail is None or one.log10_e >= bound:
            continue
        layers, pairing = families(one.detail), _leading(one.detail)[0]
        units, matched = counts(pairing, "units"), sum(counts(pairing, "matched"))
        cost = math.log10(len(layers) * len(_leading(one.detail)))
        least = fewest_in_place(units, bound + cost - log10_e_signs(matched // 2, matched))
        share = 1.1 if least is None else sum(least) / sum(units)
        told = "not even all of" if least is None else f"{sum(least):,} of"
        said = f"{one.reference.label}: {told} {sum(units):,} units ({100 * min(share, 1):.1f}%)"
        weakest = max(weakest, (share, said))
    if not weakest[1]:
        return []
    least_shown = (
        "Smallest sharing that would have been shown, spread evenly over layers, signs at chance, "
        f"where it is largest: against {weakest[1]} in their own place."
    )
    return [least_shown, MEASURED]


def _unspoken(one: _Comparison) -> list[str]:
    """Which families could not speak of a reference that others spoke of, and why."""
    silent = cast(Mapping[str, str], (one.detail or {}).get("silent", {}))
    return [
        f"{_words(family).capitalize()} could not be compared with {one.reference.label}: {reason}."
        for family, reason in silent.items()
    ]


def _by_family(detail: Mapping[str, Json]) -> str:
    """What each family found; nothing where there is but one."""
    found = families(detail)
    if len(found) == 1:
        return ""
    told = [f"{_words(name)} {log10_e_family(pairs):.1f}" for name, pairs in found.items()]
    return f" ({', '.join(told)})"


def _leading(detail: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The pairings of the first family that spoke."""
    return next(iter(families(detail).values()))


def _words(name: str) -> str:
    return name.replace("_", " ")
