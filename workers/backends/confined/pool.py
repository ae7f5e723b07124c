"""Processes of models that stay between the shards that this worker executes."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Hashable

from compliance.domain.specs import Subject
from workers.backends.confined.limits import limits_set
from workers.backends.confined.process import ModelProcess
from workers.backends.files import ModelFiles
from workers.backends.kept import SHARE_OF_FREE, WITHOUT_KNOWING
from workers.backends.memory import bytes_free

PROCESS_BYTES = 300 << 20
"""That a process takes before it has loaded a model: mostly the libraries."""
_log = logging.getLogger("assay.models")


class ModelProcesses:
    """The processes used last, the oldest ended first; the one in use always stays.

    Args:
        budget: bytes that they may take together; by default half of what is free.
    """

    def __init__(self, budget: int | None = None) -> None:
        self._budget = budget
        self._processes: OrderedDict[Hashable, ModelProcess] = OrderedDict()

    def of(self, subject: Subject, files: ModelFiles) -> ModelProcess:
        """The process of a model, started unless it is still here.

        Raises:
            InvalidInputError: the files may not be opened.
            ModelProcessError: it did not start.
        """
        key = (files.fingerprint, subject.weights_digest, subject.label)
        process = self._processes.pop(key, None)
        if process is not None and not process.alive:
            process.close()
            process = None
        if process is None:
            free = bytes_free()
            if self._budget is None:
                self._budget = WITHOUT_KNOWING if free is None else int(free * SHARE_OF_FREE)
            self._give_up(PROCESS_BYTES)
            process = ModelProcess(subject, files, limits_set(self._memory(free)))
            _tell(process)
        self._processes[key] = process
        return process

    def make_room(self, process: ModelProcess) -> None:
        """End others, the oldest first, until the model of ``process`` fits into the budget."""
        if not process.taken:
            self._give_up(process.needed, keep=process)

    def close(self) -> None:
        """End every process."""
        self._give_up(self._budget or 0)

    def __len__(self) -> int:
        return len(self._processes)

    def _memory(self, free: int | None) -> int | None:
        """What a new process may take: all that is free, and what others would give up for it."""
        return None if free is None else free + self._taken

    def _give_up(self, needed: int, keep: ModelProcess | None = None) -> None:
        for key, process in list(self._processes.items()):
            if needed + self._taken <= (self._budget or 0):
                return
            if process is not keep:
                del self._processes[key]
                process.close()

    @property
    def _taken(self) -> int:
        return sum(PROCESS_BYTES + process.taken for process in self._processes.values())


def _tell(process: ModelProcess) -> None:
    """Say what stands around a model, loudly where something does not."""
    if process.missing:
        _log.warning(
            "a model is opened behind fewer walls than there should be: nothing bars %s",
            process.missing,
        )
    else:
        _log.info("a model is opened in a process without network and secrets")
