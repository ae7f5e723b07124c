"""Answers to user messages, greedy or drawn."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jinja2 import TemplateError
from transformers import GenerationConfig

from compliance.domain.errors import InvalidInputError
from workers.scoring.pretrained import Pretrained
from workers.scoring.requests import require_fit
from workers.scoring.text import storable

_FIXED_DATE = (
    "{%- macro strftime_now(format) -%}{{ format"
    "|replace('%Y','2026')|replace('%y','26')|replace('%m','01')|replace('%d','01')"
    "|replace('%B','January')|replace('%b','Jan')|replace('%A','Thursday')|replace('%a','Thu')"
    "|replace('%H','00')|replace('%I','12')|replace('%M','00')|replace('%S','00')"
    "|replace('%p','AM') }}{%- endmacro -%}"
)
"""Templates may ask for today's date; the same run tomorrow must put the same question."""


def answers(
    pretrained: Pretrained,
    prompts: Sequence[str],
    *,
    max_new_tokens: int,
    seed: int | None = None,
) -> list[str]:
    """One answer a prompt; the whole batch is padded on the left to one length.

    Args:
        seed: of answers drawn at temperature 1, from the whole vocabulary; None for greedy ones.

    Raises:
        InvalidInputError: the model's chat template fails.
        NotTestableError: a prompt and its answer do not fit into the model's context.
    """
    if not prompts:
        return []
    model, tokenizer = pretrained.model, pretrained.tokenizer
    tokens = [
        tokenizer.encode(
            as_chat(pretrained, prompt), add_special_tokens=not tokenizer.chat_template
        )
        for prompt in prompts
    ]
    for one in tokens:
        require_fit(model, one, more=max_new_tokens)
    width = max(len(one) for one in tokens)
    padding = pretrained.ends[0] if pretrained.ends else 0
    ids = torch.full((len(tokens), width), padding, dtype=torch.long)
    mask = torch.zeros(len(tokens), width, dtype=torch.long)
    for row, one in enumerate(tokens):
        ids[row, width - len(one) :] = torch.tensor(one)
        mask[row, width - len(one) :] = 1
    drawn = {} if seed is None else {"temperature": 1.0, "top_k": 0, "top_p": 1.0}
    settings = GenerationConfig(
        do_sample=seed is not None,
        num_beams=1,
        max_new_tokens=max_new_tokens,
        eos_token_id=list(pretrained.ends) or None,
        pad_token_id=padding,
        **drawn,
    )
    with torch.inference_mode(), torch.random.fork_rng():
        if seed is not None:
            torch.manual_seed(seed)
        generated = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            generation_config=settings,
        ).cpu()
    written = generated[:, width:]
    pretrained.tally.tokens += int(mask.sum()) + int((written != padding).sum())
    texts = tokenizer.batch_decode(written, skip_special_tokens=True)
    return [storable(text).strip() for text in texts]


def as_chat(pretrained: Pretrained, prompt: str) -> str:
    """The prompt in the model's chat template, or as it is for a model without one.

    transformers renders templates in jinja2's ImmutableSandboxedEnvironment.
    """
    template = pretrained.tokenizer.chat_template
    if not template:
        return prompt
    try:
        rendered = pretrained.tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            chat_template=_FIXED_DATE + str(template),
            tokenize=False,
            add_generation_prompt=True,
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise InvalidInputError(
            field="model",
            problem=f"its chat template fails ({type(error).__name__}: {error})",
            fix="Use the template that the model was published with",
        ) from error
    return str(rendered)
