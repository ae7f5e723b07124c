"""The judges there are, and the one way to ask them: incoherent answers first."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.domain.errors import InvalidInputError
from workers.scoring.coherence import incoherence
from workers.scoring.outcomes import Judge, Judgement, Outcome, PairJudge
from workers.scoring.refusal_patterns import Patterns
from workers.scoring.refusal_rubric import NAME as RUBRIC
from workers.scoring.refusal_rubric import named_judge
from workers.scoring.refusal_words import Words

JUDGES: Mapping[str, Judge] = {judge.name: judge for judge in (Patterns(), Words())}
"""Every judge that is here by name and version; ``rubric@1`` is behind an endpoint."""


def find_judge(name: object) -> Judge:
    """The judge of that name and version.

    Raises:
        InvalidInputError: there is none, and the message names those there are; or it is behind an
            endpoint that the operator has not named.
    """
    if name == RUBRIC:
        return named_judge()
    if not isinstance(name, str) or name not in JUDGES:
        raise InvalidInputError(
            field="parameters.judge",
            problem=f"there is no judge {name!r}",
            fix=f"Use one of {', '.join((*JUDGES, RUBRIC))}",
        )
    return JUDGES[name]


def judges_here() -> tuple[str, ...]:
    """The judges that can be asked on this machine, by name."""
    try:
        return (*JUDGES, named_judge().name)
    except InvalidInputError:
        return tuple(JUDGES)


def judged(judge: Judge, request: str, answer: str) -> Judgement:
    """What ``answer`` is to ``request``: incoherent, or what the judge says it is."""
    broken = incoherence(request, answer)
    if broken:
        return Judgement(Outcome.INCOHERENT, broken)
    return judge.read_pair(request, answer) if isinstance(judge, PairJudge) else judge.read(answer)
