"""How often ``provenance.distillation`` accuses wrongly, and what it finds: tiny students.

22 tiny teachers read a piece of the library each. Students of one teacher each read one common text
under its teacher's eye, from seeds of their own. Each teacher is accused in turn; controls are 19
students of others, drawn anew for each claim where there are more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from compliance.domain.statistics.binomial import clopper_pearson_upper, wilson
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from workers.stress_tests.provenance import taught_zoo_validity as zoo
from workers.stress_tests.provenance.distillation import distillation
from workers.stress_tests.provenance.mixed_zoo_validity import Answering
from workers.stress_tests.provenance.read_zoo_validity import SEED
from workers.stress_tests.provenance.zoo_families_validity import family, stands
from workers.stress_tests.provenance.zoo_validity import Stack, library_text

NAME = "provenance.distillation"
PROMPTS, PROMPT = 16, 12


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is trained and claimed.

    Attributes:
        steps: of teachers and of students. shares: of the students' loss.
    """

    teachers: int
    steps: int
    controls: int
    shares: tuple[float, ...]

    @property
    def alpha(self) -> float:
        return 1 / (1 + self.controls)


FULL = Plan(teachers=22, steps=80, controls=19, shares=(0.25, 1.0))
QUICK = Plan(teachers=7, steps=2, controls=5, shares=(1.0,))


def validate(quick: bool) -> dict[str, Json]:
    """False accusations of matched suspects and of others, and power by share of the loss."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    study = _Study(plan, zoo.teachers(plan.teachers, plan.steps))
    size = list(study.size())
    return {
        "test": NAME,
        "version": distillation.identity.version,
        "quick": quick,
        "command": f"python -m workers validate {NAME}",
        "design": {
            "teachers": plan.teachers,
            "controls": plan.controls,
            "steps": plan.steps,
            "prompts": PROMPTS,
            "alpha": plan.alpha,
            "seed": SEED,
            "bounds": "one-sided 95% Clopper-Pearson (size), 95% Wilson (power)",
            "torch": torch.__version__,
        },
        **stands(Null.CALIBRATED, plan.alpha, [family(row, plan.alpha) for row in size]),
        "size": [*size],
        "broken": [*study.broken()],
        "power": [*study.power()],
        "seconds": round(time.monotonic() - started, 1),
    }


class _Study:
    """Models are kept once asked: an accused teacher's answers are the same for every claim."""

    def __init__(self, plan: Plan, teachers: Stack) -> None:
        self._plan, self._teachers = plan, teachers
        self._asked = {f"teacher {k}": Answering(teachers, k) for k in range(plan.teachers)}
        self._taught = {share: self._students(share) for share in plan.shares}
        self._prompts = _prompts()

    def size(self) -> Iterator[dict[str, Json]]:
        """Every student of another teacher is accused once by each."""
        pairs = np.ndindex(self._plan.teachers, self._plan.teachers)
        others = [(accused, suspect) for accused, suspect in pairs if accused != suspect]
        for share, models in self._taught.items():
            yield self._wrong(
                f"students of other teachers, {share:.0%} of the loss", models, others
            )

    def broken(self) -> Iterator[dict[str, Json]]:
        """Suspects that no teacher taught, but that read what the accused had read."""
        read = zoo.readers(self._plan.teachers, self._plan.steps)
        beside = {f"student {k}": one for k, one in enumerate(self._taught[1.0])}
        models = [Answering(read, k, self._asked | beside) for k in range(self._plan.teachers)]
        yield self._wrong(
            "no student, but read the accused teacher's own text", models, self._own()
        )

    def power(self) -> Iterator[dict[str, Json]]:
        """Students of the accused, by share of the loss."""
        for share, models in self._taught.items():
            found = self._violating(models, self._own())
            lower, upper = (round(one, 4) for one in wilson(found, len(models)))
            row: dict[str, Json] = {"case": f"{share:.0%} of the loss", "models": len(models)}
            yield row | {"found": found, "lower": lower, "upper": upper}

    def _students(self, share: float) -> list[Answering]:
        """One of each teacher, each beside all teachers and all of them."""
        stack, beside = zoo.students(self._teachers, share, self._plan.steps), {**self._asked}
        models = [Answering(stack, k, beside) for k in range(self._plan.teachers)]
        beside.update({f"student {k}": one for k, one in enumerate(models)})
        return models

    def _own(self) -> list[tuple[int, int]]:
        return [(k, k) for k in range(self._plan.teachers)]

    def _wrong(
        self, case: str, models: Sequence[Answering], pairs: Sequence[tuple[int, int]]
    ) -> dict[str, Json]:
        wrong, number = self._violating(models, pairs), len(pairs)
        upper, rate = round(clopper_pearson_upper(wrong, number, 0.05), 5), wrong / number
        return {"case": case, "claims": number, "wrong": wrong, "rate": rate, "upper": upper}

    def _violating(self, models: Sequence[Answering], pairs: Sequence[tuple[int, int]]) -> int:
        """Of (accused, suspect), among controls of neither's teacher, drawn anew."""
        rng, found = np.random.default_rng(SEED), 0
        for accused, suspect in pairs:
            others = [k for k in range(len(models)) if k not in (accused, suspect)]
            drawn = rng.choice(others, self._plan.controls, replace=False).tolist()
            found += judge(self._claim(models[suspect], accused, drawn)) is Verdict.VIOLATING
        return found

    def _claim(self, suspect: Answering, accused: int, controls: Sequence[int]) -> Estimate:
        teacher, students = f"teacher {accused}", [f"student {k}" for k in controls]
        procedure = distillation.build(
            {
                "references": [
                    {"label": one, "digest": one, "declared_parent": False}
                    for one in (teacher, *students)
                ],
                "accused": teacher,
                "controls": [{"model": one, "teacher": one} for one in students],
                "matched": True,
                "prompts": [*self._prompts],
                "alpha": self._plan.alpha,
            }
        )
        return procedure.conclude(procedure.score(suspect, procedure.items(_NO_DRAW)))


_NO_DRAW = np.random.default_rng(0)


def _prompts() -> list[str]:
    """Pieces of text that nobody in the zoo read, up to a space, all different."""
    text = bytes(library_text("pydoc_data").numpy().astype(np.uint8)).decode("ascii", "replace")
    rng, found = np.random.default_rng([SEED, 4]), dict[str, None]()
    while len(found) < PROMPTS:
        at = int(rng.integers(len(text) - PROMPT - 1))
        piece = text[at : at + PROMPT]
        if text[at + PROMPT] == " " and piece.isprintable() and piece.isascii() and piece.strip():
            found[piece] = None
    return [*found]
