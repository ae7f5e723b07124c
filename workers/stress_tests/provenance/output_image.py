"""``provenance.output_image``: do a model's log-probabilities come from an accused output layer?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.vocabulary import Need
from workers.contract import Backend, DataCard, Procedure, stress_test
from workers.model_contents import NextTokensSource, WeightsReader
from workers.scoring.images import Image
from workers.scoring.vocabularies import common_tokens
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance.next_prompts import NAME, PROMPTS, VERSION
from workers.stress_tests.provenance.ranked_models import Ranking, names, ranked_claim
from workers.stress_tests.provenance.references import parse_references

SIZE = 8
"""Prompts of one item: an endpoint's answer to each holds the whole vocabulary."""
INSIDE = 0.01
"""Residual up to which the accused's own log-probabilities lie in its image; rounding leaves less
than a thousandth, and an output that is bent or scaled token by token leaves far more."""
HEADS = (
    "lm_head.weight",
    "output.weight",
    "embed_out.weight",
    "model.embed_tokens.weight",
    "token_embd.weight",
    "transformer.wte.weight",
)
"""Names of output layers, tied ones last: where a model has a layer of its own, it counts."""
FOUND = (
    "A shared output layer leaves this: derivation, training on the accused model's outputs, or "
    "one published checkpoint for both. Whoever holds that layer can forge it."
)
MEASURED = (
    "That is no proof of independence. On tiny models, among controls made alike, all of 20 copies "
    "behind every symmetry, 20 slow fine-tunes by half the parent's training and 30 students were "
    "found; of faster fine-tunes 8 of 60, of even merges 32 of 60, of smaller shares 3 of 60 at "
    "most."
)
DATA_CARD = DataCard(
    name=NAME,
    version=VERSION,
    size=len(PROMPTS),
    licence="Apache-2.0, written for Assay",
    description=(
        "Beginnings of English sentences, after which the version and every control tell the "
        "log-probabilities of all tokens. What counts is how much of them the accused model's "
        "output layer could have given."
    ),
    limits=(
        "The whole vocabulary's log-probabilities are needed, as weights give them and few "
        "endpoints do, and one vocabulary. Controls are models, and their number bounds what can "
        "be said."
    ),
)


@stress_test(
    "provenance.output_image",
    version=1,
    title="Log-probabilities within an accused model's output layer, beyond controls",
    needs=(Need.LOGLIKELIHOOD,),
    data_card=DATA_CARD,
    sources=(
        (
            "Finlayson, Ren, Swayamdipta: Logits of API-Protected LLMs Leak Proprietary "
            "Information, COLM 2024, arXiv 2403.09539 (the image and its residual; ranked here)"
        ),
    ),
)
def output_image(
    references: Sequence[Json] = [],
    accused: str = "",
    controls: Sequence[Json] = [],
    matched: bool = False,
    prompts: int = 32,
    alpha: float = 0.05,
) -> Procedure:
    """The version's log-probabilities lie no nearer to the accused output layer than controls' do.

    Statistic: 1 minus the mean relative residual ||y - P y|| / ||y||, where y are the
    log-probabilities of all tokens after a prompt, centred, and P projects on what the accused
    model's output layer can give. It is 1 where that layer is the version's own, whatever lies
    below it. An independent model reaches 1 with probability zero, and by how much it falls short
    is no law of nature: the share is ranked among controls, and the rank is over models. Null:
    version and controls are exchangeable. With fewer than 1/alpha - 1 controls, or controls of
    which nobody says that they are made like the version, the result is a lead. See
    docs/stress_tests/provenance.output_image.md.

    Args:
        references: the accused model and its controls, weights that are held: see
            ``parse_references``.
        accused: label or digest of the accused among them.
        controls: labels or digests of the controls; empty for every other reference that is no
            declared relative of the version.
        matched: that the controls are made like the version, in architecture, size, data and
            fine-tuning, and derive from nobody in question. Without it the result is a lead.
        prompts: how many of the bank are asked, 8 to 400.
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
        closeness=Nearness,
        claim=ranked_claim(
            "The version's log-probabilities lie no nearer to the accused model's output layer "
            "than its controls' do",
            "1 minus the mean relative residual outside the accused model's output layer",
            alpha,
            f"{prompts} prompts of '{NAME}' {VERSION}",
        ),
        told=(FOUND, MEASURED),
    ).procedure()


@dataclass(frozen=True, slots=True)
class _Accused:
    head: np.ndarray
    vocabulary: tuple[str, ...]


@dataclass(slots=True)
class Nearness:
    """1 minus the relative residual outside the accused model's image."""

    _accused: _Accused | None = None
    _images: dict[bytes, Image] = field(default_factory=dict)

    def of(self, model: Backend, accused: Backend, prompts: Sequence[str]) -> list[float]:
        known = self._accused = self._accused or _opened(accused, prompts)
        if not isinstance(model, NextTokensSource):
            raise NotTestableError("its backend tells no log-probabilities of all tokens")
        told = model.next_tokens(prompts, wanted=len(known.head))
        # An endpoint tells numbers alone, and as many of them as the accused model has tokens.
        own = told.vocabulary or known.vocabulary
        common = common_tokens(own, known.vocabulary)
        image = self._image(known, common)
        found: list[float] = (1.0 - image.residuals(told.log_probabilities[:, common])).tolist()
        return found

    def _image(self, known: _Accused, common: np.ndarray) -> Image:
        """Of the tokens in common: the same for nearly all models."""
        key = common.tobytes()
        if key not in self._images:
            self._images = {key: Image(known.head[common])}
        return self._images[key]


def _opened(accused: Backend, prompts: Sequence[str]) -> _Accused:
    """The accused's output layer, once its own log-probabilities are seen to lie in its image."""
    head = output_layer(accused.weights())
    if not isinstance(accused, NextTokensSource):
        raise NotTestableError("the accused model's backend tells no log-probabilities")
    told = accused.next_tokens(prompts, wanted=len(head))
    if told.log_probabilities.shape[1] != len(head):
        raise NotTestableError("the accused model's output layer has other rows than it has tokens")
    residual = float(Image(head).residuals(told.log_probabilities).max(initial=0.0))
    if residual > INSIDE:
        raise NotTestableError(
            "the accused model's own log-probabilities do not come from its output layer alone "
            f"(residual {residual:.2g}), as where logits are capped"
        )
    return _Accused(head, told.vocabulary)


def output_layer(reader: WeightsReader) -> np.ndarray:
    """The output layer, float32 of shape (tokens, width), with its bias as one column more.

    Raises:
        NotTestableError: under no known name, or no wider than the vocabulary.
    """
    held = reader.names()
    name = next((one for one in HEADS if one in held), None)
    if name is None:
        raise NotTestableError("the accused model has no output layer under a known name")
    head, bias = reader.tensor(name), name.replace("weight", "bias")
    if bias in held:
        head = np.column_stack([head, reader.tensor(bias)])
    if head.ndim != 2 or head.shape[0] <= head.shape[1] + 1:
        raise NotTestableError("the accused model's output layer can give any log-probabilities")
    if not np.isfinite(head).all():
        raise NotTestableError("the accused model's output layer is not of finite numbers")
    return head
