"""The registry's own screening: sketches, hits, the exact test they call for, and alerts."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from safetensors.numpy import save_file

from compliance.accounts.models import Grant
from compliance.alerts.models import Alert
from compliance.alerts.services import alert_open
from compliance.audits.kinship import family_get
from compliance.audits.models import Run
from compliance.audits.services import (
    catalogue_publish,
    confirmation_request,
    shard_claim,
)
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.kinship import Agreement
from compliance.domain.lineage import DeclaredParent, relatives
from compliance.domain.merging import Evidence, merge
from compliance.domain.vocabulary import Access, LineageRelation, Role
from compliance.events.models import Event, FollowUp
from compliance.events.services import events_relay
from compliance.registry.models import SketchRow, Version
from compliance.registry.selectors import version_bindings
from compliance.registry.services import (
    Declarations,
    model_register,
    sketch_record,
    version_register,
)
from tests.browser import record
from tests.cast import Cast, person
from workers.routes import SKETCH
from workers.scheduler import sketches_catch_up
from workers.stress_tests.provenance.derivations_validity import prune
from workers.stress_tests.provenance.next_token_agreement import next_token_agreement
from workers.stress_tests.provenance.shared_initialisation import shared_initialisation
from workers.stress_tests.provenance.zoo_validity import Shape, initial, member
from workers.tasks.registry import sketch, version_sketch
from workers.tasks.runs import _announcement, shard_execute

SHAPE = Shape(width=16, hidden=96, layers=4)
Tensors = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def models() -> list[Tensors]:
    stack = initial(range(4), SHAPE)
    return [member(stack, k) for k in range(4)]


@pytest.fixture(autouse=True)
def offered(db: None) -> None:
    """A live worker offers the exact test."""
    catalogue_publish(announcements=[_announcement(shared_initialisation)], now=timezone.now())


class Registry:
    """Registers models of Northwind and of its rival, and does what each registration calls for."""

    def __init__(self, cast: Cast, root: Path) -> None:
        self._cast, self._root = cast, root

    def add(
        self,
        slug: str,
        tensors: Tensors,
        *parents: Version,
        rival: bool = False,
        relation: LineageRelation = LineageRelation.FINE_TUNE,
        sketched: bool = True,
    ) -> Version:
        location = slug.replace("/", "-")
        folder = self._root / location
        folder.mkdir()
        save_file(tensors, folder / "model.safetensors")
        config = {"model_type": "llama", "num_attention_heads": SHAPE.heads}
        (folder / "config.json").write_text(json.dumps(config))
        organization = self._cast.rival if rival else self._cast.northwind
        viewer = self._cast.viewer(self._cast.rival_engineer if rival else self._cast.engineer)
        model = model_register(viewer=viewer, organization_id=organization.id, slug=slug, name=slug)
        declared = Declarations(
            parents=tuple(DeclaredParent(parent.id, relation) for parent in parents)
        )
        version = version_register(
            viewer=viewer,
            model=model,
            name="1.0",
            access=Access.WEIGHTS,
            location=location,
            declarations=declared,
        )
        if sketched:
            version_sketch(_event(EventType.VERSION_REGISTERED, version).id)
        return version


@pytest.fixture
def registry(cast: Cast, models_root: Path) -> Registry:
    return Registry(cast, models_root)


def _event(event_type: EventType, version: Version) -> Event:
    return Event.objects.get(type=event_type.value, payload__version=str(version.id))


def _screened(version: Version) -> dict[str, object]:
    payload: dict[str, object] = _event(EventType.VERSION_SCREENED, version).payload
    return payload


def _confirmed(version: Version) -> Run | None:
    """Request what the screening calls for, and execute it."""
    run = confirmation_request(event_id=_event(EventType.VERSION_SCREENED, version).id)
    if run is not None:
        lease = shard_claim(shard_id=run.shards.get().id, worker="test")
        assert lease is not None
        shard_execute(lease)
    return run


def test_an_undeclared_parent_of_another_organization_raises_an_alert(
    registry: Registry, models: list[Tensors]
) -> None:
    parent = registry.add("base", models[0])
    for k in (1, 2):
        registry.add(f"other-{k}", models[k])
    child = registry.add("copy", prune(models[0], 0.3), rival=True)
    found = _screened(child)
    assert (found["resembles"], found["screened"]) == ([str(parent.id)], 3)
    run = _confirmed(child)
    assert run is not None
    result = run.shards.get().result
    assert (result.verdict, result.n) == ("violating", 1)
    parameters = result.spec["parameters"]
    assert parameters["screened"] == 3
    assert [one["label"] for one in parameters["references"]] == [str(parent)]
    violating = Event.objects.get(type=EventType.VERDICT_VIOLATING.value)
    alert = alert_open(event_id=violating.id)
    assert alert.organization == child.model.organization
    assert run.trigger == "screening"


def test_who_may_read_both_sees_the_copy_beside_its_original(
    registry: Registry, models: list[Tensors], cast: Cast
) -> None:
    """The run is the copy's, and its provider's record; a regulator of both reads it here too."""
    parent = registry.add("base", models[0])
    child = registry.add("copy", prune(models[0], 0.3), rival=True)
    _confirmed(child)
    wronged, regulator = cast.viewer(cast.engineer), cast.viewer(cast.regulator)
    assert not family_get(viewer=wronged, model=parent.model).kinships
    assert not family_get(viewer=regulator, model=parent.model).kinships
    Grant.objects.create(organization=cast.authority, provider=cast.rival)
    both = cast.viewer(cast.regulator)
    (found,) = family_get(viewer=both, model=parent.model).kinships
    assert (found.child, found.other) == (str(child), str(parent))
    assert found.agreement is Agreement.CONTRADICTED


def test_what_tests_among_controls_found_is_merged_with_what_weights_say(
    registry: Registry, models: list[Tensors], cast: Cast
) -> None:
    catalogue_publish(announcements=[_announcement(next_token_agreement)], now=timezone.now())
    parent = registry.add("base", models[0])
    child = registry.add("copy", prune(models[0], 0.3), rival=True)
    _confirmed(child)
    officer = cast.viewer(person("officer", cast.rival, Role.COMPLIANCE_OFFICER))
    (alone,) = family_get(viewer=officer, model=child.model).kinships
    assert alone.tested is not None and alone.tested.merged is None
    for finding in (record.VIOLATING, record.COMPLIANT):  # the first counts, whatever came later
        accused: Json = {"accused": str(parent), "matched": True}
        spec: Json = {"name": "provenance.next_token_agreement", "version": 1}
        run = record.request(officer, child, [{**spec, "parameters": accused}])
        record.finish(run.shards.get(), finding, worker="worker-1")
    (found,) = family_get(viewer=officer, model=child.model).kinships
    assert found.tested is not None and found.tested.log10_e is not None
    weights = Evidence("provenance.shared_initialisation", found.tested.log10_e)
    tokens = Evidence("provenance.next_token_agreement", record.VIOLATING.log10_e_violating)
    assert found.tested.merged == merge([weights, tokens])


def test_independent_models_call_for_nothing(registry: Registry, models: list[Tensors]) -> None:
    versions = [registry.add(f"model-{k}", model) for k, model in enumerate(models)]
    assert [_screened(one)["screened"] for one in versions] == [0, 1, 2, 3]
    assert not any(_screened(one)["resembles"] for one in versions)
    assert not any(_confirmed(one) for one in versions)


def test_the_same_bytes_under_another_model_are_a_copy(
    registry: Registry, models: list[Tensors]
) -> None:
    parent = registry.add("base", models[0])
    child = registry.add("copy", models[0], rival=True)
    assert child.weights_digest == parent.weights_digest
    run = _confirmed(child)
    assert run is not None
    assert run.shards.get().result.verdict == "violating"


def test_a_declared_parent_is_confirmed_and_nobody_is_accused(
    registry: Registry, models: list[Tensors]
) -> None:
    parent = registry.add("base", models[0])
    sibling = registry.add("sibling", prune(models[0], 0.2), parent)
    child = registry.add("child", prune(models[0], 0.3), parent)
    grandchild = registry.add("grandchild", prune(models[0], 0.4), child)
    assert _screened(child) | {"resembles": [], "parents": [str(parent.id)]} == _screened(child)
    for version in (sibling, child, grandchild):
        run = _confirmed(version)
        assert run is not None
        assert run.shards.get().result.verdict == "compliant"
    assert not Event.objects.filter(type=EventType.PARENT_UNSHOWN.value).exists()


def test_a_declared_parent_that_is_none_raises_a_warning(
    registry: Registry, models: list[Tensors]
) -> None:
    parent = registry.add("base", models[0])
    child = registry.add("child", models[1], parent)
    run = _confirmed(child)
    assert run is not None
    assert run.shards.get().result.verdict == "inconclusive"
    event = Event.objects.get(type=EventType.PARENT_UNSHOWN.value)
    alert: Alert = alert_open(event_id=event.id)
    assert alert.severity == "warning"
    assert alert.title == f"A declared parent of {child} is not shown"
    assert "not shown to share initialisation" in alert.statement


def test_files_that_are_no_longer_the_registered_ones_raise_an_alert(
    registry: Registry, models: list[Tensors], models_root: Path
) -> None:
    parent = registry.add("base", models[0])
    child = registry.add("child", prune(models[0], 0.3), parent)
    save_file(prune(models[0], 0.2), models_root / "child" / "model.safetensors")
    run = _confirmed(child)
    assert run is not None
    event = Event.objects.get(type=EventType.WEIGHTS_CHANGED.value)
    assert event.payload["files"] == ["model.safetensors"]
    alert: Alert = alert_open(event_id=event.id)
    assert (alert.severity, alert.state) == ("critical", "open")
    assert alert.title == f"The files of {child} are not the registered ones"
    assert f"{child} are not those that were registered: model.safetensors" in alert.statement


def test_a_reference_whose_files_were_changed_is_not_compared(
    registry: Registry, models: list[Tensors], models_root: Path
) -> None:
    """Else whoever may write to a parent's folder could make anybody its child."""
    parent = registry.add("base", models[1])
    child = registry.add("child", models[0], parent)
    save_file(models[0], models_root / "base" / "model.safetensors")
    run = _confirmed(child)
    assert run is not None
    shard = run.shards.get()
    assert shard.state == "not_testable"
    assert "are not those registered under" in shard.trouble
    assert not Event.objects.filter(type=EventType.WEIGHTS_CHANGED.value).exists()


