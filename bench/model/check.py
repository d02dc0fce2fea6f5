"""Checks: what a threshold demands, such as `p99 < 250ms` or `a.throughput > 2 * b.throughput`."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, NamedTuple

from bench.model.bound import parse_bound
from bench.model.record import Record
from bench.model.term import Term, parse_term
from bench.units import parse_ratio

Operator = Literal["<", "<=", ">", ">=", "within"]

_LIKE: Final = (
    'a threshold is like "p99 < 250ms", "error_ratio <= 0", '
    '"async.throughput > 2 * threads.throughput" or "throughput within 15% of 400/s"'
)
_COMPARED: Final = re.compile(r"^\s*([^<>=]*?)\s*(<=|>=|<|>)\s*([^<>=]*?)\s*$")
_WITHIN: Final = re.compile(r"^\s*(\S.*?)\s+within\s+(\S+)\s+of\s+(\S.*?)\s*$")
_SIGN: Final = re.compile(r"\s+([+-])\s+")
"""With blanks around it, as names of variants have dashes."""


class Side(NamedTuple):
    """One side of a check: a quantity, a sum of some, or what that is above another one."""

    term: Term
    plus: tuple[Term, ...] = ()
    less: Term | None = None

    def __str__(self) -> str:
        added = " + ".join(map(str, (self.term, *self.plus)))
        return added if self.less is None else f"{added} - {self.less}"

    @property
    def terms(self) -> tuple[Term, ...]:
        """All of its quantities; what is taken away stands last."""
        return (self.term, *self.plus, *(() if self.less is None else (self.less,)))

    @property
    def signs(self) -> tuple[int, ...]:
        """What each of them counts: 1, or -1 where it is taken away."""
        return (1,) * (1 + len(self.plus)) + (() if self.less is None else (-1,))


class Check(Record):
    """A bound on a quantity, a sum or a difference: a number, or so many times another one."""

    text: str
    """As it was written."""
    subject: Term
    plus: tuple[Term, ...] = ()
    """What is added to the subject."""
    less: Term | None = None
    """What is taken from the subject."""
    operator: Operator
    bound: float
    """In SI units; with `against` the factor."""
    tolerance: float | None = None
    """Of `within`: how far from the bound, as a share of it."""
    against: Term | None = None
    """What the bound is a multiple of."""
    against_plus: tuple[Term, ...] = ()
    """What is added to that."""
    against_less: Term | None = None
    """What is taken from that."""

    def __str__(self) -> str:
        return self.text

    @property
    def left(self) -> Side:
        """What is bounded."""
        return Side(self.subject, self.plus, self.less)

    @property
    def right(self) -> Side | None:
        """What the bound is a multiple of; None: it is a number."""
        if self.against is None:
            return None
        return Side(self.against, self.against_plus, self.against_less)

    @property
    def quantity(self) -> str:
        """What is bounded: the name of a quantity; of a sum or a difference, all of it."""
        return self.subject.quantity if len(self.left.terms) == 1 else str(self.left)

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that has to be measured, the subject first."""
        return (*self.left.terms, *(self.right.terms if self.right else ()))


def parse_check(given: Any) -> Any:
    """Read a check as people write it; what is no text is left to pydantic.

    Raises:
        ValueError: it is none; the message says what is wrong with it.

    >>> check = parse_check("v1.2-asgi.p99 <= 1.5 * p50")
    >>> str(check.subject), check.operator, check.bound, str(check.against)
    ('v1.2-asgi.p99', '<=', 1.5, 'p50')
    >>> check = parse_check("a.cpu - c.cpu within 10% of 2 * (b.cpu - c.cpu)")
    >>> str(check.left), check.tolerance, str(check.right)
    ('a.cpu - c.cpu', 0.1, 'b.cpu - c.cpu')
    >>> str(parse_check("a.rss + a.virtual - b.rss < 1MiB").left)
    'a.rss + a.virtual - b.rss'
    """
    if not isinstance(given, str):
        return given
    left, operator, tolerance, right = _split(given)
    subject = _parse_side(left, given)
    if subject is None:
        raise ValueError(f"{_LIKE}: {left!r} is no quantity in {given!r}")
    bound, against = _parse_right(subject, right, given)
    check = Check.model_validate(
        {
            "text": " ".join(given.split()),
            "subject": subject.term,
            "plus": subject.plus,
            "less": subject.less,
            "operator": operator,
            "bound": bound,
            "tolerance": tolerance,
            "against": against and against.term,
            "against_plus": against.plus if against else (),
            "against_less": against and against.less,
        }
    )
    _refuse_senseless(check, given)
    return check


