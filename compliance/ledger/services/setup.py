"""Under which name and keys the log is signed, and whose cosignatures it needs: kept and logged."""

from __future__ import annotations

from django.db import transaction

from compliance.domain.events import EventType
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.policy_file import parse_policy
from compliance.domain.tlog.witness_policy import NONE, Log, Policy
from compliance.events.services import event_record
from compliance.ledger.models import LogSetup, Witness
from compliance.ledger.selectors import setup_current
from compliance.ledger.services.sequencing import log_lock
from compliance.ledger.signer import LogSigner


def policy_read(*, signer: LogSigner, content: bytes | None) -> Policy:
    """The witness policy of this log; without a file it needs no witness, which protects nobody.

    Raises:
        FormatError: the file is no policy, or does not trust this log's own keys.
    """
    if content is None:
        logs = tuple(Log(parse_vkey(key)) for key in signer.verifier_keys)
        return Policy(logs=logs, witnesses=(), groups=(), quorum=NONE)
    policy = parse_policy(content)
    missing = set(signer.verifier_keys) - {str(log.key) for log in policy.logs}
    if missing:
        raise FormatError(f"the policy has no line 'log' for this log's key {min(missing)}")
    return policy


@transaction.atomic
def log_setup_record(*, signer: LogSigner, policy: Policy) -> LogSetup:
    """Keep the log's keys and policy where they differ from what was kept last, and say so.

    Raises:
        FormatError: every key was replaced at once, so that no head links the old to the new.
    """
    log = log_lock()
    text = policy.encode().decode(errors="backslashreplace")
    current = setup_current()
    if current and (current.origin, current.verifier_keys, current.policy) == (
        signer.origin,
        signer.verifier_keys,
        text,
    ):
        return current
    if current:
        _key_change_record(current, signer, size=log.size)
    for witness in policy.witnesses:
        name = witness.key.name
        Witness.objects.update_or_create(name=name, defaults={"url": witness.url})
    Witness.objects.exclude(name__in=[one.key.name for one in policy.witnesses]).delete()
    event_record(
        event_type=EventType.LOG_CONFIGURED,
        organization_id=None,
        subject=f"log/{signer.origin}",
        payload={
            "origin": signer.origin,
            "verifier_keys": list(signer.verifier_keys),
            "policy": text,
        },
    )
    return LogSetup.objects.create(
        origin=signer.origin,
        verifier_keys=signer.verifier_keys,
        policy=text,
        since_size=log.size,
    )


def _key_change_record(current: LogSetup, signer: LogSigner, *, size: int) -> None:
    """Keys that came or went are entries of their own, under heads that a key of before signs."""
    before, now = set(current.verifier_keys), set(signer.verifier_keys)
    if current.origin == signer.origin and before and not before & now:
        raise FormatError(
            "every key of the log was replaced at once, and nobody could tell it from another's"
            " log: let old and new keys sign together first (manage.py log_key --rotate)"
        )
    if before != now:
        event_record(
            event_type=EventType.LOG_KEY_CHANGED,
            organization_id=None,
            subject=f"log/{signer.origin}",
            payload={
                "origin": signer.origin,
                "added": [*sorted(now - before)],
                "retired": [*sorted(before - now)],
                "until_size": size,
            },
        )
