"""Policy packs: registered once and for all, adopted and dropped, each an event."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from compliance.domain.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
)
from compliance.domain.policy.packs import pack_read
from compliance.events.models import Event
from compliance.policies.models import Adoption, PolicyPack
from compliance.policies.selectors import adopters, adoption_get, adoption_list
from compliance.policies.services import (
    BUILT_IN,
    pack_adopt,
    pack_drop,
    pack_register,
    packs_register,
)
from tests.cast import Cast
from tests.policy import pack_make, pack_text
from workers.scheduler import packs_offer

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[Event]:
    return list(Event.objects.filter(type=f"policy.pack.{kind}").order_by("occurred_at"))


def test_the_packs_of_the_release_are_registered_once(capsys: pytest.CaptureFixture[str]) -> None:
    rows = packs_register()
    assert [row.name for row in rows] == sorted(path.stem for path in BUILT_IN.glob("*.toml"))
    assert packs_register() == rows
    assert len(told("registered")) == len(rows)
    call_command("policy_packs")
    assert capsys.readouterr().out.splitlines()[0] == f"{rows[0]} {rows[0].sha256}"


def test_a_version_keeps_its_content(tmp_path: Path) -> None:
    row = pack_make()
    assert row.pack == pack_read(pack_text()) and row.sha256 == row.pack.sha256
    assert pack_register(content=pack_text()) == row
    with pytest.raises(InvalidInputError, match="other content"):
        pack_register(content=pack_text(title="Changed"))
    for change in ({"title": "x"}, {"content": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PolicyPack.objects.filter(id=row.id).update(**change)
    changed = tmp_path / "pack.toml"
    changed.write_bytes(pack_text(2, title="Changed"))
    call_command("policy_packs", str(changed))
    changed.write_text("name = 1")
    with pytest.raises(CommandError, match=r"pack\.name"):
        call_command("policy_packs", str(changed))
    assert PolicyPack.objects.count() == 2


def test_a_pack_is_adopted_and_dropped_by_whoever_answers_for_it(cast: Cast) -> None:
    pack, officer = pack_make(), cast.viewer(cast.officer)
    adoption = pack_adopt(viewer=officer, pack=pack, organization_id=cast.northwind.id)
    with pytest.raises(TransitionError, match="already"):
        pack_adopt(viewer=officer, pack=pack, organization_id=cast.northwind.id)
    event = told("adopted")[0]
    assert event.payload == {
        "adoption": str(adoption.id),
        "pack": "test-pack@1",
        "sha256": pack.sha256,
    }
    assert (event.organization_id, event.actor) == (cast.northwind.id, cast.officer)
    pack_drop(viewer=officer, adoption=adoption)
    with pytest.raises(TransitionError, match="already"):
        pack_drop(viewer=officer, adoption=adoption)
    again = pack_adopt(viewer=officer, pack=pack, organization_id=cast.northwind.id)
    assert again != adoption and len(told("dropped")) == 1


def test_a_newer_version_takes_the_place_of_the_older(cast: Cast) -> None:
    officer = cast.viewer(cast.officer)
    for pack in (pack_make(), pack_make(2)):
        pack_adopt(viewer=officer, pack=pack, organization_id=cast.northwind.id)
    live = Adoption.objects.filter(dropped_at__isnull=True)
    assert [str(one.pack) for one in live] == ["test-pack@2"]
    assert [event.payload["pack"] for event in told("dropped")] == ["test-pack@1"]


def test_others_may_not(cast: Cast) -> None:
    pack, officer = pack_make(), cast.viewer(cast.officer)
    adoption = pack_adopt(viewer=officer, pack=pack, organization_id=cast.northwind.id)
    for user, refusal in (
        (cast.engineer, NotAllowedError),
        (cast.regulator, NotAllowedError),
        (cast.outsider, NotFoundError),
    ):
        viewer = cast.viewer(user)
        with pytest.raises(refusal):
            pack_drop(viewer=viewer, adoption=adoption)
        with pytest.raises(refusal):
            pack_adopt(viewer=viewer, pack=pack, organization_id=cast.northwind.id)
        assert cast.northwind not in adopters(viewer=viewer)
    assert list(adoption_list(viewer=cast.viewer(cast.regulator))) == [adoption]
    with pytest.raises(NotFoundError):
        adoption_get(viewer=cast.viewer(cast.outsider), adoption_id=adoption.id)


def test_one_pack_that_is_refused_keeps_no_other_back() -> None:
    taken = (BUILT_IN / "eu-ai-act-high-risk.toml").read_text()
    mine = pack_register(content=taken.replace("EU AI Act: high", "Ours: high").encode())
    with pytest.raises(InvalidInputError, match="other content"):
        packs_register()
    packs_offer()  # the scheduler logs it, and goes on
    others = PolicyPack.objects.exclude(id=mine.id)
    assert others.count() == len(list(BUILT_IN.glob("*.toml"))) - 1
