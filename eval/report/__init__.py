"""The report of a run: one HTML page for a committee, one JSON file for machines, one statement to sign."""

from eval.report.write import EVIDENCE_FILE, HTML, JSON, write_report

__all__ = ["EVIDENCE_FILE", "HTML", "JSON", "write_report"]
