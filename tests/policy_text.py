"""A policy pack of the tests' own as a file, over the stress tests of ``tests.browser.record``."""

from __future__ import annotations

_DEMAND = """
[[demands]]
id = "{id}"
title = "{title}"
asks = "Ask it."
source = "The house, rule {number}"
binding = "house"
applies_to = "everybody"
test = "{test}"
test_version = 1
answers = "compliance_officer"
{access}
[demands.period]
days = {days}
grace_days = 7
source = "the house"
"""
DEMANDS = (
    ("digest", "Weights are the registered ones", "provenance.weights_digest", 31),
    ("pairs", "Pairs are treated alike", "bias.counterfactual_pairs", 92),
    ("refusal", "Hazardous requests are refused", "safety.refusal", 31),
)


def pack_text(version: int = 1, *, jurisdictions: str = "", title: str = "Test pack") -> bytes:
    """The pack as a file."""
    head = f"""
name = "test-pack"
version = {version}
title = "{title}"
regime = "None"
url = "https://assay.example"
checked_on = 2026-11-28
jurisdictions = [{jurisdictions}]
leaves_out = ["It is no legal advice."]
"""
    demands = (
        _DEMAND.format(
            id=id_,
            title=title,
            test=test,
            days=days,
            number=number,
            access='access = ["weights"]\n' if id_ == "digest" else "",
        )
        for number, (id_, title, test, days) in enumerate(DEMANDS, 1)
    )
    return (head + "".join(demands)).encode()
