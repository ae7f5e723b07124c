"""How often ``provenance.radioactivity`` accuses wrongly, and what it finds: tiny models, own keys.

Tiny teachers write text whose characters a key of their own prefers; tiny students, which read
library text before, went on with that text mixed into library text at several shares, and answer
prompts. Given the answers, keys made anew are independent claims.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.coins import binomial_p
from workers.stress_tests.provenance.keyed_units import parse_scheme
from workers.stress_tests.provenance.keys_validity import ANEW, BOUNDS, asked, seal_of, spec_of
from workers.stress_tests.provenance.mixed_zoo_validity import (
    MORE_STEPS,
    Answering,
    claims_row,
    copies,
    share_row,
    went_on,
)
from workers.stress_tests.provenance.radioactivity import NAME, radioactivity
from workers.stress_tests.provenance.read_zoo_validity import (
    ALPHA,
    LEVELS,
    SEED,
    SHAPE,
    TEXT,
    Plan,
    conditions,
    untouched,
)
from workers.stress_tests.provenance.zoo_families_validity import family, stands
from workers.stress_tests.provenance.zoo_validity import Stack, library_text, logits

SCHEME: dict[str, Json] = {"unit": "character", "context": 2, "share": 0.5}
PROMPTS, QUICK_PROMPTS, PROMPT = 64, 8, 2
OPENING, WINDOWS, PUSH = 6, 256, 3.0
"""Characters that a teacher goes on from, windows of 64 that it fills so, and nats that a preferred
character gains."""
FULL = Plan(models=12, steps=100, claims=30, alone=())
QUICK = Plan(models=2, steps=4, claims=2, alone=())
SHARES, QUICK_SHARES, QUICK_STEPS = (0.05, 0.1, 0.25, 0.5), (0.5,), 4


def validate(quick: bool) -> dict[str, Json]:
    """False accusations by family of models, k-grams counted twice, and power by share."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    steps = QUICK_STEPS if quick else MORE_STEPS
    texts = marked_texts(plan, windows=8 if quick else WINDOWS)
    readers = list(went_on(plan, texts, QUICK_SHARES if quick else SHARES, steps))
    size = list(_size(plan, readers))
    design: dict[str, Json] = {
        "scheme": SCHEME,
        "prompts": len(_prompts(plan)),
        "windows": WINDOWS,
        "push": PUSH,
        "more_steps": steps,
    }
    return {
        "test": NAME,
        "version": radioactivity.identity.version,
        "quick": quick,
        "command": f"python -m workers validate {NAME}",
        "design": conditions(plan) | design | {"bounds": BOUNDS},
        **stands(Null.EXACT, ALPHA, [family(row, ALPHA) for row in size]),
        "size": [*size],
        "broken": [_repeated(plan)],
        "power": [*_power(plan, readers, texts, steps)],
        "seconds": round(time.monotonic() - started, 1),
    }


def marked_texts(plan: Plan, *, windows: int) -> list[str]:
    """What was written with each key, by the model after the one that is to learn from it."""
    stack = untouched(plan)
    return [
        _written(stack, (number + 1) % plan.models, number, windows)
        for number in range(plan.models)
    ]


_CANDIDATES = "\n" + "".join(map(chr, range(32, 127)))


def _written(stack: Stack, writer: int, number: int, windows: int) -> str:
    """Windows of one model, drawn at temperature 1 with the key's push."""
    own = {name: tensor[writer] for name, tensor in stack.items()}
    rng, green = torch.Generator().manual_seed(number), _Green(number)
    text = library_text(*TEXT)
    starts = torch.randint(len(text) - OPENING, (windows, 1), generator=rng)
    rows = text[starts + torch.arange(OPENING)]
    allowed = torch.full((256,), -torch.inf)
    allowed[[*_CANDIDATES.encode()]] = 0.0
    with torch.no_grad():
        while rows.shape[1] < SHAPE.window:
            scores = _ANSWER(own, rows)[:, -1] + allowed + PUSH * green.rows(rows[:, -2:])
            drawn = torch.multinomial(scores.softmax(dim=-1), 1, generator=rng)
            rows = torch.cat([rows, drawn], dim=1)
    return "".join(bytes(row).decode("ascii", "replace") for row in rows.tolist())


