"""The admin of what audits keep (a package: docs/adr/0004)."""

from compliance.audits.admin import items, results, runs, schedules, subscriptions

__all__ = ["items", "results", "runs", "schedules", "subscriptions"]
