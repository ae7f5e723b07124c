"""Declared lineage: which version descends from which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import LineageRelation, SourceKind


@dataclass(frozen=True, slots=True)
class DeclaredParent:
    """A parent as a provider declares it."""

    version_id: UUID
    relation: LineageRelation


@dataclass(frozen=True, slots=True)
class DeclaredSource:
    """A source of training data as a provider declares it."""

    kind: SourceKind
    name: str
    url: str = ""
    description: str = ""
    licence: str = ""


def relatives(version: UUID, edges: Iterable[tuple[UUID, UUID]]) -> set[UUID]:
    """Ancestors of a version and all that descends from them or from it; itself left out.

    Two parents of one child are no relatives by that alone: else whoever registers a child of
    two models would have connected them.

    Args:
        edges: (version, declared parent) of the whole registry.
    """
    parents, children = defaultdict(set), defaultdict(set)
    for child, parent in edges:
        parents[child].add(parent)
        children[parent].add(child)
    family = _reached({version}, parents)
    return _reached(family, children) - {version}


def ancestors(versions: AbstractSet[UUID], edges: Iterable[tuple[UUID, UUID]]) -> set[UUID]:
    """What versions descend from, however many steps up; themselves left out.

    Args:
        edges: (version, declared parent).
    """
    parents = defaultdict(set)
    for child, parent in edges:
        parents[child].add(parent)
    return _reached(set(versions), parents) - versions


def _reached(start: set[UUID], steps: Mapping[UUID, set[UUID]]) -> set[UUID]:
    """What ``steps`` lead to from ``start``, start included; cycles end."""
    seen, waiting = set(start), list(start)
    while waiting:
        for one in steps.get(waiting.pop(), set()) - seen:
            seen.add(one)
            waiting.append(one)
    return seen


def parents_check(parents: Sequence[DeclaredParent], known: Mapping[UUID, str]) -> None:
    """Refuse parents that are not registered or are declared twice.

    A new version has no children yet, so a graph of registered parents stays acyclic.

    Args:
        known: the registered versions the provider may name, by id.

    Raises:
        InvalidInputError: naming the parent by its place in the list.
    """
    seen: set[UUID] = set()
    for index, parent in enumerate(parents):
        if parent.version_id not in known:
            raise InvalidInputError(
                field=f"parents.{index}.version",
                problem=f"{parent.version_id} is not a registered version you may see",
                fix="Register the parent first, or correct its id",
            )
        if parent.version_id in seen:
            raise InvalidInputError(
                field=f"parents.{index}.version",
                problem=f"{known[parent.version_id]} is declared twice",
                fix="Declare each parent once",
            )
        seen.add(parent.version_id)
