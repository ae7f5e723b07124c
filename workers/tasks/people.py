"""The task that mails invitations."""

from uuid import UUID

from compliance.events.services import follow_up_attempt
from compliance.people.services import invitation_mail
from workers.celery import app


def _mail(event_id: UUID) -> None:
    invitation_mail(event_id=event_id)


@app.task(name="people.mail_invitation")
def mail_invitation(follow_up_id: int) -> None:
    """Mail the link that an invitation is accepted by."""
    follow_up_attempt(follow_up_id=follow_up_id, act=_mail)
