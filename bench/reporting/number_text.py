"""Numbers as text: three significant digits, and one unit for a whole column."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log10
from typing import Final, NamedTuple

NOTHING: Final = "-"
"""What stands where there is no number."""

AT_LEAST_MARK: Final = "≥"
"""What stands before a number that is a lower bound."""


THIN_MARK: Final = "~"
"""What stands before a percentile that too few requests were seen for."""


class Unit(NamedTuple):
    """A unit, and how many SI units it is."""

    name: str
    size: float


PER_SECOND: Final = Unit("/s", 1.0)
PERCENT: Final = Unit("%", 0.01)
MEBIBYTES: Final = Unit("MiB", 1024.0 * 1024.0)
MILLISECONDS: Final = Unit("ms", 1e-3)
COUNT: Final = Unit("", 1.0)
_MICROSECONDS: Final = Unit("µs", 1e-6)
_SECONDS: Final = Unit("s", 1.0)


def pick_time_unit(times_s: Iterable[float]) -> Unit:
    """Choose the unit of a column of times: milliseconds, unless all are shorter or longer.

    >>> pick_time_unit([0.0002, 0.0009]).name, pick_time_unit([0.0002, 3]).name
    ('µs', 'ms')
    >>> pick_time_unit([1.5, 3]).name
    's'
    """
    known = [time_s for time_s in times_s if time_s > 0]
    if known and max(known) < 1e-3:
        return _MICROSECONDS
    if known and min(known) >= 1:
        return _SECONDS
    return MILLISECONDS


def three_digits(value: float) -> str:
    """Write a number with three significant digits.

    >>> [three_digits(value) for value in (0, 3.7, 0.09996, 99.96, 12345, -0.5)]
    ['0', '3.70', '0.100', '100', '12,300', '-0.500']
    >>> three_digits(0.00000123), three_digits(4.2e12)
    ('1.23e-06', '4.20e+12')
    """
    if value == 0:
        return "0"
    rounded = float(f"{value:.2e}")
    exponent = floor(log10(abs(rounded)))
    if not -5 <= exponent < 9:
        return f"{value:.2e}"
    return f"{rounded:,.{max(0, 2 - exponent)}f}"


def whole(value: float) -> str:
    """Write a count; the median of an even number of counts may end in a half.

    >>> whole(41), whole(40.5), whole(12000)
    ('41', '40.5', '12,000')
    """
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def in_unit(value: float, unit: Unit) -> str:
    """Write a value that is in SI units in another unit, without the unit's name.

    >>> in_unit(0.0123, MILLISECONDS)
    '12.3'
    """
    return whole(value) if unit is COUNT else three_digits(value / unit.size)


def optional(value: float | None, unit: Unit, template: str = "{}") -> str:
    """Write a value in a template, or a dash where there is none.

    >>> optional(0.25, PERCENT, "{} % CPU"), optional(None, PERCENT)
    ('25.0 % CPU', '-')
    """
    return NOTHING if value is None else template.format(in_unit(value, unit))
