"""The queue of an audit that is read in the console: the same draw as the sheets, in a folder that `ui` reads.

    queue.json      whose answers, who reads, in which order; it tells nothing of which answers are wrong on purpose
    answers.jsonl   what is read of each answer, its passages whole, by numbers that say nothing
    key.json        what tells them apart: the key kept beside the run, whose digest is in queue.json

No file of this floor is imported by the console: these three are all that passes between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from corpus.document import Passage
from ethics.canonical import digest
from ethics.readings import ARBITER
from ethics.records import write_durably
from eval.audit_sheets import Draw, item_of, secret_of
from eval.errors import SheetError
from eval.rates import Judged
from eval.report.view import name_of

QUEUE, ANSWERS, KEY = "queue.json", "answers.jsonl", "key.json"
FORMAT = 1

Passages = Callable[[Iterable[str]], Iterable[Passage]]


def write_queue(made: Draw, folder: Path, passages: Passages) -> Path:
    """Write what the console needs of one audit, in a folder of its own; return that folder.

    Args:
        made: what was drawn.
        folder: where audits are kept: `audits`, in the folder of the records.
        passages: looks passages up by their refs; one that is no longer there leaves its quote alone.

    Raises:
        SheetError: the folder is there already, or cannot be written.
    """
    target = folder / f"{re.sub(r'[^a-z0-9]+', '-', made.run.name.lower()).strip('-') or 'mesure'}-{made.number}"
    lines = sorted(_lines(made, passages), key=lambda line: str(line["id"]))
    key = orjson.dumps(made.key, option=orjson.OPT_INDENT_2)
    queue = {
        "format": FORMAT,
        "run": made.run.name,
        "number": made.number,
        "release": made.run.fingerprint,
        "seed": made.key["seed"],
        "attempt": made.key["attempt"],
        "test_model": made.run.test_model,
        "members": made.key["members"],
        "orders": {reader: [_id(made, case) for case in made.order(reader)] for reader in _readers(made)},
        "key": digest(key),
    }
    try:
        target.mkdir(parents=True)
        write_durably(target / KEY, key)
        (target / KEY).chmod(0o600)
        write_durably(target / ANSWERS, b"".join(orjson.dumps(line) + b"\n" for line in lines))
        # Last: a folder without it is not an audit.
        write_durably(target / QUEUE, orjson.dumps(queue, option=orjson.OPT_INDENT_2))
    except OSError as error:
        raise SheetError(f"La relecture ne s’écrit pas dans {target} : {error.strerror}.") from error
    return target


def _readers(made: Draw) -> tuple[str, ...]:
    return (*made.key["members"], ARBITER)


def _id(made: Draw, case: str) -> str:
    """The number of an answer in the console, the same for every reader."""
    return item_of(secret_of(made.key), "", case)


def _lines(made: Draw, passages: Passages) -> Iterable[dict[str, Any]]:
    pairs = {case: (case, case) for case in made.cases} | {name: tuple(pair) for name, pair in made.plants.items()}
    refs = {ref for _, given in pairs.values() for ref in _refs(made.answered[given])}
    texts = {passage.ref: passage.text for passage in passages(sorted(refs))}
    for name, (asked, given) in pairs.items():
        yield {"id": _id(made, name), **_asked(made.answered[asked]), **_given(made.answered[given], texts)}


def _refs(one: Judged) -> Iterable[str]:
    return (
        str(citation["passage"]) for sentence in one.seen[0].answer["sentences"] for citation in sentence["citations"]
    )


def _asked(one: Judged) -> dict[str, Any]:
    case = one.case
    named = {"theme": name_of("theme", case.theme), "language": name_of("language", case.language)}
    named["slice"] = name_of("group", case.group)
    return named | {"before": list(case.before), "question": case.q}


def _given(one: Judged, texts: Mapping[str, str]) -> dict[str, Any]:
    answer = one.seen[0].answer
    asked = answer.get("question") or {}
    return {
        "status": name_of("status", str(answer["status"])),
        "text": str(answer["text"]),
        "document": str(answer["document"] or ""),
        "branch": list(answer.get("branch", ())),
        "as_of": str(answer.get("as_of", "")),
        "generated": bool(answer["generated"]),
        "asked": {"text": str(asked.get("text", "")), "options": list(asked.get("options", ()))},
        "also": [str(item["label"]) for item in answer["also"]],
        "notices": [str(one["text"]) for one in (*answer["notices"], *answer.get("warnings", ()))],
        "sentences": [_sentence(sentence, texts) for sentence in answer["sentences"]],
    }


def _sentence(sentence: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "text": str(sentence["text"]),
        "heading": str(sentence.get("heading") or ""),
        "link": str(sentence.get("link") or ""),
        "citations": [
            {name: str(citation.get(name) or "") for name in ("title", "path", "url", "updated", "publisher", "quote")}
            | {"passage": texts.get(str(citation["passage"]), "")}
            for citation in sentence["citations"]
        ],
    }
