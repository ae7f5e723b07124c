"""The admin of what audits keep (a package: docs/adr/0004)."""

from compliance.audits.admin import results, runs, schedules, subscriptions

__all__ = ["results", "runs", "schedules", "subscriptions"]
