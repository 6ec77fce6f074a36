"""One piece of a file and what its reader made of it: a record, or a refusal with its reason."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from shuyin.harvest.reading import Reader, Rejected
from shuyin.harvest.reasons import Reason
from shuyin.records.models import RejectedRecord
from shuyin.records.services import IncomingRecord

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """`record` is None where the piece was refused; then `code` and `reason` say why."""

    position: int  # 1-based place in the file
    piece: bytes
    record: IncomingRecord | None
    code: str = ""
    reason: str = ""

    def refused(self, why: Rejected) -> Attempt:
        """The same piece, refused."""
        return replace(self, record=None, code=why.code.value, reason=str(why))

    def row(self, batch_id: int | None) -> RejectedRecord:
        """The entry of the reject list for a refused piece."""
        return RejectedRecord(
            batch_id=batch_id, position=self.position, raw=self.piece, code=self.code, reason=self.reason
        )


def attempt(reader: Reader, position: int, piece: bytes, source: str, collection: str) -> Attempt:
    """Try one piece. A reader that fails unexpectedly refuses the record as well; the log has the traceback."""
    unread = Attempt(position, piece, None)
    try:
        record = reader.convert(piece, source)
    except Rejected as why:
        return unread.refused(why)
    except Exception as error:  # one record must never stop the rest
        log.exception("record %d cannot be read as %s", position, reader.format.value)
        return unread.refused(Rejected(Reason.READ_FAILED, type(error).__name__))
    if collection != record.collection:
        record = replace(record, collection=collection)
    return replace(unread, record=record)
