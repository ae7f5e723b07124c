"""The ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Settings of the ledger app."""

    name = "compliance.ledger"
    label = "ledger"
