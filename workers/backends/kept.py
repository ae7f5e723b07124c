"""Models that stay in memory between the shards that this process executes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from workers.backends.memory import bytes_free, bytes_needed, require_memory

if TYPE_CHECKING:
    from workers.scoring.pretrained import Pretrained

SHARE_OF_FREE = 0.5
"""What models may take of the memory that was free when the first was loaded."""
WITHOUT_KNOWING = 2 << 30
"""Bytes that models may take where the system does not say what is free."""


class KeptModels:
    """The models used last, the oldest given up first; the one in use is always kept.

    Args:
        budget: bytes that the models may take together; by default half of what is free.
    """

    def __init__(self, budget: int | None = None) -> None:
        self._budget = budget
        self._models: OrderedDict[Hashable, tuple[Pretrained, int]] = OrderedDict()

    def get(self, key: Hashable, parameters: int, load: Callable[[], Pretrained]) -> Pretrained:
        """The model of ``key``, loaded unless it is still here.

        Raises:
            InvalidInputError: it does not fit into memory, even alone, or ``load`` refuses it.
        """
        if key not in self._models:
            needed = bytes_needed(parameters)
            self._make_room(needed)
            require_memory(needed)
            self._models[key] = (load(), needed)
        self._models.move_to_end(key)
        return self._models[key][0]

    def clear(self) -> None:
        """Give every model up."""
        self._models.clear()

    def __len__(self) -> int:
        return len(self._models)

    def _make_room(self, needed: int) -> None:
        if self._budget is None:
            free = bytes_free()
            self._budget = WITHOUT_KNOWING if free is None else int(free * SHARE_OF_FREE)
        while self._models and needed + self._taken > self._budget:
            self._models.popitem(last=False)

    @property
    def _taken(self) -> int:
        return sum(size for _, size in self._models.values())
