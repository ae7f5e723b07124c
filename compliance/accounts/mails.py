"""Mail to people about their own account: a row until a worker has sent it.

Nobody waits for a mail server, and how long an answer takes says nothing of whose address it was:
a mail is made and kept for whatever address was typed, and the worker drops what is nobody's.
What a mail says may open an account, so it is sealed, and gone once it was sent or given up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from smtplib import SMTPException

import structlog
from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest

from compliance.accounts.models import AccountMail, User
from compliance.accounts.sealing import Purpose, seal, unseal
from compliance.domain.errors import DamagedError
from compliance.domain.vocabulary import UserKind
from compliance.events.sending import sending_claim, sending_settle, sendings_undelivered

LONGEST_ADDRESS = 254
"""Of an account; RFC 5321, 4.5.3.1.3, without its brackets."""
_log = structlog.get_logger("assay.accounts")


class MailRows(BaseEmailBackend):
    """A way for Django's mail that keeps each message as a row of its recipient's."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(account_mail_queue(message=message) for message in email_messages)


def account_mail_queue(*, message: EmailMessage) -> int:
    """Keep a mail for each recipient until it is sent; returns how many."""
    alternatives = getattr(message, "alternatives", [])
    said = {
        "subject": message.subject,
        "text": message.body,
        "html": next((str(body) for body, kind in alternatives if kind == "text/html"), ""),
    }
    rows = [
        AccountMail(recipient=one, sealed=seal(json.dumps(said), Purpose.ACCOUNT_MAIL))
        for one in message.to
        if len(one) <= LONGEST_ADDRESS
    ]
    return len(AccountMail.objects.bulk_create(rows))


def account_mail_attempt(*, mail_id: int) -> None:
    """Send a mail, if it is due and its recipient has an account; a failure is tried again."""
    mail = sending_claim(kind=AccountMail, row_id=mail_id)
    if mail is None:
        return
    if not _somebodys(mail.recipient):
        mail.delete()
        return
    try:
        _send(mail)
    except (SMTPException, OSError, DamagedError) as error:
        _log.warning("a mail about an account was not sent", mail=mail.pk, error=str(error))
        sending_settle(row=mail, failed_because=f"{type(error).__name__}: {error}")
        if mail.given_up:
            AccountMail.objects.filter(pk=mail.pk).update(sealed="")
    else:
        mail.delete()


def password_link_mail(*, request: HttpRequest, user: User) -> None:
    """Mail somebody a link by which they choose a password; nobody else ever does."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


def account_mails_undelivered() -> dict[str, int]:
    """Mails about accounts that have not been sent, for whoever operates the record."""
    return sendings_undelivered(kind=AccountMail)


def _somebodys(address: str) -> bool:
    people = User.objects.filter(is_active=True, kind=UserKind.PERSON.value)
    return people.filter(email__iexact=address).exists()


def _send(mail: AccountMail) -> None:
    said = json.loads(unseal(mail.sealed, Purpose.ACCOUNT_MAIL))
    message = EmailMultiAlternatives(
        subject=said["subject"],
        body=said["text"],
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.recipient],
    )
    if said["html"]:
        message.attach_alternative(said["html"], "text/html")
    message.send()
