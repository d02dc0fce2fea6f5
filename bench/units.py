"""Units at the border: text that people write, to SI numbers inside, and back."""

from __future__ import annotations

import re
from typing import Final

_SECONDS_PER: Final = {
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
}
_DURATION: Final = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>us|µs|ms|s|min|m|h)?\s*")

_MEBIBYTE: Final = 1024 * 1024
_GIBIBYTE: Final = 1024 * _MEBIBYTE
_BYTES_PER: Final = {
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": _MEBIBYTE,
    "GiB": 1024**3,
}
_BYTES: Final = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kMG]B|[KMG]iB)\s*")


def parse_duration_s(text: str | float) -> float:
    """Read a duration such as `"100ms"`, `"6s"` or `"1.5m"` as seconds.

    A bare number is taken as seconds.

    Raises:
        ValueError: the text is no duration, or a negative one.

    >>> parse_duration_s("100ms"), parse_duration_s("1.5m"), parse_duration_s(3)
    (0.1, 90.0, 3.0)
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        seconds = float(text)
    elif isinstance(text, str) and (match := _DURATION.fullmatch(text)):
        seconds = float(match["number"]) * _SECONDS_PER[match["unit"] or "s"]
    else:
        raise ValueError(f'{text!r} is no duration; write it like "100ms", "6s" or "2m"')
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"a duration can't be {text!r}")
    return seconds


def format_duration(seconds: float) -> str:
    """Write seconds for people, with three significant digits.

    >>> [format_duration(s) for s in (0.000012, 0.0123, 1.5, 90, 4000)]
    ['12 µs', '12.3 ms', '1.5 s', '1 min 30 s', '1 h 7 min']
    """
    if seconds < 1e-3:
        return f"{seconds * 1e6:.3g} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def parse_ratio(text: str) -> float:
    """Read a ratio such as `"0.1%"` or `"0.001"`.

    Raises:
        ValueError: the text is none.

    >>> parse_ratio("3%"), parse_ratio("0.5")
    (0.03, 0.5)
    """
    number, percent, rest = text.strip().partition("%")
    try:
        ratio = float("nan") if rest else float(number)
    except ValueError:
        ratio = float("nan")
    if not abs(ratio) < float("inf"):
        raise ValueError(f"{text!r} is no ratio: write 0.001 or 0.1%")
    return ratio / 100 if percent else ratio


def parse_bytes(text: str) -> float:
    """Read an amount of memory such as `"64MiB"` or `"1.5 GB"` as bytes.

    Raises:
        ValueError: the text is none; a bare number is not, as it could be of any unit.

    >>> parse_bytes("64MiB"), parse_bytes("1.5 GB")
    (67108864.0, 1500000000.0)
    """
    match = _BYTES.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no amount of memory: write it like 64MiB, 1.5GiB or 200MB")
    return float(match["number"]) * _BYTES_PER[match["unit"]]


def format_bytes(count: float) -> str:
    """Write a number of bytes in MiB.

    >>> format_bytes(52_428_800)
    '50.0 MiB'
    """
    return f"{count / _MEBIBYTE:.1f} MiB"


def format_capacity(count: float) -> str:
    """Write the bytes of a machine's memory in GiB.

    >>> format_capacity(25_276_596_224)
    '23.5 GiB'
    """
    return f"{count / _GIBIBYTE:.1f} GiB"
