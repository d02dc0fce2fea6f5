"""Turn what the operating system says of files into errors that say what to do."""

from __future__ import annotations

import errno
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.errors import StorageError

FREE_SPACE: Final = (
    "Free some space, or give another place with --results. Finished trials are kept; "
    "`bench run --resume` does the rest."
)
"""What to do about a full disk."""

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def storing_in(path: Path) -> Iterator[None]:
    """Name the path, and what to do, where writing below it fails.

    Raises:
        StorageError: the disk is full, the folder can't be written, or the like.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} can't be written: {error.strerror}.", hint=_hint(error)
        ) from error


@contextmanager
def reading_from(path: Path) -> Iterator[None]:
    """Name the path where reading it fails.

    Raises:
        StorageError: it isn't there, can't be read or unpacked, or isn't text.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise StorageError(f"{path} is not UTF-8 text: {error.reason}.") from error
    except (lzma.LZMAError, EOFError) as error:
        raise StorageError(
            f"{path} is packed, and can't be unpacked: {error}.",
            hint="It is damaged: fetch the run from where it came from once more.",
        ) from error


def _hint(error: OSError) -> str:
    if error.errno in _FULL:
        return FREE_SPACE
    if error.errno in _FORBIDDEN:
        return "Give a folder of your own with --results."
    return ""