class _Green:
    """Which characters a key prefers after two others."""

    def __init__(self, number: int) -> None:
        self._seal, self._scheme = seal_of(number), parse_scheme(SCHEME)
        self._known: dict[tuple[int, ...], torch.Tensor] = {}

    def rows(self, before: torch.Tensor) -> torch.Tensor:
        """1 where preferred, shape (rows, 256), for the two bytes before, shape (rows, 2)."""
        return torch.stack([self._row(tuple(one)) for one in before.tolist()])

    def _row(self, before: tuple[int, ...]) -> torch.Tensor:
        if before not in self._known:
            row, context = torch.zeros(256), tuple(map(chr, before))
            for one in _CANDIDATES:
                row[ord(one)] = float(self._scheme.heads(self._seal, (*context, one)))
            self._known[before] = row
        return self._known[before]


_ANSWER = logits(SHAPE)


def _spec(plan: Plan, number: int) -> dict[str, Json]:
    parameters: dict[str, Json] = {"prompts": [*_prompts(plan)], "scheme": SCHEME, "alpha": ALPHA}
    return spec_of(NAME, parameters | {"max_new_tokens": SHAPE.window - PROMPT}, number)


def _prompts(plan: Plan) -> list[str]:
    """Pairs of letters: few beginnings of k-grams are left out for them."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = [one + other for one in letters for other in letters]
    number = QUICK_PROMPTS if plan is QUICK else PROMPTS
    chosen = np.random.default_rng([SEED, 3]).choice(len(pairs), number, replace=False)
    return [pairs[k] for k in sorted(chosen.tolist())]


def _size(plan: Plan, readers: Sequence[tuple[float, Stack]]) -> Iterator[dict[str, Json]]:
    """Claims that models learnt from what keys made anew have marked."""
    families = [("never read marked text", untouched(plan))]
    families += [
        (f"{share:.0%} of what was read marked with another key", stack)
        for share, stack in dict([readers[0], readers[-1]]).items()
    ]
    numbers = iter(range(ANEW, 10**9))
    for case, stack in families:
        models = [Answering(stack, k) for k in range(plan.models)]
        claims = [(one, next(numbers)) for one in models for _ in range(plan.claims)]
        yield claims_row(
            case, [asked(one, radioactivity, _spec(plan, number)) for one, number in claims]
        )


def _repeated(plan: Plan) -> dict[str, Json]:
    """k-grams counted as often as they are written, by a plain binomial; nobody read marked text.

    Levels are those of the p-value.
    """
    scheme, stack = parse_scheme(SCHEME), untouched(plan)
    known, found, numbers = scheme.contexts(_prompts(plan)), [], iter(range(ANEW, 10**9))
    for k in range(plan.models):
        answers = Answering(stack, k).sample(_prompts(plan), max_new_tokens=SHAPE.window, seed=k)
        grams = [one for text in answers for one in scheme.grams(text, known)]
        for seal in (seal_of(next(numbers)) for _ in range(plan.claims)):
            heads = sum(scheme.heads(seal, one) for one in grams)
            found.append((binomial_p(heads, len(grams), scheme.share), heads / len(grams)))
    at_levels: list[Json] = [sum(p <= level for p, _ in found) for level in LEVELS]
    wrong = sum(p <= ALPHA for p, _ in found)
    return {
        "case": "k-grams of different answers counted again, by a binomial p-value",
        "claims": len(found),
        "wrong": wrong,
        "rate": wrong / len(found),
        "upper": round(clopper_pearson_upper(wrong, len(found), 0.05), 5),
        "at_levels": at_levels,
        "mean": round(float(np.mean([share for _, share in found])), 4),
    }


def _power(
    plan: Plan, readers: Sequence[tuple[float, Stack]], texts: Sequence[str], steps: int
) -> Iterator[dict[str, Json]]:
    """Students of their own key's text, by share."""
    for share, stack in readers:
        found = [
            asked(Answering(stack, k), radioactivity, _spec(plan, k)) for k in range(plan.models)
        ]
        yield share_row(share, copies(texts[0], share, steps), found)
