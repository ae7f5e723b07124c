"""``provenance.next_token_agreement``: does a model go on as an accused one does?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from compliance.domain.canonical import Json
from compliance.domain.vocabulary import Need
from workers.contract import Backend, DataCard, Procedure, stress_test
from workers.model_contents import NextTokensSource
from workers.scoring.vocabularies import common_tokens
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance.next_prompts import NAME, PROMPTS, VERSION
from workers.stress_tests.provenance.ranked_models import Ranking, names, ranked_claim
from workers.stress_tests.provenance.references import parse_references

SIZE = 50
"""Prompts of one item."""
FOUND = (
    "Dependence on the accused model leaves this, in whatever way it came about: a copy, or "
    "training on its answers. Two models from one published checkpoint may agree as well."
)
MEASURED = (
    "That is no proof of independence. On tiny models, among controls made alike, all of 20 copies "
    "behind every symmetry, 20 in 4-bit blocks and 30 students were found; of fine-tunes by half "
    "the parent's training 6 of 20 at most, and of merges with an unrelated model 3 of 60."
)
DATA_CARD = DataCard(
    name=NAME,
    version=VERSION,
    size=len(PROMPTS),
    licence="Apache-2.0, written for Assay",
    description=(
        "400 beginnings of English sentences. The version, the accused model and every control "
        "are each asked for one token; what counts is the share of prompts on which a model gives "
        "the token that the accused gives."
    ),
    limits=(
        "English. Who knows the prompts can answer them by another model than all others. "
        "Controls are models, and their number bounds what can be said."
    ),
)


@stress_test(
    "provenance.next_token_agreement",
    version=1,
    title="Next tokens shared with an accused model, beyond controls",
    needs=(Need.GENERATE,),
    data_card=DATA_CARD,
    sources=(
        (
            "Nikolic, Baluta, Saxena: Model Provenance Testing for Large Language Models, NeurIPS "
            "2025, arXiv 2502.00706 (agreement of next tokens; its test over prompts is not used)"
        ),
    ),
)
def next_token_agreement(
    references: Sequence[Json] = [],
    accused: str = "",
    controls: Sequence[Json] = [],
    matched: bool = False,
    prompts: int = len(PROMPTS),
    alpha: float = 0.05,
) -> Procedure:
    """The version gives the accused model's next tokens no more often than its controls do.

    Statistic: the share of prompts after which the greedy next token is the accused model's, as
    text, ranked among the same shares of the controls. Null: version and controls are
    exchangeable. The rank is over models, never over prompts: (1 + controls at or above) /
    (1 + controls). Published forms of the test compare shares by their prompts, and call every
    model derived once enough are asked.

    With fewer than 1/alpha - 1 controls, or controls of which nobody says that they are made like
    the version, the result is a lead. See
    docs/stress_tests/provenance.next_token_agreement.md.

    Args:
        references: the accused model and its controls, weights that are held: see
            ``parse_references``.
        accused: label or digest of the accused among them.
        controls: labels or digests of the controls; empty for every other reference that is no
            declared relative of the version.
        matched: that the controls are made like the version, in architecture, size, data and
            fine-tuning, and derive from nobody in question. Without it the result is a lead.
        prompts: how many of the bank are asked, 50 to 400.
        alpha: chance of a false verdict.

    Raises:
        InvalidInputError: malformed references or controls, or a number out of its range.
    """
    check_counts(prompts=(prompts, SIZE, len(PROMPTS)))
    check_rates(alpha=alpha)
    return Ranking(
        known=parse_references(references),
        accused=accused,
        controls=names(controls, "controls"),
        matched=matched,
        prompts=PROMPTS[:prompts],
        size=SIZE,
        closeness=Agreement,
        claim=ranked_claim(
            "The version gives the accused model's next tokens no more often than its controls do",
            "share of prompts after which the greedy next token is the accused model's",
            alpha,
            f"{prompts} prompts of '{NAME}' {VERSION}",
        ),
        told=(FOUND, MEASURED),
    ).procedure()


@dataclass(slots=True)
class Agreement:
    """Whether the greedy next token is the accused model's, as text."""

    _accused: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def of(self, model: Backend, accused: Backend, prompts: Sequence[str]) -> list[float]:
        _require_one_vocabulary(model, accused)
        asked = tuple(prompts)
        if asked not in self._accused:
            self._accused[asked] = accused.generate(asked, max_new_tokens=1)
        given = model.generate(asked, max_new_tokens=1)
        return [float(a == b) for a, b in zip(given, self._accused[asked], strict=True)]


def _require_one_vocabulary(model: Backend, accused: Backend) -> None:
    """Tokens that are cut differently do not agree whatever the models learnt.

    An endpoint tells no vocabulary, and is taken at its word.
    """
    known = [
        one.next_tokens((), wanted=0).vocabulary if isinstance(one, NextTokensSource) else ()
        for one in (model, accused)
    ]
    if all(known):
        common_tokens(*known)
