"""The stress tests on offer, and batteries made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction

from compliance.audits.labelling import declared
from compliance.audits.models import StressTest
from compliance.audits.selectors import stress_test_list
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.runs import not_offered
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Kind, Need

_QUICKEST_FIRST = (Kind.PROVENANCE, Kind.SAFETY, Kind.BIAS)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a worker says of a stress test it can run."""

    name: str
    version: int
    kind: str
    title: str
    needs: tuple[str, ...]
    parameters: Mapping[str, Json]
    data_card: Mapping[str, Json]
    claim: str
    sources: tuple[str, ...]
    code_digest: str
    validity: Mapping[str, Json] | None
    audit: Mapping[str, Json] | None = None
    plan: Mapping[str, Json] | None = None
    choices: Mapping[str, Json] = field(default_factory=dict)


@transaction.atomic
def catalogue_publish(*, announcements: Sequence[Announcement], now: datetime) -> None:
    """Take up what a worker can run; the newest announcement of a test and version holds."""
    for announcement in announcements:
        fields = asdict(announcement)
        StressTest.objects.update_or_create(
            name=fields.pop("name"),
            version=fields.pop("version"),
            defaults={**fields, "announced_at": now},
        )


def battery_default(*, access: Access) -> list[StressTestSpec]:
    """Every announced stress test that can be asked of a version of this access.

    With default parameters, the quickest kinds first.

    Raises:
        InvalidInputError: there is none.
    """
    tests = sorted(stress_test_list(), key=lambda test: _QUICKEST_FIRST.index(Kind(test.kind)))
    battery = [
        StressTestSpec(name=test.name, version=test.version)
        for test in tests
        if not not_offered(access, map(Need, test.needs))
    ]
    if not battery:
        raise InvalidInputError(
            field="battery",
            problem=f"no live worker offers a stress test for a version of access '{access.value}'",
            fix="Start a worker, or give the version another access",
        )
    return battery


def battery_check(*, battery: Sequence[StressTestSpec], access: Access) -> None:
    """Refuse a battery with a stress test that a version of this access cannot be asked.

    Raises:
        InvalidInputError: with the reason.
    """
    for spec in battery:
        test = StressTest.objects.get(name=spec.name, version=spec.version)
        reason = not_offered(access, map(Need, test.needs))
        if reason:
            raise InvalidInputError(
                field="battery",
                problem=f"{spec.name} cannot be run: {reason}",
                fix="Leave it out, or register the version with its weights",
            )


def budget_check(token_budget: int | None) -> None:
    """Refuse a token budget of nothing.

    Raises:
        InvalidInputError: naming token_budget.
    """
    if token_budget is not None and token_budget < 1:
        raise InvalidInputError(
            field="token_budget",
            problem=f"{token_budget} tokens would ask nothing",
            fix="Use at least 1, or leave it empty for no end",
        )


def battery_resolve(*, battery: Sequence[object]) -> list[StressTestSpec]:
    """The specs of a battery given as names or as spec JSON; versions default to the newest.

    Raises:
        InvalidInputError: empty, or a test or parameter that no live worker announced.
    """
    if not battery:
        raise InvalidInputError(
            field="battery",
            problem="a battery needs at least one stress test",
            fix="Name one or more of the announced stress tests",
        )
    return [_resolve(entry) for entry in battery]


def battery_with(
    *, battery: Sequence[StressTestSpec], parameters: Mapping[str, Json]
) -> list[StressTestSpec]:
    """The battery, each stress test with those of the parameters that it declares for people.

    Raises:
        InvalidInputError: naming the parameter that none of them declares, or whose value one of
            them cannot have.
    """
    tests = [StressTest.objects.get(name=spec.name, version=spec.version) for spec in battery]
    for name, value in parameters.items():
        _require_taken(tests, name, value)
    return [
        spec.bind(**{name: value for name, value in parameters.items() if name in declared(test)})
        for spec, test in zip(battery, tests, strict=True)
    ]


def _require_taken(tests: Sequence[StressTest], name: str, value: Json) -> None:
    declaring = [test for test in tests if name in declared(test)]
    if not declaring:
        raise InvalidInputError(
            field=name,
            problem=f"none of these stress tests has the parameter '{name}'",
            fix="Leave it empty, or choose a stress test that has it",
        )
    for test in declaring:
        named = test.choices.get(name, [value])
        if value not in named:
            raise InvalidInputError(
                field=name,
                problem=f"no live worker can run {test.name} with the {name} '{value}'",
                fix=f"Use one of {', '.join(named)}",
            )


def _resolve(entry: object) -> StressTestSpec:
    name = entry if isinstance(entry, str) else None
    spec = None if name else StressTestSpec.from_json(entry)
    announced = StressTest.objects.filter(name=spec.name if spec else name)
    if spec is not None:
        announced = announced.filter(version=spec.version)
    test = announced.order_by("-version").first()
    if test is None:
        names = ", ".join(stress_test_list().values_list("name", flat=True)) or "none yet"
        raise InvalidInputError(
            field="battery",
            problem=f"no live worker offers '{spec.name if spec else name}'",
            fix=f"Choose from: {names}",
        )
    parameters = dict(spec.parameters) if spec else {}
    unknown = sorted(set(parameters) - set(test.parameters))
    if unknown:
        raise InvalidInputError(
            field="battery",
            problem=f"{test.name} has no parameter '{unknown[0]}'",
            fix=f"Use one of: {', '.join(sorted(test.parameters))}",
        )
    return StressTestSpec(name=test.name, version=test.version, parameters=parameters)
