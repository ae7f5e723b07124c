"""Who may do what in the admin: the operator's staff everything, everybody else nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import BaseBackend

from compliance.accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class StaffBackend(BaseBackend):
    """Answers what the admin asks of Django's permissions by whether somebody is of the staff.

    It signs nobody in. A page's own rules still refuse what no operator may do, and the services
    behind its actions ask the rights table for ``operator_viewer``.
    """

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Any | None = None) -> bool:
        return user_obj.is_active and user_obj.is_staff

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        return user_obj.is_active and user_obj.is_staff
