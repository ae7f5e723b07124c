"""The task that mails people about their own account."""

from compliance.accounts.mails import account_mail_attempt
from workers.celery import app


@app.task(name="accounts.mail")
def mail(mail_id: int) -> None:
    """Mail somebody about their own account."""
    account_mail_attempt(mail_id=mail_id)
