"""How likely each token is to come next after a text, and which tokens two vocabularies share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from compliance.domain.errors import NotTestableError
from workers.model_contents import NextTokens
from workers.scoring.pretrained import Pretrained
from workers.scoring.requests import require_fit


@torch.inference_mode()
def next_tokens(pretrained: Pretrained, texts: Sequence[str]) -> NextTokens:
    """Log-probabilities of every token after each text, each text read by itself.

    Raises:
        NotTestableError: a text that is empty or does not fit into the context, or numbers that
            are not finite.
    """
    model, tokenizer = pretrained.model, pretrained.tokenizer
    rows = []
    for text in texts:
        tokens = tokenizer.encode(text)
        if not tokens:
            raise NotTestableError("a text without tokens has no next one")
        require_fit(model, tokens, more=1)
        pretrained.tally.tokens += len(tokens)
        inputs = torch.tensor([tokens], device=model.device)
        logits = model(input_ids=inputs, use_cache=False).logits[0, -1]
        rows.append(logits.float().log_softmax(dim=-1).cpu().numpy())
    width = int(model.get_output_embeddings().weight.shape[0])
    found = np.stack(rows) if rows else np.zeros((0, width), dtype=np.float32)
    if not np.isfinite(found).all():
        raise NotTestableError("the model's log-probabilities are not finite numbers")
    return NextTokens(_vocabulary(pretrained, found.shape[1]), found)


def _vocabulary(pretrained: Pretrained, width: int) -> tuple[str, ...]:
    """By number; rows of the output that stand for no token are empty."""
    tokens = [""] * width
    for token, number in pretrained.tokenizer.get_vocab().items():
        if number < width:
            tokens[number] = token
    return tuple(tokens)
