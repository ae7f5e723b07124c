"""Numbers as people read them: nothing is rounded into another claim."""

from __future__ import annotations

import pytest

from compliance.domain.figures import duration, e_claim, e_value, figure, interval, percent, size
from compliance.domain.verdicts import LOG10_E_CAP


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (0.05, "0.05"),
        (0.123456, "0.123"),
        (-0.02, "−0.02"),
        (1.0, "1"),
        (1234.5, "1,234"),
        (0.000012, "1.2 × 10⁻⁵"),
        (-3.4e9, "−3.4 × 10⁹"),
        (9.96e-5, "1 × 10⁻⁴"),
    ],
)
def test_a_figure_keeps_three_digits(value: float, written: str) -> None:
    assert figure(value) == written


@pytest.mark.parametrize(
    ("log10_e", "written"),
    [
        (0.0, "1"),
        (1.30103, "20"),
        (-2.0, "0.01"),
        (11.5, "3.2 × 10¹¹"),
        (LOG10_E_CAP, "≥ 10³⁰⁰"),
        (-12.0, "1 × 10⁻¹²"),
        (-12.1, "< 10⁻¹²"),
        (-LOG10_E_CAP, "< 10⁻¹²"),
    ],
)
def test_an_e_value_says_when_it_is_not_written_out(log10_e: float, written: str) -> None:
    assert e_value(log10_e) == written


def test_an_e_value_is_claimed_with_one_sign() -> None:
    assert e_claim(1.30103) == "e = 20"
    assert e_claim(LOG10_E_CAP) == "e ≥ 10³⁰⁰"
    assert e_claim(-LOG10_E_CAP) == "e < 10⁻¹²"


def test_spans_sizes_and_shares() -> None:
    assert interval(-0.01, 0.2) == "−0.01 to 0.2"
    assert [duration(seconds) for seconds in (0.26, 75, 600, 9_000)] == [
        "0.3 s",
        "75 s",
        "10 min",
        "2 h 30 min",
    ]
    assert [size(count) for count in (512, 98_700, 270_000_000)] == [
        "512 B",
        "98.7 kB",
        "270.0 MB",
    ]
    assert [percent(share) for share in (0.95, 0.999)] == ["95%", "99.9%"]
