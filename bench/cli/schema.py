"""`bench schema`: the JSON Schema of files and records."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer


class SchemaOf(StrEnum):
    """What there is a schema of."""

    EXPERIMENT = "experiment"
    SUITE = "suite"
    RUN = "run"
    TRIAL = "trial"
    DOCUMENT = "document"
    CLAIMS = "claims"


def schema(
    of: Annotated[SchemaOf, typer.Argument(help="Which file or record.")] = SchemaOf.EXPERIMENT,
) -> None:
    """Print the JSON Schema of experiment files, or of the records of a run."""
    from pydantic import BaseModel

    from bench.model.claim import ClaimsDocument
    from bench.model.experiment import ExperimentFile
    from bench.model.run import RunDocument, RunRecord
    from bench.model.suite import Suite
    from bench.model.trial import TrialRecord

    models: dict[SchemaOf, type[BaseModel]] = {
        SchemaOf.EXPERIMENT: ExperimentFile,
        SchemaOf.SUITE: Suite,
        SchemaOf.RUN: RunRecord,
        SchemaOf.TRIAL: TrialRecord,
        SchemaOf.DOCUMENT: RunDocument,
        SchemaOf.CLAIMS: ClaimsDocument,
    }
    document = models[of].model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
