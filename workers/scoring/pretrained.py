"""A model in memory with its tokenizer: what scoring works on."""

from __future__ import annotations

from dataclasses import dataclass, field

from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(slots=True)
class Tally:
    """Tokens of everything that a model was asked and answered, shared beginnings each time."""

    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A model in memory.

    Attributes:
        ends: ids of the tokens that end an answer.
        tally: grows with everything the model is asked.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    ends: tuple[int, ...]
    tally: Tally = field(default_factory=Tally)
