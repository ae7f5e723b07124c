"""What the hidden units of a model's gated MLPs do on texts, position by position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from compliance.domain.errors import NotTestableError
from workers.model_contents import Activations
from workers.scoring.pretrained import Pretrained
from workers.scoring.requests import require_fit

_GATE, _UP = ".mlp.gate_proj", ".mlp.up_proj"


@torch.inference_mode()
def mlp_activations(pretrained: Pretrained, texts: Sequence[str]) -> Activations:
    """Gate and up projections at every token of the texts, each text read by itself.

    Raises:
        NotTestableError: the model has no gated MLPs under known names, a text does not fit into
            its context, or its numbers are not finite.
    """
    modules = dict(pretrained.model.named_modules())
    stems = [name.removesuffix(_GATE) for name in modules if name.endswith(_GATE)]
    if not stems:
        raise NotTestableError(f"the model has no modules that end in {_GATE}")
    caught: dict[str, list[torch.Tensor]] = {}
    hooks = [
        modules[stem + part].register_forward_hook(_catch(caught, stem + part))
        for stem in stems
        for part in (_GATE, _UP)
    ]
    try:
        ends = [end for number, text in enumerate(texts) for end in _read(pretrained, number, text)]
    finally:
        for hook in hooks:
            hook.remove()
    whole = {name: torch.cat(parts).float().cpu().numpy() for name, parts in caught.items()}
    found = Activations(tuple(ends), tuple((whole[s + _GATE], whole[s + _UP]) for s in stems))
    if not all(torch.isfinite(one).all() for parts in caught.values() for one in parts):
        raise NotTestableError("the model's activations are not finite numbers")
    return found


def _read(pretrained: Pretrained, number: int, text: str) -> list[tuple[int, int]]:
    """Run the model over one text; where its tokens end, special ones at 0."""
    encoded = pretrained.tokenizer(text, return_offsets_mapping=True)
    tokens = encoded["input_ids"]
    require_fit(pretrained.model, tokens)
    pretrained.tally.tokens += len(tokens)
    inputs = torch.tensor([tokens], device=pretrained.model.device)
    pretrained.model.base_model(input_ids=inputs, use_cache=False)
    return [(number, end) for _, end in encoded["offset_mapping"]]


def _catch(caught: dict[str, list[torch.Tensor]], name: str) -> Callable[..., None]:
    def hook(module: torch.nn.Module, inputs: Any, output: torch.Tensor) -> None:
        caught.setdefault(name, []).append(output.flatten(0, -2))

    return hook
