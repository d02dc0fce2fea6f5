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


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The file to write.")] = Path(
        "bench.toml"
    ),
) -> None:
    """Write an experiment file to start from, and its JSON Schema for editors."""
    import json

    from bench.errors import UsageError
    from bench.model.experiment import ExperimentFile
    from bench.storage.atomic import write_atomically

    schema_file = file.with_name("bench.schema.json")
    if file.exists():
        raise UsageError(
            f"{file} is there already.", hint="Give another name: bench init NAME.toml"
        )
    path = file if file.is_absolute() else f"./{file}"
    write_atomically(file, _TEMPLATE)
    write_atomically(schema_file, json.dumps(ExperimentFile.model_json_schema(), indent=1) + "\n")
    typer.echo(f"Wrote {file} and {schema_file}.\nRun it: bench run {path}", err=True)
