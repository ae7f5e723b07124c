"""The process of one model, as its worker sees it: started, asked, ended."""

from __future__ import annotations

import select
import socket
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from workers.backends.confined.errors import ModelProcessError
from workers.backends.confined.limits import REQUIRED_VARIABLE, Limits
from workers.backends.confined.messages import BrokenMessageError, receive, send
from workers.backends.confined.template import template
from workers.backends.files import ModelFiles

if TYPE_CHECKING:
    import numpy as np

START_SECONDS = 60.0
"""For a new process to raise its walls, on a machine that is busy."""
MAX_SAID_CHARACTERS = 8_000
_GIB = 1 << 30


class ModelProcess:
    """A process that has nothing but a model's files, and answers questions about it.

    Args:
        limits: on its memory, and on the time of one answer.

    Raises:
        ModelProcessError: it did not start, or lacks a wall that is required; that is the worker's,
            not the model's: another worker may have what this one lacks.
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
            "readable": list[Json](readable(files)),
            "scratch": self._scratch.name,
            "memory": limits.memory,
        }
        self.walls, _ = self._exchange(asked, START_SECONDS)
        if limits.walls_required and self.missing:  # before it has read any file of the model
            raise self._broken(
                f"not opened: nothing bars {self.missing}, and {REQUIRED_VARIABLE} is set"
            )
        found, _ = self.ask("open")
        if not isinstance(found, dict) or type(found.get("needed")) is not int:
            raise self._broken("it did not say what it needs")
        self.needed: int = found["needed"]
        """Bytes that the model takes once it is asked something."""

    @property
    def missing(self) -> str:
        """What nothing bars it from; empty where every wall stands."""
        return ", ".join(sorted(name for name, stands in self.walls.items() if not stands))

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
        if not isinstance(answer, dict) or type(answer.get("taken")) is not int:
            raise self._broken("it answered nothing that can be read")
        self.taken = answer["taken"]
        if isinstance(refused := answer.get("refused"), dict):
            raise self._refusal({key: _plain(text) for key, text in refused.items()})
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

    def _refusal(self, refused: Mapping[str, str]) -> Exception:
        kind, text = refused.get("kind"), refused.get("text", "")
        if kind == "memory":
            limit = f"{(self._limits.memory or 0) / _GIB:.2f} GiB"
            return NotTestableError(
                f"the model '{self.label}' takes more memory than the {limit} that its process may"
            )
        if kind == "input":
            field, problem, fix = (refused.get(key, "") for key in ("field", "problem", "fix"))
            return InvalidInputError(field=field, problem=problem, fix=fix)
        if kind == "not_testable":
            return NotTestableError(text)
        return ModelProcessError(f"the process of the model '{self.label}': {text}")


def _plain(text: object) -> str:
    """What it says of itself, without what a terminal or the record could not take."""
    kept = str(text)[:MAX_SAID_CHARACTERS]
    return "".join(one if one.isprintable() or one == "\n" else "?" for one in kept)


def readable(files: ModelFiles) -> Sequence[str]:
    """What the process may read: the model's folder, and files that its links lead to.

    Of a GGUF file that was named by itself nothing beside it: other models may lie there.
    """
    paths = files.weights if files.alone else sorted(files.folder.rglob("*"))
    targets = [path.resolve() for path in paths if path.is_file()]
    folder = files.folder.resolve()
    outside = {str(one) for one in targets if files.alone or not one.is_relative_to(folder)}
    return sorted(outside if files.alone else outside | {str(folder)})


def _array_bytes(memory: int | None) -> int:
    return 16 * _GIB if memory is None else memory
