"""Programs that are not ours, asked what they think of the files that we write.

pyx12 (Python, maps of the guides) judges 837P and 835; oxedi (Rust) judges 835; x12sdk (pydantic
models, Apache-2.0, first published September 2026) judges 270 and 271. All answer with
plain lines, one a complaint; an accepted file gives none.
"""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import oxedi
import pyx12.params
import pyx12.x12n_document
from pydantic import ValidationError
from x12sdk.io import X12ModelReader


def pyx12_errors(data: bytes) -> list[str]:
    """What pyx12 has against a file: code, segment and words of each complaint."""
    report = io.StringIO()
    log = _Log()
    logger = logging.getLogger("pyx12")
    logger.addHandler(log)
    try:
        accepted = pyx12.x12n_document.x12n_document(
            pyx12.params.params(), io.StringIO(data.decode()), None, None, fd_json=report
        )
    except Exception as error:  # noqa: BLE001 - a judge that trips has not accepted the file
        return [f"pyx12 stopped: {type(error).__name__}: {error}"]
    finally:
        logger.removeHandler(log)
    if accepted and not log.lines:
        return []
    complaints = list(_complaints(json.loads(report.getvalue() or "{}"), ""))
    return complaints or log.lines or ["pyx12 refused the file without a word"]


class _Log(logging.Handler):
    """What pyx12 only says to its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _complaints(node: Any, where: str) -> Iterator[str]:
    """The errors anywhere in pyx12's report, each with the segment that it stands in."""
    if isinstance(node, list):
        for item in node:
            yield from _complaints(item, where)
    if not isinstance(node, dict):
        return
    where = str(node.get("seg_id") or node.get("trn_set_id") or where)
    if "err_cde" in node:
        yield f"{where} {node['err_cde']}: {node.get('err_str', '')}"
    for value in node.values():
        yield from _complaints(value, where)


def oxedi_errors(data: bytes) -> list[str]:
    """What oxedi has against an 835: rule, place and words of each diagnostic."""
    try:
        result = oxedi.parse(data)
    except oxedi.ParseError as error:
        return [f"oxedi stopped: {error}"]
    return [str(diagnostic) for diagnostic in result.diagnostics]


def x12sdk_errors(data: bytes) -> list[str]:
    """What x12sdk has against a 270, 271, 276 or 277: where, and its words."""
    with X12ModelReader(data.decode()) as reader:
        try:
            return [] if list(reader.models()) else ["x12sdk found no transaction"]
        except ValidationError as error:
            return [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
