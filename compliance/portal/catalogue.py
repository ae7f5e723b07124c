"""The announced stress tests as pages need them."""

from __future__ import annotations

from compliance.audits.selectors import stress_test_list


def titles() -> dict[str, str]:
    """The title of each announced stress test, by name."""
    return dict(stress_test_list().values_list("name", "title"))


def choices() -> list[tuple[str, str]]:
    """The announced stress tests for a form: name and label."""
    return [(test.name, f"{test.title} ({test.name})") for test in stress_test_list()]
