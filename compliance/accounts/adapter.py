"""allauth's adapter: nobody signs up by themselves; people are invited."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Keeps the sign-up page shut."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