def _split(given: str) -> tuple[str, str, float | None, str]:
    compared, within = _COMPARED.match(given), _WITHIN.match(given)
    if compared is not None and all(compared.groups()):
        left, operator, right = compared.groups()
        return left, operator, None, right
    if within is None:
        raise ValueError(f"{_LIKE}, not {given!r}")
    left, share, right = within.groups()
    tolerance = parse_ratio(share)
    if not 0 < tolerance < 1:
        raise ValueError(f"what is within {share} of a number in {given!r}: give 1% to 99%")
    return left, "within", tolerance, right


def _parse_side(text: str, given: str) -> Side | None:
    """Read a quantity, or what is added to it and, at the end, taken from it; None: it is none."""
    first, *others = _SIGN.split(text)
    signs = others[::2]
    terms = [parse_term(part, given) for part in (first, *others[1::2])]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return None
    if "-" in signs[:-1]:
        raise ValueError(f"in {given!r} one thing may be taken away, and it stands at the end")
    less = known.pop() if signs[-1:] == ["-"] else None
    return Side(known[0], tuple(known[1:]), less)


def _parse_right(subject: Side, right: str, given: str) -> tuple[float, Side | None]:
    """Read a bound: a number with its unit, or a multiple of a quantity, a sum or a difference."""
    bare = _parse_side(right, given)
    if bare is not None:
        return 1.0, bare
    if "*" not in right:
        return parse_bound(subject.term.dimension, right, given), None
    front, _, rest = (part.strip() for part in right.partition("*"))
    for factor, multiple in ((front, rest), (rest, front)):
        inside = _without_brackets(multiple)
        against = None if _SIGN.search(factor) else _parse_side(inside, given)
        if against is not None and _parse_side(factor, given) is None:
            if len(against.terms) > 1 and inside == multiple:
                raise ValueError(f"put brackets around what is multiplied in {given!r}")
            return parse_ratio(factor), against
    raise ValueError(
        f"the bound in {given!r} is a number with its unit, FACTOR * VARIANT.QUANTITY, or FACTOR * "
        "(VARIANT.QUANTITY + VARIANT.QUANTITY)"
    )


def _without_brackets(text: str) -> str:
    is_whole = text.startswith("(") and text.endswith(")")
    return text[1:-1].strip() if is_whole else text


def _refuse_senseless(check: Check, given: str) -> None:
    subject, against = check.subject, check.against
    is_no_failure = (subject.quantity, check.operator, against) == ("error_ratio", "<=", None)
    if not check.bound and not is_no_failure:
        raise ValueError(f"the bound in {given!r} is above 0; only error_ratio <= 0 is another")
    if check.bound < 0:
        raise ValueError(f"the bound in {given!r} is above 0")
    if len(check.terms) > 1 or check.operator == "within":
        _refuse_failures(check, given)
    _refuse_other_kinds(check, given)
    for side in filter(None, (check.left, check.right)):
        if len(side.terms) > 1 and any(term.variant is None for term in side.terms):
            raise ValueError(f"name the variants of the sum or difference in {given!r}")
    if check.right is not None and _is_same(check.left, check.right):
        raise ValueError(f"{given!r} compares a quantity with itself")


def _refuse_failures(check: Check, given: str) -> None:
    if any(term.quantity == "error_ratio" for term in check.terms):
        raise ValueError(
            f"error_ratio is bounded by a number in {given!r}: where nothing fails it is 0, and 0 "
            "has no multiples"
        )


def _refuse_other_kinds(check: Check, given: str) -> None:
    subject = check.subject
    if subject.quantity == "error_ratio" and subject.sloped:
        raise ValueError(f"error_ratio has no slope in {given!r}")
    # What an observation is, only whoever tells it knows.
    known = [term for term in check.terms if term.dimension != "told"]
    for term in known[1:]:
        if term.dimension != known[0].dimension:
            raise ValueError(
                f"{known[0].quantity} and {term.quantity} are of different kinds in {given!r}"
            )
    for term in check.terms[1:]:
        if term.sloped != subject.sloped:
            raise ValueError(f"a slope is held against a slope in {given!r}")


def _is_same(left: Side, right: Side) -> bool:
    """Tell whether both sides are the same, also where the right one leaves its variant out."""
    bare = left.term.model_copy(update={"variant": None})
    return right == left or right == left._replace(term=bare)
