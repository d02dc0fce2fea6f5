"""The one JSON document of a run, or of its claims."""

from __future__ import annotations

import json

from bench.model.claim import ClaimsDocument
from bench.model.comparison import ComparisonDocument
from bench.model.run import RunDocument


def write_json_document(document: RunDocument | ClaimsDocument | ComparisonDocument) -> str:
    """Write the document as JSON in ASCII: what doesn't exist, or is no number, is null.

    ASCII, because it shows no control or bidirectional character raw and suits every locale.
    """
    # pydantic writes NaN and infinities as null only on its own way to text
    values = json.loads(document.model_dump_json())
    text = json.dumps(values, indent=2, allow_nan=False)
    return text.replace("\x7f", r"\u007f") + "\n"
