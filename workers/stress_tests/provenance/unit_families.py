"""The families of units that two models are compared by, and what each of them found.

In each family the null hypothesis is the same, independent initialisation, and so is the evidence:
units matched to their own place, and signs that agree. Families see different symmetries. One that
an adversary used up (hidden units relabelled) leaves the others standing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotFoundError, NotTestableError
from compliance.domain.statistics.fixed_points import log10_e_fixed_points, log10_mean
from compliance.domain.statistics.signs import log10_e_signs
from workers.contract import Backend
from workers.model_contents import ActivationsSource, WeightsReader
from workers.scoring.matching import Matching, active_units, match_units
from workers.stress_tests.provenance.expert_units import match_experts
from workers.stress_tests.provenance.gated_units import (
    NotComparableError,
    Pairing,
    depth,
    match_layers,
    pairings,
)
from workers.stress_tests.provenance.layer_scan import scan_layers
from workers.stress_tests.provenance.probe_texts import TEXTS
from workers.stress_tests.provenance.residual_units import (
    match_embedding_columns,
    match_value_rows,
)

POSITIONS = 512
"""Tokens, of those that end at one place in both models, that activations are compared at."""


class Family(StrEnum):
    """A kind of units, in the order in which the first to speak gives the share in place."""

    HIDDEN_UNITS = "hidden_units"
    ACTIVATIONS = "activations"
    VALUE_ROWS = "value_rows"
    EMBEDDING_COLUMNS = "embedding_columns"
    EXPERTS = "experts"
    SCANNED_LAYERS = "scanned_layers"


IN_WEIGHTS_2 = (Family.HIDDEN_UNITS, Family.VALUE_ROWS, Family.EMBEDDING_COLUMNS)
IN_WEIGHTS = (*IN_WEIGHTS_2, Family.EXPERTS, Family.SCANNED_LAYERS)
Found = list[tuple[Pairing, list[Matching]]]
_SILENT = (NotComparableError, NotTestableError, NotFoundError, InvalidInputError)


def compare(backend: Backend, digest: str, wanted: Collection[Family]) -> dict[str, Json]:
    """What the wanted families found between the subject and a reference, as JSON.

    ``pairings`` holds the hidden units, ``other_units`` the other families, and ``silent`` the
    reason of every family that could not speak; keys without content are left out.

    Raises:
        NotComparableError: no family could speak.
    """
    detail: dict[str, Json] = {}
    others: dict[str, Json] = {}
    silent: dict[str, Json] = {}
    for family in Family:
        if family not in wanted:
            continue
        try:
            found: list[Json] = [pairing_detail(*one) for one in _FIND[family](backend, digest)]
        except _SILENT as error:
            silent[family.value] = str(error)
            continue
        if not found:
            continue
        if family is Family.HIDDEN_UNITS:
            detail["pairings"] = found
        else:
            others[family.value] = found
    if not detail and not others:
        raise NotComparableError("; ".join(dict.fromkeys(map(str, silent.values()))))
    named = {"other_units": others, "silent": silent}
    return detail | {key: value for key, value in named.items() if value}


def pairing_detail(pairing: Pairing, matchings: Sequence[Matching]) -> dict[str, Json]:
    """The counts that the e-values are recomputed from, one entry per layer, and the e-values."""
    in_place = [one.in_place for one in matchings]
    units = [one.units for one in matchings]
    matched = [one.matched for one in matchings]
    positive = [one.positive for one in matchings]
    return {
        "pairing": pairing.name,
        "subject_layers": [first for first, _ in pairing.layers],
        "reference_layers": [second for _, second in pairing.layers],
        "in_place": cast(Json, in_place),
        "units": cast(Json, units),
        "matched": cast(Json, matched),
        "positive": cast(Json, positive),
        "log10_e_fixed_points": log10_e_fixed_points(in_place, units),
        "log10_e_signs": log10_e_signs(sum(positive), sum(matched)),
    }


def families(detail: Mapping[str, Json]) -> dict[Family, list[Mapping[str, Json]]]:
    """The pairings of every family that spoke, first the one that gives the share in place."""
    spoke = dict(cast(Mapping[str, Json], detail.get("other_units", {})))
    if "pairings" in detail:
        spoke[Family.HIDDEN_UNITS.value] = detail["pairings"]
    return {
        family: cast(list[Mapping[str, Json]], spoke[family.value])
        for family in Family
        if family.value in spoke
    }


def log10_e_family(found: Sequence[Mapping[str, Json]]) -> float:
    """log10 e of one family, recomputed from its counts.

    Fixed points and signs multiply: the matching is sign-blind, so under the null the labels
    and the signs are independent given all that the matching reads. Candidate pairings average.
    """
    return log10_mean(
        [
            log10_e_fixed_points(counts(one, "in_place"), counts(one, "units"))
            + log10_e_signs(sum(counts(one, "positive")), sum(counts(one, "matched")))
            for one in found
        ]
    )


def log10_e_reference(detail: Mapping[str, Json]) -> float:
    """log10 e of one reference: the mean over the families that spoke.

    Weights and activations share the labels of hidden units, so their e-values may not be
    multiplied; a mean is valid however they depend on each other, and costs a factor of at most
    their number. Which families can speak is a matter of shapes, which no label enters.
    """
    by_family = [log10_e_family(found) for found in families(detail).values()]
    return by_family[0] if len(by_family) == 1 else log10_mean(by_family)


def counts(pairing: Mapping[str, Json], name: str) -> list[int]:
    """One count of a pairing, layer by layer."""
    return cast(list[int], pairing[name])


def _hidden_units(backend: Backend, digest: str) -> Found:
    return match_layers(*_readers(backend, digest))


def _embedding_columns(backend: Backend, digest: str) -> Found:
    return [(Pairing("whole", ((0, 0),)), [match_embedding_columns(*_readers(backend, digest))])]


def _value_rows(backend: Backend, digest: str) -> Found:
    subject, reference = _readers(backend, digest)
    candidates = pairings(depth(subject), depth(reference))
    return [(one, match_value_rows(subject, reference, one)) for one in candidates]


def _experts(backend: Backend, digest: str) -> Found:
    return match_experts(*_readers(backend, digest))


def _scanned_layers(backend: Backend, digest: str) -> Found:
    return scan_layers(*_readers(backend, digest))


def _activations(backend: Backend, digest: str) -> Found:
    if not isinstance(backend, ActivationsSource):
        raise NotTestableError("the backend cannot look into a model while it reads")
    own, other = backend.mlp_activations(TEXTS), backend.mlp_activations(TEXTS, digest)
    rows = common_rows(own.ends, other.ends)
    if len(rows) < 2:
        raise NotComparableError("the two models' tokens end at no common places")
    first, second = (list(column) for column in zip(*rows, strict=True))
    found: Found = []
    for pairing in pairings(len(own.layers), len(other.layers)):
        layers = [(own.layers[a], other.layers[b]) for a, b in pairing.layers]
        found.append((pairing, [_matched_activations((a, first), (b, second)) for a, b in layers]))
    return found


def _matched_activations(
    own: tuple[tuple[np.ndarray, np.ndarray], list[int]],
    other: tuple[tuple[np.ndarray, np.ndarray], list[int]],
) -> Matching:
    first, second = (active_units(gate[rows], up[rows]) for (gate, up), rows in (own, other))
    return match_units(first, second)


def common_rows(
    own: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Rows (subject, reference) of the first POSITIONS places of the text where both end a token.

    Models with different tokenizers are compared where they have read the same characters.
    """
    place = {end: row for row, end in reversed(list(enumerate(other)))}
    rows = [(row, place[end]) for row, end in enumerate(own) if end[1] and end in place]
    return rows[:POSITIONS]


def _readers(backend: Backend, digest: str) -> tuple[WeightsReader, WeightsReader]:
    return backend.weights(), backend.weights(digest)


_FIND: Mapping[Family, Callable[[Backend, str], Found]] = {
    Family.HIDDEN_UNITS: _hidden_units,
    Family.ACTIVATIONS: _activations,
    Family.VALUE_ROWS: _value_rows,
    Family.EMBEDDING_COLUMNS: _embedding_columns,
    Family.EXPERTS: _experts,
    Family.SCANNED_LAYERS: _scanned_layers,
}
