"""The file of `bench claims --expect`: verdicts as `--json` once printed them."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from bench.errors import UsageError
from bench.model.claim import ClaimFinding, ClaimsDocument


def read_expected(path: Path) -> dict[str, ClaimFinding]:
    """Read the verdicts of a document, by the claims' ids.

    Raises:
        UsageError: there is no such file, or it is no such document.
    """
    try:
        document = ClaimsDocument.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from None
    except ValidationError:
        raise UsageError(
            f"{path} is no document of claims.",
            hint=f"Make one of what there is now: bench claims RUN --json > {path}",
        ) from None
    return {claim.id: claim.verdict for claim in document.claims}
