"""Where models compute: the processor, or the device that ``ASSAY_DEVICE`` names."""

from __future__ import annotations

import os

import torch

from compliance.domain.errors import InvalidInputError

VARIABLE = "ASSAY_DEVICE"


def device_chosen() -> torch.device:
    """The device of this process: ``cpu`` unless ``ASSAY_DEVICE`` says ``cuda`` or ``cuda:1``.

    Raises:
        InvalidInputError: there is no such device here.
    """
    name = os.environ.get(VARIABLE, "cpu") or "cpu"
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # torch without CUDA asserts
        raise InvalidInputError(
            field=VARIABLE,
            problem=f"PyTorch cannot compute on '{name}' here ({str(error).splitlines()[0]})",
            fix="Use 'cpu', or 'cuda' with a GPU and PyTorch's CUDA build",
        ) from error
    return device


def device_free(device: torch.device) -> int | None:
    """Bytes that the device's own memory has free; None for the processor."""
    return int(torch.cuda.mem_get_info(device)[0]) if device.type == "cuda" else None


def device_name(device: torch.device) -> str:
    """What an environment says of the device."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
