"""Mail about accounts, sent as a worker sends it."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMessage

from compliance.accounts.mails import account_mail_attempt
from compliance.accounts.models import AccountMail


def mailed() -> list[EmailMessage]:
    """Send what waits; everything that was sent in this test."""
    for row in AccountMail.objects.all():
        account_mail_attempt(mail_id=row.pk)
    return list(mail.outbox)
