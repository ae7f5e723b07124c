"""The registered models that a version is compared with, and what lineage is declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from workers.contract import Item, Score


class Role(StrEnum):
    """How the provider declares the subject to stand to a reference, strongest first."""

    DECLARED_PARENT = "declared_parent"
    """The subject starts from its weights: sharing is asserted and must be shown."""
    DECLARED_RELATIVE = "declared_relative"
    """A declared child, sibling, ancestor or teacher: sharing is neither denied nor asserted."""
    UNDECLARED = "undeclared"
    """Outside the declared lineage: sharing contradicts the claim."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One registered set of weights.

    Attributes:
        label: the name people know it by, unique among the references of a run.
        digest: the digest registered for the weights; the backend opens them by it.
    """

    label: str
    digest: str
    role: Role

    def item(self) -> Item:
        payload = {"label": self.label, "digest": self.digest, "role": self.role.value}
        return Item(id=self.digest, part=self.label, cluster=self.digest, payload=payload)


NOT_COMPARABLE = "not_comparable"
"""The label of a score that holds a reason and no comparison."""


def not_compared(item: Item, error: Exception) -> Score:
    """The score of a model that cannot be compared, with the reason."""
    detail: dict[str, Json] = {"reason": str(error)}
    return Score(item.id, item.part, item.cluster, 0.0, NOT_COMPARABLE, detail=detail)


def reasons_told(scores: Sequence[Score]) -> list[str]:
    """A caveat for each model that could not be compared."""
    reasons = {one.part: one.detail["reason"] for one in scores if one.label == NOT_COMPARABLE}
    return [f"{part} could not be compared: {reason}." for part, reason in reasons.items()]


def parse_references(value: object) -> list[Reference]:
    """References as a spec writes them.

    Each is ``{"label": str, "digest": str, "declared_parent": bool}``, optionally with
    ``"declared_relative": bool``. Weights registered twice are compared once, under their
    strongest role; equal labels are told apart by the head of their digests.

    Raises:
        InvalidInputError: an entry has another shape.
    """
    if not isinstance(value, list):
        raise _malformed("parameters.references", "must be a list")
    strongest: dict[str, Reference] = {}
    for number, entry in enumerate(value):
        one = _reference(entry, f"parameters.references[{number}]")
        held = strongest.get(one.digest)
        if held is None or list(Role).index(one.role) < list(Role).index(held.role):
            strongest[one.digest] = one
    return _told_apart(list(strongest.values()))


def _reference(entry: object, field: str) -> Reference:
    keys = {"label", "digest", "declared_parent", "declared_relative"}
    if not isinstance(entry, Mapping) or set(entry) - keys:
        raise _malformed(field, "must be an object with the keys of a reference")
    label, digest = entry.get("label"), entry.get("digest")
    if not isinstance(label, str) or not isinstance(digest, str) or not label or not digest:
        raise _malformed(field, "needs a label and a digest, both non-empty text")
    parent, relative = entry.get("declared_parent"), entry.get("declared_relative", False)
    if not isinstance(parent, bool) or not isinstance(relative, bool):
        raise _malformed(field, "needs declared_parent, true or false")
    role = Role.DECLARED_RELATIVE if relative else Role.UNDECLARED
    return Reference(label, digest, Role.DECLARED_PARENT if parent else role)


def _told_apart(references: Sequence[Reference]) -> list[Reference]:
    times = Counter(one.label for one in references)
    return [
        replace(one, label=f"{one.label} ({one.digest[:12]})") if times[one.label] > 1 else one
        for one in references
    ]


def _malformed(field: str, problem: str) -> InvalidInputError:
    example: dict[str, Json] = {"label": "northwind/smol 1.0", "digest": "9f86d0..."}
    fix = f"Write entries like {example | {'declared_parent': False}}"
    return InvalidInputError(field=field, problem=problem, fix=fix)
