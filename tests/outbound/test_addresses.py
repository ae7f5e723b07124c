"""Where a URL may lead."""

from __future__ import annotations

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.outbound.addresses import Destination, resolve

INTERNAL = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "localhost",
    "[::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "0x7f000001", "2130706433", "127.1", "198.18.0.1", "240.0.0.1",
]  # fmt: skip
NEVER = ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "0.0.0.0", "224.0.0.1", "[ff02::1]"]  # noqa: S104
PUBLIC = ["93.184.216.34", "[2606:2800:220:1:248:1893:25c8:1946]", "[64:ff9b::5db8:d822]"]


def at(host: str, *, allow_internal: bool = False) -> Destination:
    return resolve(f"http://{host}:8080/v1", field="location", allow_internal=allow_internal)


@pytest.mark.parametrize("host", INTERNAL)
def test_an_internal_address_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(InvalidInputError, match="internal address") as caught:
        at(host)
    assert caught.value.field == "location"


@pytest.mark.parametrize("host", INTERNAL)
def test_an_operator_may_allow_internal_addresses(host: str) -> None:
    assert at(host, allow_internal=True).port == 8080


@pytest.mark.parametrize("host", NEVER)
def test_metadata_and_many_headed_addresses_are_never_reached(host: str) -> None:
    with pytest.raises(InvalidInputError, match="never reached"):
        at(host, allow_internal=True)


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_is_pinned_as_it_is(host: str) -> None:
    assert at(host).origin == f"http://{host}:8080"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com", "no http or https"),
        ("file:///etc/passwd", "no http or https"),
        ("http://", "no http or https"),
        ("http://[::1", "no URL"),
        ("http://127.0.0.1\\@93.184.216.34/", "no URL"),
        ("http://93.184.216.34\\@127.0.0.1/", "no URL"),
        ("http://93.184.216.34\\.example.com/", "no URL"),
        ("http:\\\\93.184.216.34/", "no URL"),
        ("http://93.184.216.34/\\..\\", "no URL"),
        ("http://host:99999", "no URL"),
        ("http://user:secret@example.com/", "credentials"),
        ("http://name.invalid/", "cannot be resolved"),
        ("http://" + "a" * 70 + ".com/", "cannot be resolved"),
    ],
)
def test_what_is_no_usable_url_is_refused_in_one_sentence(url: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as caught:
        resolve(url, field="location", allow_internal=True)
    assert "secret" not in str(caught.value)


def test_the_host_header_names_a_port_only_where_it_is_unusual() -> None:
    assert resolve("http://127.0.0.1/", field="u", allow_internal=True).host_header == "127.0.0.1"
    assert at("[::1]", allow_internal=True).host_header == "[::1]:8080"
