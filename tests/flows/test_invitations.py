"""An invitation is mailed by a worker, and its link works; so is mail about an account."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.accounts.models import AccountMail
from compliance.domain.vocabulary import Role
from compliance.people.models import Invitation
from compliance.people.selectors import invitation_by_token
from compliance.people.services import member_invite
from tests.cast import Cast, administrator_of
from tests.flows.conftest import Mailbox, Processes, Wait

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_invitation_reaches_its_person(
    cast: Cast, processes: Processes, mailbox: Mailbox, wait: Wait
) -> None:
    invitation = member_invite(
        viewer=cast.viewer(administrator_of(cast.northwind)),
        organization=cast.northwind,
        email="new@northwind.example",
        role=Role.READER,
        now=timezone.now(),
    )
    celery = ("celery", "-A", "workers.celery", "worker", "-c", "1", "-l", "INFO")
    processes.start("events", *celery, "-Q", "events,alerts", "-n", "events@test")
    processes.start("scheduler", "workers.scheduler")
    wait(lambda: bool(mailbox.messages), what="the invitation's mail")
    text = mailbox.messages[0].get_payload(decode=True).decode()  # type: ignore[union-attr]
    found = re.search(r"/invitations/\?token=([\w-]+)", text)
    assert found
    named = invitation_by_token(token=found[1], now=timezone.now())
    assert named.id == invitation.id
    wait(lambda: Invitation.objects.get().mailed_at is not None, what="the mail to be noted")
    Client().post(reverse("account_reset_password"), {"email": cast.officer.email})
    wait(lambda: len(mailbox.messages) > 1, what="a mail about an account")
    assert mailbox.messages[1]["To"] == cast.officer.email
    wait(lambda: not AccountMail.objects.exists(), what="what it said to be gone")
