"""The admin and one's own account: every address, by everybody who may call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from compliance.accounts.models import User
from tests.cast import PASSWORD, Cast
from tests.rights.accounts import ENTRANCES, OWN
from tests.rights.addresses import addresses
from tests.rights.people import World
from tests.rights.test_matrix import DRAWN_FOR
from tests.second_factors import sign_in, totp_give

pytestmark = pytest.mark.django_db
CALLS = ("get", "post")
OPEN = ("admin:login", "admin:logout")
ENDS = {"account_logout"}


def test_the_admin_is_closed_to_whoever_is_not_staff(world: World) -> None:
    """Asked of each view itself: a gate that stood before its pages alone would not do."""
    assert Client().get("/admin/").headers["Location"].startswith("/admin/login/")
    outside = {who: one.user for who, one in world.callers.items() if who != "staff"}
    paths = dict.fromkeys(path for name, path in _paths("admin/") if name not in OPEN)
    assert len(paths) > 300 and len(outside) > 12
    wrong = []
    for path in paths:
        found = resolve(path)
        for who, user in outside.items():
            for method in CALLS:
                request = getattr(RequestFactory(), method)(path)
                request.user = user or AnonymousUser()
                request._dont_enforce_csrf_checks = True
                answer = found.func(request, *found.args, **found.kwargs)
                if not answer.get("Location", "").startswith("/admin/login/"):
                    wrong.append((who, method, path, answer.status_code))
    assert wrong == []


def test_staff_need_not_be_superusers_to_open_the_admin(cast: Cast) -> None:
    client = Client()
    sign_in(client, totp_give(_staff()))
    assert client.get("/admin/").status_code == 200
    for row in admin.site._registry:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist"
        assert client.get(reverse(name)).status_code == 200, name


def test_staff_change_no_superuser_and_appoint_nobody(cast: Cast) -> None:
    desk = _staff()
    chief = User.objects.create_superuser("chief@assay.example", PASSWORD)
    client = Client()
    sign_in(client, totp_give(desk))
    kept = {"name": "x", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    for target, status in ((chief, 403), (desk, 302)):
        address = reverse("admin:accounts_user_change", args=[target.pk])
        assert client.post(address, kept | _inlines()).status_code == status, target
    assert client.get(f"/admin/accounts/user/{chief.pk}/password/").status_code == 403
    assert client.post(reverse("admin:accounts_user_reset", args=[chief.pk])).status_code == 403
    desk.refresh_from_db()
    chief.refresh_from_db()
    assert (desk.name, desk.is_superuser) == ("x", False)
    assert (chief.name, chief.is_active) == ("", True)


def test_ones_own_account_is_ones_own(world: World) -> None:
    wrong = []
    for who, caller in world.callers.items():
        if who == "machine":  # never signs in
            continue
        client = Client(raise_request_exception=False)
        if caller.user:
            sign_in(client, caller.user)
        for name, path in _paths("accounts/"):
            if name in OWN:
                calls = CALLS if who in DRAWN_FOR or not caller.user else CALLS[:1]
                said = [_trouble(client, caller.user, method, path) for method in calls]
                wrong.extend((who, path, one) for one in said if one)
    assert wrong == []


def test_ways_in_fail_nobody(world: World) -> None:
    assert {name for name, _ in _paths("accounts/")} == ENTRANCES | OWN
    for who in ("anonymous", "northwind administrator"):
        client = Client(raise_request_exception=False)
        if user := world.callers[who].user:
            sign_in(client, user)
        for name, path in _paths("accounts/"):
            if name in ENTRANCES - ENDS:
                for method in CALLS:
                    assert _called(client, method, path).status_code < 500, (who, path)


def _trouble(client: Client, user: User | None, method: str, path: str) -> str:
    answer = _called(client, method, path)
    asked_in = answer.get("Location", "").startswith("/accounts/login/")
    if user is None:
        refused = asked_in or answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        return "" if refused else f"{answer.status_code} for nobody"
    if asked_in or answer.status_code not in (200, 302, 404, 405):
        return f"{answer.status_code} {answer.get('Location', '')}"
    named = set(re.findall(r"[\w.-]+@[\w.-]+\.example", answer.content.decode()))
    return "" if named <= {user.email} else f"names {named}"


def _called(client: Client, method: str, path: str) -> Any:
    with transaction.atomic():
        answer = getattr(client, method)(path)
        transaction.set_rollback(True)
    return answer


def _paths(beginning: str) -> Iterator[tuple[str, str]]:
    """Addresses with every part filled in; who is not let in learns nothing of what is there."""
    for name, route in addresses():
        if route.startswith(beginning):
            filled = re.sub(r"\(\?P<\w+>[^)]*\)|<\w+:\w+>", "1", route)
            yield name, "/" + filled.replace("^", "").replace("$", "")


def _staff() -> User:
    return User.objects.create_user("desk@assay.example", PASSWORD, is_staff=True)


def _inlines() -> dict[str, str]:
    """What the page's tables of memberships and tokens send along, which are read alone."""
    counts = ("TOTAL_FORMS", "INITIAL_FORMS")
    return {f"{table}-{one}": "0" for table in ("memberships", "api_tokens") for one in counts}
