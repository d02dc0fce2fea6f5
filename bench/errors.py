"""What can go wrong, as one tree: one class per decision that a caller can take.

BenchError                      exit
  UsageError                    2    the command line asks for what cannot be
    UnknownNameError            2    no such experiment, variant or run; names the nearest ones
    ExperimentFileError         2    an experiment file with a wrong key, type or value
  StorageError                  2    a run folder that cannot be read or written
    SchemaVersionError          2    a run folder of a format that this version does not know
  ServiceError                  2    a service (database, upstream) that cannot be had
  FigureError                   2    a figure that cannot be drawn here as it is meant to look
  MeasurementError              3    nothing valid could be measured
    GeneratorError              3    the load generator failed or was lost
    FingerprintError            3    the stored run comes from another machine
    TreeError                   3    a version of the code can't be checked out or made ready
  TargetError                   4    a target did not start, died, or answered wrongly
    TargetStartError            4    it never became ready
    PortTakenError              4    another process took its port in between
    TargetDiedError             4    it ended while it was being measured
    AnswersDifferError          4    the variants answer the same requests differently
  SupervisorError              70    the supervisor of our own processes failed

Anything else that reaches the command line is a defect of the harness (70); an interruption is 130.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

EXIT_OK = 0
EXIT_REGRESSION = 1
EXIT_USAGE = 2
EXIT_NOT_MEASURED = 3
EXIT_TARGET = 4
EXIT_INCONCLUSIVE = 5
EXIT_DEFECT = 70
EXIT_INTERRUPTED = 130


class BenchError(Exception):
    """Say what happened, what was seen, and what to do about it.

    Args:
        message: what happened, with the value seen and where to look.
        hint: what to do; printed on a line of its own.
        evidence: lines that show it, such as the end of a target's log.
    """

    exit_code: ClassVar[int] = EXIT_DEFECT

    def __init__(self, message: str, *, hint: str = "", evidence: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.evidence = tuple(evidence)


class UsageError(BenchError):
    """The command line asks for something that cannot be."""

    exit_code = EXIT_USAGE


class UnknownNameError(UsageError):
    """A name that nothing has; the message carries the nearest names there are."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(names)}."
        super().__init__(f"There is no {kind} named {name!r}.", hint=hint if names else "")


class ExperimentFileError(UsageError):
    """An experiment file that cannot be used as it stands."""


class StorageError(BenchError):
    """A run folder, or a file in one, that cannot be read or written."""

    exit_code = EXIT_USAGE


class SchemaVersionError(StorageError):
    """A run folder of a schema version that this version of pairbench does not read."""

    def __init__(self, path: str, found: object, known: int) -> None:
        super().__init__(
            f"{path} has schema version {found!r}; this version of pairbench reads {known}.",
            hint="Read it with the version of pairbench that wrote it (run.json names it).",
        )


class ServiceError(BenchError):
    """A service that targets need could not be started or reached."""

    exit_code = EXIT_USAGE


class FigureError(BenchError):
    """A figure that cannot be drawn on this machine as it is meant to look."""

    exit_code = EXIT_USAGE


class MeasurementError(BenchError):
    """Nothing that counts could be measured."""

    exit_code = EXIT_NOT_MEASURED


class GeneratorError(MeasurementError):
    """The load generator failed, or was lost."""


class FingerprintError(MeasurementError):
    """A stored run comes from a machine that is not this one."""


class TreeError(MeasurementError):
    """A version of the code that can't be checked out or made ready, or runs another's files."""


class ProfilerError(MeasurementError):
    """The profiler is missing, or may not look into the target."""


class TargetError(BenchError):
    """A target failed to start, died, or answered wrongly."""

    exit_code = EXIT_TARGET

    arm: str | None = None
    """Which arm of a duet it was; None where there is but one target."""


class TargetStartError(TargetError):
    """A target never became ready."""


class PortTakenError(TargetStartError):
    """Another process took the port between its choice and the target's start."""


class TargetDiedError(TargetError):
    """A target ended while it was being measured."""


class AnswersDifferError(TargetError):
    """Two variants answer the same seeded requests differently."""


class SupervisorError(BenchError):
    """The process that starts and ends all others failed."""
