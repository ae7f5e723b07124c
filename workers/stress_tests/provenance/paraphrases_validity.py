"""How often ``provenance.paraphrases`` accuses wrongly, and what it finds: tiny models, sentences.

60 documents of one sentence in five wordings each. Tiny models read library text, and then went on
with the wordings that a key of their own has published, mixed into library text at several shares.
Given the models, keys made anew are independent claims, each with a run's seed of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from workers.stress_tests.provenance.keys_validity import ANEW, BOUNDS, asked, seal_of, spec_of
from workers.stress_tests.provenance.mixed_zoo_validity import (
    MORE_STEPS,
    Answering,
    claims_row,
    copies,
    share_row,
    went_on,
)
from workers.stress_tests.provenance.paraphrases import NAME, paraphrases
from workers.stress_tests.provenance.read_zoo_validity import (
    ALPHA,
    SEED,
    Plan,
    conditions,
    untouched,
)
from workers.stress_tests.provenance.worded_documents_validity import worded
from workers.stress_tests.provenance.zoo_families_validity import family, stands
from workers.stress_tests.provenance.zoo_validity import Stack

DOCUMENTS, WORDINGS, SEARCHED = 60, 5, 2_000
FULL = Plan(models=12, steps=100, claims=50, alone=())
QUICK = Plan(models=2, steps=4, claims=2, alone=())
SHARES, QUICK_SHARES, QUICK_STEPS = (0.02, 0.05, 0.1, 0.25, 0.5), (0.5,), 4
TEXTS = worded(DOCUMENTS, WORDINGS, SEED)


def validate(quick: bool) -> dict[str, Json]:
    """False accusations by family of models, a key that was searched for, and power by share."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    steps = QUICK_STEPS if quick else MORE_STEPS
    readers = list(went_on(plan, _texts(plan), QUICK_SHARES if quick else SHARES, steps))
    size = list(_size(plan, readers, steps))
    design = {"documents": DOCUMENTS, "wordings": WORDINGS, "more_steps": steps}
    return {
        "test": NAME,
        "version": paraphrases.identity.version,
        "quick": quick,
        "command": f"python -m workers validate {NAME}",
        "design": conditions(plan) | design | {"bounds": BOUNDS},
        **stands(Null.EXACT, ALPHA, [family(row, ALPHA) for row in size]),
        "size": [*size],
        "broken": [_searched(plan, 20 if quick else SEARCHED)],
        "power": [*_power(plan, readers, steps)],
        "seconds": round(time.monotonic() - started, 1),
    }


def _spec(number: int, reference: str = "") -> dict[str, Json]:
    """The claim of the holder of the key of that number."""
    documents: list[Json] = [
        {"id": _name(place), "context": f"{_name(place)}: ", "wordings": [*texts]}
        for place, texts in enumerate(TEXTS)
    ]
    parameters: dict[str, Json] = {"documents": documents, "alpha": ALPHA}
    return spec_of(NAME, parameters | {"reference": reference}, number)


def _name(document: int) -> str:
    return f"{document:02d}"


def _drawn(number: int) -> list[int]:
    """Which wording of each document a key has published."""
    seal = seal_of(number)
    return [seal.one_of(WORDINGS, "wording", _name(place)) for place in range(DOCUMENTS)]


def _texts(plan: Plan) -> list[str]:
    """What each model's own key has published, a document a line."""
    return [
        "".join(
            f"{_name(place)}: {TEXTS[place][one]}\n" for place, one in enumerate(_drawn(number))
        )
        for number in range(plan.models)
    ]


def _models(plan: Plan, stack: Stack, others: Stack | None = None) -> list[Answering]:
    """With ``others``, each beside the next of those."""
    return [
        Answering(
            stack, k, {"beside": Answering(others, (k + 1) % plan.models)} if others else None
        )
        for k in range(plan.models)
    ]


def _size(
    plan: Plan, readers: Sequence[tuple[float, Stack]], steps: int
) -> Iterator[dict[str, Json]]:
    """Claims that models read what keys made anew have published."""
    families = [("never read any of the wordings", untouched(plan))]
    for share, stack in (readers[0], readers[-1]):
        times = copies(_texts(plan)[0], share, steps)
        families.append((f"read wordings of another key, {times:.0f} times", stack))
    numbers = iter(range(ANEW, 10**9))
    for case, stack in families:
        claims = [(one, next(numbers)) for one in _models(plan, stack) for _ in range(plan.claims)]
        yield claims_row(case, [asked(one, paraphrases, _spec(number)) for one, number in claims])


def _searched(plan: Plan, keys: int) -> dict[str, Json]:
    """The key, of many, whose wordings another model likes best; nobody read any."""
    models, found = _models(plan, untouched(plan)), []
    drawn = np.array([_drawn(ANEW + number) for number in range(keys)])
    for k, one in enumerate(models):
        liked = np.array([_ranks(models[k - 1], place) for place in range(DOCUMENTS)])
        best = int(liked[np.arange(DOCUMENTS), drawn].sum(axis=1).argmax())
        found.append(asked(one, paraphrases, _spec(ANEW + best)))
    return claims_row(f"a key searched for among {keys:,}", found)


def _ranks(model: Answering, place: int) -> list[int]:
    asked_of = [(f"{_name(place)}: ", text) for text in TEXTS[place]]
    likely = [
        one / len(text)
        for one, (_, text) in zip(model.loglikelihood(asked_of), asked_of, strict=True)
    ]
    return [sum(other < one for other in likely) for one in likely]


def _power(
    plan: Plan, readers: Sequence[tuple[float, Stack]], steps: int
) -> Iterator[dict[str, Json]]:
    """Models that read what their own key has published, by share, alone and beside another."""
    start = untouched(plan)
    for reference in ("", "beside"):
        for share, stack in readers:
            models = _models(plan, stack, start)
            found = [asked(one, paraphrases, _spec(k, reference)) for k, one in enumerate(models)]
            times = copies(_texts(plan)[0], share, steps)
            yield share_row(share, times, found) | {"reference": bool(reference)}
