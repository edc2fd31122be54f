"""Documents: what a report holds beside its pictures."""

from __future__ import annotations

from climtrack.reporter.documents.facts import facts_document, facts_json, table_csv
from climtrack.reporter.documents.report import report_markdown

__all__ = ["facts_document", "facts_json", "report_markdown", "table_csv"]
