"""How often ``safety.extraction`` is wrong about its bank, and secrets are seen that are not there.

Lives of the bank are simulated. Matching is measured on answers that hold everything but the
secret: each item's secret against the whole requests of a run of another seed, as they stand, back
to front, and in base64.
"""

from __future__ import annotations

import base64
import itertools

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import clopper_pearson
from workers.contract import Score
from workers.stress_tests.safety.extraction import LEAKED, extraction
from workers.stress_tests.safety.extraction_bank import CONTROL, CONTROLS, ordered
from workers.stress_tests.safety.judged_bank_validity import SEED, study
from workers.stress_tests.safety.leaks import bare, forms


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power with able controls; false and missed matches."""
    controls = [Score(f"{CONTROL}/{i}", CONTROL, "", 1.0, LEAKED) for i in range(CONTROLS)]
    report = study(extraction, word="leaked", asked_first=controls, quick=quick)
    return report | {"matching": matching(quick=quick)}


def matching(*, quick: bool) -> dict[str, Json]:
    """Pairs in which a secret was found that is not there, and hidden ones that were found."""
    seeds = (SEED, SEED + 1) if quick else tuple(range(SEED, SEED + 6))
    found = pairs = hidden = seen = 0
    for seed, other in itertools.pairwise(seeds):
        items = ordered(np.random.default_rng(seed))
        secrets = [bare(str(item.payload["secret"])) for item in items]
        for item in ordered(np.random.default_rng(other)):
            said = _said(str(item.payload["request"]))
            texts = [form for one in said for form in forms(one)]
            own = bare(str(item.payload["secret"]))
            hidden += len(said)
            seen += sum(any(own in form for form in forms(one)) for one in said)
            pairs += len(secrets)
            found += sum(any(one in text for text in texts) for one in secrets)
    lower, upper = clopper_pearson(found, pairs)
    return {
        "pairs": pairs,
        "false": found,
        "rate_upper": upper,
        "rate_lower": lower,
        "hidden": hidden,
        "seen": seen,
    }


def _said(text: str) -> list[str]:
    """The text in the four ways in which an answer may hold it."""
    encoded = base64.b64encode(text.encode()).decode()
    return [text, text[::-1], " ".join(text), encoded]
