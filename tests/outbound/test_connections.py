"""What a library connects to by itself is judged at the socket."""

from __future__ import annotations

import contextvars
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.outbound.connections import RefusedConnectionError, guarded
from compliance.outbound.notifiers import SERVICES, notifier_check, notify
from tests.receiving import Receiver
from tests.serving import serving

TOKENS = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "workflows": "workflows://{at}/643a03eb8d5d4a61b4dd2dd24ef2ee44/abcdefghijklm",
    "gchat": "gchat://workspace/key/token",
    "wxteams": "wxteams://" + "a" * 80,
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "pagerduty": "pagerduty://0123456789abcdef0123456789abcdef@A1BRTD4JD",
    "mmosts": "mmosts://{at}/token3ggfhhdkdjdhd",
    "jsons": "jsons://{at}/path",
    "mmost": "mmost://{at}/token3ggfhhdkdjdhd",
    "json": "json://{at}/path",
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serving(Receiver()) as server:
        yield server


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """An attacker's resolver: public when asked first, this machine from then on."""
    asked: list[str] = []
    there = socket.getaddrinfo

    def answer(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "127.0.0.1":
            return there(host, port, *args, **kwargs)
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return there(address, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def test_nothing_inside_is_connected_to_under_guard(receiver: Receiver) -> None:
    with guarded(allow_internal=False) as guard, pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(receiver.url, data=b"x", timeout=5)  # noqa: S310
    assert "internal address 127.0.0.1" in guard.refusals[0]
    assert receiver.heard == []
    urllib.request.urlopen(receiver.url, data=b"x", timeout=5).close()  # noqa: S310
    assert len(receiver.heard) == 1  # the guard ends with its block


def test_an_operator_may_allow_internal_addresses_and_no_metadata(receiver: Receiver) -> None:
    with guarded(allow_internal=True) as guard:
        urllib.request.urlopen(receiver.url, data=b"x", timeout=5).close()  # noqa: S310
        with socket.socket() as one, pytest.raises(RefusedConnectionError, match="never reached"):
            one.connect(("169.254.169.254", 80))
    assert guard.judged == 2


def test_names_local_sockets_and_datagrams_are_refused() -> None:
    with guarded(allow_internal=False) as guard:
        with socket.socket() as one, pytest.raises(RefusedConnectionError):
            one.connect(("localhost", 80))
        with socket.socket(socket.AF_UNIX) as one, pytest.raises(RefusedConnectionError):
            one.connect("/run/nothing.sock")
        with (
            socket.socket(type=socket.SOCK_DGRAM) as one,
            pytest.raises(RefusedConnectionError),
        ):
            one.sendto(b"x", ("10.0.0.1", 53))
    assert len(guard.refusals) == 3


def test_the_guard_goes_with_its_context_into_threads(receiver: Receiver) -> None:
    troubles: list[OSError] = []

    def connect() -> None:
        try:
            socket.create_connection(("127.0.0.1", receiver.server_port)).close()
        except OSError as error:
            troubles.append(error)

    with guarded(allow_internal=False):
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(connect,))
        thread.start()
        thread.join()
    assert isinstance(troubles[0], RefusedConnectionError)


@pytest.mark.parametrize("scheme", SERVICES)
def test_no_service_gets_past_the_guard(
    scheme: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every name is one of this machine here, so whatever a service is, it must not arrive."""
    there, port = socket.getaddrinfo, receiver.server_port
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, _, *args, **kw: there("127.0.0.1", port, *args, **kw)
    )
    url = TOKENS[scheme].format(at="chat.example.org")
    why = notify(url, title="t", text="x", critical=True, allow_internal=False)
    refused = "unencrypted" if SERVICES[scheme].plain else "internal address 127.0.0.1"
    assert refused in why
    assert receiver.heard == []


def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(
    rebinding: None, receiver: Receiver
) -> None:
    url = f"jsons://chat.example.org:{receiver.server_port}/path"
    assert notifier_check(url, field="destination", allow_internal=False)  # it was public then
    why = notify(url, title="t", text="x", critical=True, allow_internal=False)
    assert "internal address 127.0.0.1" in why
    assert receiver.heard == []


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status = 307
    why = notify(f"json://{receiver.at}/x", title="t", text="x", critical=True, allow_internal=True)
    assert "307" in why
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mailto://user:secret@example.com", "not offered"),
        ("syslog://", "not offered"),
        ("file:///etc/passwd", "no address of a service"),
        ("dbus://", "no address of a service"),
        ("nothing at all", "no address of a service"),
        (TOKENS["slack"] + "?template=/etc/passwd", "'template' is no parameter"),
        ("jsons://93.184.216.34/x?verify=no", "'verify' is no parameter"),
        ("jsons://93.184.216.34/x?verif%79=no", "is no parameter"),
        (TOKENS["pagerduty"] + "?region=us;verify=no", "'verify' is no parameter"),
        ("jsons://93.184.216.34/x?+X-Forwarded-For=1", "is no parameter"),
        ("json://93.184.216.34/x", "unencrypted"),
        ("jsons://10.0.0.1/x", "internal address"),
    ],
)
def test_what_is_not_offered_is_refused_and_its_secrets_are_not_repeated(
    url: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as caught:
        notifier_check(url, field="destination", allow_internal=False)
    assert caught.value.field == "destination"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["slack", "gchat", "wxteams", "discord", "pagerduty"])
def test_a_destination_is_shown_without_its_secrets(scheme: str) -> None:
    url = TOKENS[scheme]
    shown = notifier_check(url, field="destination", allow_internal=False)
    assert shown.startswith(f"{scheme}://")
    secrets = [one for one in url.partition("://")[2].replace("@", "/").split("/") if len(one) > 7]
    assert not [one for one in secrets if one in shown]
