"""Which cores the parties of a trial run on, so that the generator is never the thing measured."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.plan import PinMode, Placement


def place(
    usable: Sequence[int],
    target_cores: int,
    pin: PinMode,
    *,
    can_pin: bool = True,
    generator_cores: int = 1,
) -> Placement:
    """Give the generator cores of its own, the target what it asks for, and services the rest.

    | usable cores | target asks for | target  | generator | services | shared |
    |--------------|-----------------|---------|-----------|----------|--------|
    | 0            | 1               | 0       | 0         | 0        | yes    |
    | 0, 1         | 1               | 0       | 1         | 1        |        |
    | 0, 1         | 2               | 0, 1    | 1         | 1        | yes    |
    | 0 to 3       | 1               | 0       | 1         | 2, 3     |        |
    | 0 to 3       | 3               | 0, 1, 2 | 3         | 3        |        |
    | 0 to 15      | 4               | 0 to 3  | 4         | 5 to 15  |        |

    Where no core remains for them, services (and with them the harness and the upstream) share the
    generator's: what they take there shows in the generator's own cautions, while on the target's
    core it would pass for the target's cost.

    Args:
        usable: the cores that this process may run on, in any order.
        target_cores: how many the experiment gives to the target.
        pin: `none` leaves everything where the system puts it.
        can_pin: whether this system can pin processes at all.
        generator_cores: how many the generator could use, one for each of its workers; it gets as
            many of them as the target leaves.

    >>> place([0, 1, 2, 3], 1, "auto")
    Placement(target=(0,), generator=(1,), services=(2, 3), shared=False)
    >>> place([0, 1, 2, 3], 1, "auto", generator_cores=2)
    Placement(target=(0,), generator=(1, 2), services=(3,), shared=False)
    """
    if target_cores < 1:
        raise ValueError(f"a target runs on one core at least, not on {target_cores}")
    cores = tuple(sorted(set(usable)))
    if pin == "none" or not can_pin or not cores:
        return Placement()
    if target_cores >= len(cores):
        return Placement(target=cores, generator=cores[-1:], services=cores[-1:], shared=True)
    generator_ends = target_cores + generator_cores
    generator = cores[target_cores:generator_ends]
    services = cores[generator_ends:] or generator
    return Placement(target=cores[:target_cores], generator=generator, services=services)
