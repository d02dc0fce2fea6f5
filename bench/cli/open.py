"""`bench open`: the report of a stored run, in the browser."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.cli.parameters import ResultsOption, RunArgument


def open_report(run: RunArgument, results: ResultsOption = Path("results")) -> None:
    """Show the report of a stored run in the browser; it is written first, where there is none."""
    import webbrowser

    from bench.analysis.documenting import document_run
    from bench.cli.html_report import write_html_report
    from bench.storage.reading_runs import find_run, read_run
    from bench.storage.run_folder import REPORT_FILE

    path = find_run(run, results)
    report = path / REPORT_FILE
    if not report.exists():
        stored = read_run(path)
        write_html_report(stored, document_run(stored))
    if not webbrowser.open(report.resolve().as_uri()):
        sys.stderr.write("No browser could be started here; open the file by hand.\n")
    sys.stdout.write(f"{report}\n")