def test_a_teacher_is_no_parent_of_weights(registry: Registry, models: list[Tensors]) -> None:
    teacher = registry.add("teacher", models[0])
    student = registry.add("student", models[1], teacher, relation=LineageRelation.DISTILLATION)
    assert _screened(student)["parents"] == []
    [reference] = version_bindings(version=student, wanted={"references"})["references"]  # type: ignore[misc]
    assert (reference["declared_parent"], reference["declared_relative"]) == (False, True)  # type: ignore[index,call-overload]


def test_a_common_child_does_not_make_two_models_relatives(
    registry: Registry, models: list[Tensors]
) -> None:
    """Else a copy could be hidden by registering a child of it and of the original."""
    a, b, child, grandchild = (UUID(int=k) for k in range(4))
    edges = [(child, a), (child, b), (grandchild, child)]
    assert relatives(a, edges) == {child, grandchild}
    assert relatives(child, edges) == {a, b, grandchild}
    assert relatives(grandchild, edges) == {a, b, child}
    assert relatives(a, [(a, b), (b, a)]) == {b}


def test_versions_of_one_model_are_relatives(
    registry: Registry, models: list[Tensors], cast: Cast
) -> None:
    first = registry.add("model", models[0])
    second = version_register(
        viewer=cast.viewer(cast.engineer),
        model=first.model,
        name="1.1",
        access=Access.WEIGHTS,
        location="model",
    )
    version_sketch(_event(EventType.VERSION_REGISTERED, second).id)
    assert _screened(second) | {"screened": 0, "resembles": []} == _screened(second)


