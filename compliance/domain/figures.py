"""How numbers are written for people."""

from __future__ import annotations

import math

from compliance.domain.verdicts import LOG10_E_CAP

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN_FROM, _PLAIN_BELOW = 1e-4, 1e6
LOG10_E_FLOOR = -12.0
"""Below it an e-value says that there is no evidence, and how little of it says nothing more."""


def figure(value: float, digits: int = 3) -> str:
    """``value`` to ``digits`` significant digits; powers of ten only where zeros would hide it."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        written = f"{value:,.{decimals}f}".replace("-", "−")
        return written.rstrip("0").rstrip(".") if "." in written else written
    return _power_of_ten(math.log10(abs(value)), "−" if value < 0 else "")


def interval(lower: float, upper: float) -> str:
    """An interval as words, so that negative ends stay readable."""
    return f"{figure(lower)} to {figure(upper)}"


def e_value(log10_e: float) -> str:
    """An e-value from its base-10 logarithm; what is not written out says so by its sign."""
    if log10_e < LOG10_E_FLOOR:
        return f"< {_ten_to(LOG10_E_FLOOR)}"
    if log10_e >= LOG10_E_CAP:
        return f"≥ {_ten_to(LOG10_E_CAP)}"
    if abs(log10_e) < 4:
        return figure(10**log10_e)
    return _power_of_ten(log10_e, "")


def e_claim(log10_e: float) -> str:
    """An e-value as a statement, e.g. ``e = 12``."""
    written = e_value(log10_e)
    return f"e {written}" if written[0] in "≥<" else f"e = {written}"


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """Bytes in the unit that keeps the number short."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def percent(share: float) -> str:
    """A share as a percentage without idle zeros."""
    return f"{round(100 * share, 6):g}%"


def share(value: float) -> str:
    """A share as a percentage to three digits, with more only beside 0 and 100."""
    return f"{figure(100 * value)}%"


def _power_of_ten(log10: float, sign: str) -> str:
    exponent = math.floor(log10)
    mantissa = round(10 ** (log10 - exponent), 1)
    if mantissa >= 10:
        mantissa, exponent = 1.0, exponent + 1
    return f"{sign}{mantissa:g} × {_ten_to(exponent)}"


def _ten_to(exponent: float) -> str:
    return f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
