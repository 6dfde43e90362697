"""From a run, and the policy in force, to the three files of its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from ethics.canonical import digest
from ethics.evidence import Measure, evidence_statement
from ethics.policy import POLICY_FILE, load_policy
from eval.compare import compare, overall
from eval.errors import RunFolderError
from eval.report.page import page
from eval.report.view import view
from eval.run_folder import RunFolder, read_run
from eval.summary import summarise, verdict_values
from eval.verdict import Outcome, automatic, fresh, measures_of, verdicts

HTML, JSON, EVIDENCE_FILE = "report.html", "report.json", "evidence.json"


@dataclass(frozen=True, slots=True)
class Written:
    """Where a report stands, and what its automatic thresholds say together."""

    html: Path
    outcome: Outcome


def write_report(
    folder: Path,
    against: Path | None = None,
    *,
    scope: str = "public",
    audited: Mapping[str, Measure] | None = None,
    policy_file: Path = POLICY_FILE,
) -> Written:
    """Write report.html, report.json and evidence.json beside the observations of a run.

    Args:
        folder: of the run.
        against: of an earlier run to compare with.
        scope: whose thresholds decide.
        audited: what people measured by reading answers (`eval.audit_results`); nothing where nobody did.
        policy_file: the thresholds.

    Raises:
        RunFolderError: a folder is not that of a run, or the report cannot be written.
        PolicyError: the policy cannot be applied.
    """
    run, earlier = read_run(folder), read_run(against) if against is not None else None
    thresholds = load_policy(policy_file).thresholds
    measures = measures_of(fresh(run.judged)) | dict(audited or {})
    found = verdicts(thresholds, measures)
    outcome = Outcome.NOT_ENOUGH if run.missing else automatic(found, scope)
    values = {
        "run": run.name,
        "settings": run.settings,
        "scope": scope,
        "missing": run.missing,
        "automatic": outcome.value,
        "thresholds": verdict_values(found),
        "summary": summarise(run.judged),
        "against": _against(run, earlier),
    }
    html = page(view(run, earlier, values)).encode()
    machine = orjson.dumps(values | {"cases": _cases(run)}, option=orjson.OPT_INDENT_2)
    used = {**run.digests(), "policy.toml": digest(policy_file.read_bytes()), JSON: digest(machine)}
    asked = [threshold for threshold in thresholds if scope in threshold.scopes]
    statement = evidence_statement(run.fingerprint, measures, asked, used | {HTML: digest(html)})
    evidence = statement.envelope().to_bytes()
    try:
        for name, content in ((HTML, html), (JSON, machine), (EVIDENCE_FILE, evidence)):
            (folder / name).write_bytes(content)
    except OSError as error:
        raise RunFolderError(f"Le rapport ne s’écrit pas : {error.strerror}. Vérifiez la place libre.") from error
    return Written(folder / HTML, outcome)


def _against(run: RunFolder, earlier: RunFolder | None) -> dict[str, object] | None:
    if earlier is None:
        return None
    changes = [overall(run.judged, earlier.judged), *compare(run.judged, earlier.judged)]
    return {
        "run": earlier.name,
        "changes": [
            {"metric": c.metric, "pairs": c.pairs, "fixed": c.fixed, "broken": c.broken, "p": c.p, "sure": c.sure}
            for c in changes
        ],
    }


def _cases(run: RunFolder) -> list[dict[str, object]]:
    return [
        {
            "id": one.case.id,
            "statuses": [seen.status for seen in one.seen],
            "failures": {name: one.scores[name].why if one.case.shown else "" for name in one.failures},
        }
        for one in run.judged
    ]
