"""`bench init`: an experiment file for one's own service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

_TEMPLATE: Final = """\
#:schema ./bench.schema.json
title = "How does my service hold up?"
window = "5s"
repetitions = 3

[load]
users = [1, 8, 32]            # or: rate = [50, 100] for a fixed number of requests per second

[[flow]]
path = "/"                    # what each user asks for, again and again

[variants.mine]
command = ["{python}", "-m", "http.server", "{port}", "--bind", "{host}"]
ready = "/"

# A second way to build it, measured in the same run:
# [variants.other]
# app = "shop.web:app"        # found from this file's folder
# server = { name = "uvicorn" }
#
# Then one of them needs: baseline = true
"""

_SCHEMA_MARK: Final = '"title": "ExperimentFile"'


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The file to write.")] = Path(
        "bench.toml"
    ),
) -> None:
    """Write an experiment file to start from, and its JSON Schema for editors."""
    import json

    from bench.errors import UsageError
    from bench.model.experiment import ExperimentFile
    from bench.planning.parsing import parse_experiment
    from bench.storage.atomic import write_atomically

    schema_file = file.parent / "bench.schema.json"
    if file.exists():
        raise UsageError(
            f"{file} is there already.", hint="Give another name: bench init NAME.toml"
        )
    parse_experiment(_TEMPLATE, file.resolve())  # refuses a name that no experiment can have
    if schema_file.exists() and _SCHEMA_MARK not in schema_file.read_text(errors="replace"):
        raise UsageError(f"{schema_file} is there already, and is something else.")
    path = file if file.is_absolute() else f"./{file}"
    write_atomically(file, _TEMPLATE)
    write_atomically(schema_file, json.dumps(ExperimentFile.model_json_schema(), indent=1) + "\n")
    typer.echo(f"Wrote {file} and {schema_file}.\nRun it: bench run {path}", err=True)
