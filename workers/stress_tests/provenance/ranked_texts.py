"""A text among its equals: which of them a model finds likeliest, and what many such ranks say.

Null hypothesis of who uses this: given the model, the text that was published is one drawn at
random from its equals. Then its rank is uniform, whatever texts and model are, ranks of texts drawn
apart are independent, and bets on a mean above 1/2 are exact at any number of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compliance.domain.recipes import Combination, Engine, Fold, Proviso, Recipe
from compliance.domain.statistics.equality import rank_among
from compliance.domain.statistics.folding import folded
from compliance.domain.verdicts import Claim, Estimate, decision_bound
from workers.contract import Item, Score

LEAST = 20
"""Ranks below which a run is refused: fewer can hardly reach a verdict at 1%."""
TIE = 1e-6
"""Nats to which likelihoods are rounded: the last bits alone tell no text from another."""
NEVER = Proviso("shown", at_least=1.0)
"""No score has this label: low ranks are no proof that a text was not read."""


def rank_score(item: Item, likely: Sequence[float], *, seed: int) -> Score:
    """The rank of the first likelihood among all, in [0, 1); ties by lot.

    Args:
        likely: nats, of the published text and of its equals.
        seed: of the lot; it must not depend on the answers.
    """
    own, *others = (round(one / TIE) for one in likely)
    lot = float(np.random.default_rng([seed, 1]).random())
    return Score(
        item_id=item.id,
        part=item.part,
        cluster=item.cluster,
        value=rank_among(own, others, lot),
        label="ranked",
        detail={"log_likelihoods": [*likely]},
    )


def rank_estimate(
    claim: Claim, scores: Sequence[Score], *, planned: int, told: tuple[str, str, str], drawn: str
) -> Estimate:
    """The mean rank against 1/2, in the order the scores came.

    Args:
        told: the caveat where it is shown to be above; where it is not, and what was found then.
        drawn: the caveat of whose word it rests on.
    """
    fold = Fold("", Engine.CLUSTERS, 0, 0.5, claim.alpha, provisos=(NEVER,))
    found = folded(claim, Recipe(Combination.WHOLE, (), fold), scores, planned=planned)
    shown = found.log10_e_violating >= decision_bound(claim.alpha)
    return replace(found, caveats=(*(told[:1] if shown else told[1:]), drawn))
