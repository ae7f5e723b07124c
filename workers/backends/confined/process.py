"""The process of one model, as its worker sees it: started, asked, ended."""

from __future__ import annotations

import select
import socket
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from workers.backends.confined.errors import ModelProcessError
from workers.backends.confined.limits import Limits
from workers.backends.confined.messages import BrokenMessageError, receive, send
from workers.backends.confined.template import template
from workers.backends.files import ModelFiles

if TYPE_CHECKING:
    import numpy as np

START_SECONDS = 60.0
"""For a new process to raise its walls, on a machine that is busy."""
_GIB = 1 << 30


class ModelProcess:
    """A process that has nothing but a model's files, and answers questions about it.

    Args:
        limits: on its memory, and on the time of one answer.

    Raises:
        ModelProcessError: it did not start.
        InvalidInputError: it may not open the files.
    """

    def __init__(self, subject: Subject, files: ModelFiles, limits: Limits) -> None:
        self.label, self._limits = subject.label, limits
        self.taken = 0
        """Bytes that the model takes by now: none until it was asked something."""
        self._scratch = tempfile.TemporaryDirectory(prefix="assay-model-")
        self._template = template()
        ours, theirs = socket.socketpair()
        self._channel = ours
        with theirs:
            self.pid = self._template.fork(theirs)
        asked: dict[str, Json] = {
            "location": subject.location,
            "label": subject.label,
            "folders": list[Json](_folders(files)),
            "scratch": self._scratch.name,
            "memory": limits.memory,
        }
        self.walls, _ = self._exchange(asked, START_SECONDS)
        found, _ = self.ask("open")
        self.needed: int = found["needed"]
        """Bytes that the model takes once it is asked something."""

    @property
    def alive(self) -> bool:
        """Whether it waits for a question."""
        if self._channel.fileno() < 0:
            return False
        return not select.select([self._channel], [], [], 0)[0]

    def ask(self, what: str, **about: Json) -> tuple[Any, list[np.ndarray]]:
        """One question and its answer.

        Raises:
            NotTestableError, InvalidInputError: as the model's backend raised it, or a limit.
            ModelProcessError: the process is gone.
        """
        answer, arrays = self._exchange({"ask": what, **about}, self._limits.seconds)
        if not isinstance(answer, dict):
            raise self._broken("it answered nothing that can be read")
        self.taken = int(answer.get("taken", 0))
        if "refused" in answer:
            raise self._refusal(answer["refused"])
        return answer.get("found"), arrays

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._channel.close()
        self._template.end(self.pid)
        self._scratch.cleanup()

    def _exchange(self, message: Json, seconds: float) -> tuple[Any, list[np.ndarray]]:
        """Send and receive; whatever goes wrong, or interrupts us, ends the process."""
        try:
            self._channel.settimeout(seconds)
            send(self._channel, message)
            return receive(
                self._channel, seconds=seconds, array_bytes=_array_bytes(self._limits.memory)
            )
        except TimeoutError as error:
            raise self._broken(f"it took over {seconds:.0f} s, which is the limit") from error
        except BrokenMessageError as error:
            raise self._broken(f"it sent {error}") from error
        except (EOFError, OSError) as error:
            raise self._broken(self._template.ending(self.pid)) from error
        except BaseException:  # an interrupted worker leaves no half-read answer behind
            self.close()
            raise

    def _broken(self, how: str) -> ModelProcessError:
        self.close()
        return ModelProcessError(f"the process of the model '{self.label}': {how}")

    def _refusal(self, refused: Any) -> Exception:
        kind, text = refused.get("kind"), str(refused.get("text", ""))[:8_000]
        if kind == "memory":
            limit = f"{(self._limits.memory or 0) / _GIB:.2f} GiB"
            return NotTestableError(
                f"the model '{self.label}' takes more memory than the {limit} that its process may"
            )
        if kind == "input":
            field, problem, fix = (str(refused.get(k, "")) for k in ("field", "problem", "fix"))
            return InvalidInputError(field=field, problem=problem[:2_000], fix=fix[:2_000])
        if kind == "not_testable":
            return NotTestableError(text)
        return ModelProcessError(f"the process of the model '{self.label}': {text}")


def _folders(files: ModelFiles) -> Sequence[str]:
    """Where the files lie: caches keep links, and the files elsewhere."""
    paths = files.weights if files.alone else sorted(files.folder.rglob("*"))
    found = {str(path.resolve().parent) for path in paths if path.is_file()}
    return sorted(found | ({str(files.weights[0])} if files.alone else {str(files.folder)}))


def _array_bytes(memory: int | None) -> int:
    return 16 * _GIB if memory is None else memory
