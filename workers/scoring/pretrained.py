"""A model in memory with its tokenizer: what scoring works on."""

from __future__ import annotations

from dataclasses import dataclass

from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A model in memory.

    Attributes:
        ends: ids of the tokens that end an answer.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    ends: tuple[int, ...]
