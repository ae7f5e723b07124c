"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Settings of the accounts app."""

    name = "compliance.accounts"
    label = "accounts"
