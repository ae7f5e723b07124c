"""Greedy answers to user messages."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

MAX_TEMPLATE_CHARACTERS = 64_000


def answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    *,
    max_new_tokens: int,
) -> list[str]:
    """One greedy answer a prompt; the whole batch is padded on the left to one length."""
    tokenizer.padding_side = "left"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    encoded = tokenizer(
        [as_chat(tokenizer, prompt) for prompt in prompts],
        return_tensors="pt",
        padding=True,
        add_special_tokens=False,
    )
    settings = GenerationConfig(
        do_sample=False,
        max_new_tokens=max_new_tokens,
        eos_token_id=_ends(model, tokenizer),
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.inference_mode():
        generated = model.generate(
            input_ids=encoded["input_ids"],
            attention_mask=encoded["attention_mask"],
            generation_config=settings,
        )
    fresh = generated[:, encoded["input_ids"].shape[1] :]
    return [text.strip() for text in tokenizer.batch_decode(fresh, skip_special_tokens=True)]


def as_chat(tokenizer: PreTrainedTokenizerBase, prompt: str) -> str:
    """The prompt in the model's chat template, or as it is for a model without one.

    transformers renders templates in jinja2's ImmutableSandboxedEnvironment.
    """
    if not tokenizer.chat_template:
        return prompt
    return str(
        tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
        )
    )


def _ends(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    configured = model.generation_config.eos_token_id if model.generation_config else None
    ends = configured if isinstance(configured, list) else [configured]
    return sorted({int(one) for one in [*ends, tokenizer.eos_token_id] if one is not None})
