"""Messages to chat and on-call services, through Apprise (github.com/caronc/apprise).

Apprise knows 190 services and what each wants to be told. Offered here are those that carry an
alert, need no other program or file, and open no connection that ``guarded`` does not judge.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType, OverflowMode

from compliance.domain.errors import InvalidInputError
from compliance.outbound.addresses import resolve
from compliance.outbound.connections import guarded

SECONDS = 20
"""For one message."""
_NATIVE = frozenset({"api-version", "sp", "sv", "sig"})
"""What stands in the address that Teams hands out."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is offered.

    Attributes:
        example: a URL to begin with.
        hosted: the host is the user's own, and stands in the URL.
        parameters: what may stand behind the question mark; everything else could read a file,
            skip the check of a certificate or send headers of its own.
    """

    title: str
    example: str
    hosted: bool = False
    plain: bool = False
    parameters: frozenset[str] = frozenset()


SERVICES: dict[str, Service] = {
    "slack": Service("Slack", "https://hooks.slack.com/services/T…/B…/…"),
    "workflows": Service(
        "Microsoft Teams", "https://….logic.azure.com/workflows/…", hosted=True, parameters=_NATIVE
    ),
    "gchat": Service("Google Chat", "gchat://workspace/key/token"),
    "wxteams": Service("Webex", "wxteams://token"),
    "discord": Service("Discord", "discord://id/token"),
    "pagerduty": Service(
        "PagerDuty", "pagerduty://integration_key@api_key", parameters=frozenset({"region"})
    ),
    "mmosts": Service("Mattermost", "mmosts://chat.example.org/token", hosted=True),
    "jsons": Service("JSON over HTTPS", "jsons://example.org/path", hosted=True),
    "mmost": Service("Mattermost, unencrypted", "mmost://…", hosted=True, plain=True),
    "json": Service("JSON, unencrypted", "json://…", hosted=True, plain=True),
}
"""By scheme. Unencrypted ones only where the operator allows internal addresses."""


def notifier_check(url: str, *, field: str, allow_internal: bool) -> str:
    """Refuse a URL that no message could or may go to; returns how it is shown, without secrets.

    Raises:
        InvalidInputError: no service that is offered, parameters that are not, or a host that may
            not be reached.
    """
    notifier = _open(url, field=field, allow_internal=allow_internal)
    scheme, service = _service(notifier, field)
    if not service.hosted:
        shown: str = notifier.url(privacy=True)  # type: ignore[no-untyped-call]
        return shown.partition("?")[0].rstrip("/")
    port = f":{notifier.port}" if notifier.port else ""
    resolve(f"https://{notifier.host}{port}/", field=field, allow_internal=allow_internal)
    return f"{scheme}://{notifier.host}{port}/…"


def notify(url: str, *, title: str, text: str, critical: bool, allow_internal: bool) -> str:
    """Send a message; returns why it failed, or nothing.

    Args:
        text: plain; services get it escaped as they need it.
    """
    try:
        notifier = _open(url, field="destination", allow_internal=allow_internal)
    except InvalidInputError as error:
        return str(error)
    sender = Apprise(asset=notifier.asset)
    sender.add(notifier)
    with guarded(allow_internal=allow_internal) as guard, _complaints() as said:
        arrived = sender.notify(
            title=title,
            body=text,
            notify_type=NotifyType.FAILURE if critical else NotifyType.WARNING,
            body_format=NotifyFormat.TEXT,
        )
    if arrived:  # without a connection that was judged, it found a way past the guard
        return "" if guard.judged else "it was sent by a connection that nobody judged"
    return "; ".join(dict.fromkeys([*guard.refusals, *said])) or "the service did not take it"


def _open(url: str, *, field: str, allow_internal: bool) -> NotifyBase:
    """The notifier that a URL describes, with nothing that Apprise would do beyond sending."""
    asset = AppriseAsset(
        app_id="Assay",
        app_desc="Assay",
        image_url_mask="",
        http_redirects=False,
        allow_templates=False,
        storage_mode="memory",
        async_mode=False,
        service_timeout=SECONDS,
    )
    with _complaints():
        notifier = Apprise.instantiate(url.strip(), asset=asset)
    if not isinstance(notifier, NotifyBase):
        raise _refused(field, "it is no address of a service that is offered")
    _, service = _service(notifier, field)
    if service.plain and not allow_internal:
        raise _refused(field, "it would send the alert unencrypted")
    notifier.overflow_mode = OverflowMode.SPLIT  # nothing is cut off
    _, _, query = url.partition("?")
    asked = {one.partition("=")[0].lower() for one in re.split("[&;]", query) if one}
    unknown = sorted(asked - service.parameters)
    if unknown or not notifier.verify_certificate or notifier.redirects:
        raise _refused(field, f"'{(unknown or [query])[0]}' is no parameter that may be set")
    return notifier


def _service(notifier: NotifyBase, field: str) -> tuple[str, Service]:
    secure = notifier.secure or notifier.protocol is None  # some know no other way
    said: str | Sequence[str] | None = notifier.secure_protocol if secure else notifier.protocol
    for scheme in [said] if isinstance(said, str) else said or ():
        if scheme in SERVICES:
            return scheme, SERVICES[scheme]
    raise _refused(field, f"{notifier.service_name} is not offered")


def _refused(field: str, problem: str) -> InvalidInputError:
    offered = ", ".join(one.title for one in SERVICES.values() if not one.plain)
    return InvalidInputError(field=field, problem=problem, fix=f"Give an Apprise URL of {offered}")


class _Complaints(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage().strip())


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What Apprise logs instead of raising; it goes no further."""
    logger, said = logging.getLogger("apprise"), list[str]()
    handler, propagated = _Complaints(said), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated
