"""The form that adds a passkey."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm


class PasskeyForm(AddWebAuthnForm):
    """Adds a passkey that signs in by itself, unless somebody wants a second factor alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = "It signs in without a password"
        alone.help_text = "It then asks for finger, face or PIN. Otherwise it is a second factor."
