"""Signatures of webhooks, against the specification's own example."""

from __future__ import annotations

import base64

from compliance.outbound.webhooks import secret_from, signed_headers

# standardwebhooks.com, specification 1.0, reference libraries' common test vector.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_signed_as_published() -> None:
    headers = signed_headers(
        secrets=[SECRET],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=BODY,
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_a_secret_is_its_key_in_base64() -> None:
    assert base64.b64decode(secret_from(b"k" * 32).removeprefix("whsec_")) == b"k" * 32
