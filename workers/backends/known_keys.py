"""The keys of a ``config.json`` that its architecture's own code knows; every other is dropped.

transformers sets whatever else stands there as an attribute of the configuration, where it may
take the place of a method or be read by code that nobody thought of: CVE-2026-4372 began with a
key that no architecture has. A list of bad keys cannot be complete, so this is a list of good ones.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from transformers import CONFIG_MAPPING, PretrainedConfig

from compliance.domain.canonical import Json

OF_ALL = frozenset(
    {"model_type", "torch_dtype", "rope_theta", "rope_scaling", "partial_rotary_factor"}
)
"""Older spellings that transformers itself reads for every architecture."""
_TAKES = {"pop", "get", "setdefault"}
_LOOKS = {"getattr", "hasattr"}


def known_config(raw: Mapping[str, Json]) -> dict[str, Json]:
    """What is left of a config whose ``model_type`` transformers has; nested ones alike.

    A nested config of an architecture that transformers lacks is left out.
    """
    return _known(raw, CONFIG_MAPPING[str(raw["model_type"])])


def _known(raw: Mapping[str, Json], config: Any) -> dict[str, Json]:
    nested = config.sub_configs or {}
    kept: dict[str, Json] = {}
    for key in known_keys(config) & set(raw):
        value = raw[key]
        if key in nested and isinstance(value, dict):
            own = _nested(nested[key], value)
            if own is None:
                continue
            value = _known(value, own)
        kept[key] = value
    return kept


def _nested(declared: type, value: Mapping[str, Json]) -> Any:
    """The class of a nested config, which may be named by its own ``model_type`` alone, or None."""
    if issubclass(declared, PretrainedConfig):
        return declared
    try:
        return CONFIG_MAPPING[str(value.get("model_type"))]  # its get() finds nothing: it is lazy
    except KeyError:
        return None


@cache
def known_keys(config: Any) -> frozenset[str]:
    """Fields of the class, other names it gives them, and what its own modules look up by name."""
    declared = {one.name for one in fields(config)} | {*config.attribute_map, *config.sub_configs}
    package = Path(inspect.getfile(config)).parent
    files = [Path(inspect.getfile(config)), *sorted(package.glob("modeling_*.py"))]
    return OF_ALL | declared | {name for path in files for name in _looked_up(path)}


def _looked_up(path: Path) -> Iterator[str]:
    """Names in ``kwargs.pop("name")``, ``getattr(config, "name")`` and the like, in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called, names = node.func, node.args[:1]
        if isinstance(called, ast.Name) and called.id in _LOOKS:
            names = node.args[1:2]
        elif not (isinstance(called, ast.Attribute) and called.attr in _TAKES):
            continue
        for name in names:
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value