def test_weights_that_cannot_be_sketched_are_told_with_the_reason(
    registry: Registry, models: list[Tensors], version: Version
) -> None:
    version_sketch(_event(EventType.VERSION_REGISTERED, version).id)
    row = SketchRow.objects.get()
    assert "lacks the tensor model.layers.0.mlp.gate_proj.weight" in row.reason
    assert _screened(version)["reason"] == row.reason
    broken = {**models[0], "model.layers.1.mlp.up_proj.weight": np.full((96, 16), np.nan, "<f4")}
    assert "NaN" in str(_screened(registry.add("broken", broken))["reason"])
    assert _screened(registry.add("sound", models[1]))["screened"] == 0


def test_a_redelivered_event_sketches_and_asks_once(
    registry: Registry, models: list[Tensors]
) -> None:
    registry.add("base", models[0])
    child = registry.add("copy", models[0], rival=True)
    version_sketch(_event(EventType.VERSION_REGISTERED, child).id)
    event = _event(EventType.VERSION_SCREENED, child)
    assert confirmation_request(event_id=event.id) is not None
    assert confirmation_request(event_id=event.id) is None
    with pytest.raises(ValueError, match="has been sketched"):
        sketch_record(version=child, sketch=None, reason="again")


def test_what_was_registered_before_there_were_sketches_is_sketched_and_found(
    registry: Registry, models: list[Tensors], served: Version
) -> None:
    """A release without sketches relayed the registrations and sketched nothing."""
    base = registry.add("base", models[0], sketched=False)
    copy = registry.add("copy", prune(models[0], 0.3), rival=True, sketched=False)
    events_relay(follow=lambda events: [])
    assert not FollowUp.objects.exists()
    sketches_catch_up()
    due = list(FollowUp.objects.filter(task=SKETCH).select_related("event"))
    asked = {one.event.payload["version"] for one in due}
    assert asked >= {str(base.id), str(copy.id)}
    assert str(served.id) not in asked
    for one in due:
        sketch(one.id)
    assert _screened(copy)["resembles"] == [str(base.id)]
    sketches_catch_up()
    assert FollowUp.objects.filter(task=SKETCH).count() == len(due)


def test_a_sketch_cannot_be_changed(registry: Registry, models: list[Tensors]) -> None:
    registry.add("base", models[0])
    with pytest.raises(DatabaseError), transaction.atomic():
        SketchRow.objects.update(words=b"")


def test_an_endpoint_is_not_sketched(served: Version) -> None:
    version_sketch(_event(EventType.VERSION_REGISTERED, served).id)
    assert not SketchRow.objects.filter(version=served).exists()
