"""One OAI-PMH request → the answering document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.models import utc_now
from shuyin.search_api.crosswalks.xml_text import child, xml_text
from shuyin.search_api.oai import ledger, selection
from shuyin.search_api.oai.protocol import OaiError, OaiRequest, Token, read_period, read_request, stamp
from shuyin.search_api.oai.records import FORMATS, Records

OAI = "http://www.openarchives.org/OAI/2.0/"
_O = f"{{{OAI}}}"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"

#: Records and headers in one answer; sets in one answer.
PAGE = 100
SET_PAGE = 500
#: Change log entries that a request enters before it answers; a longer backlog is the job's.
CATCH_UP = 2_000


@dataclass(frozen=True, slots=True)
class Repository:
    """What answers need: the public address, an address for people, and the database."""

    base_url: str
    email: str
    sessions: sessionmaker[Session]
    writes: sessionmaker[Session]

    @property
    def namespace(self) -> str:
        """The middle part of identifiers: the host if it is a domain name (oai-identifier schema)."""
        host = urlsplit(self.base_url).hostname or ""
        return host if re.fullmatch(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+", host) else "shuyin.invalid"


def answer(repository: Repository, pairs: Iterable[tuple[str, str]]) -> bytes:
    """The XML document that answers a request, errors of the protocol included."""
    pairs = list(pairs)
    if dict(pairs).get("verb") != "Identify":
        ledger.catch_up(repository.writes, CATCH_UP)
    now = utc_now()  # after the catching up, so that what it entered is in the answer
    root = etree.Element(f"{_O}OAI-PMH", nsmap={None: OAI, "xsi": _XSI})  # type: ignore[dict-item]
    root.set(f"{{{_XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
    child(root, f"{_O}responseDate", stamp(now))
    echo = child(root, f"{_O}request", f"{repository.base_url}/oai")
    try:
        request = read_request(pairs)
        echo.set("verb", request.verb)
        for name, value in request.arguments.items():
            echo.set(name, xml_text(value))
        root.append(_Answer(repository, request, now).element())
    except OaiError as error:
        if error.code in ("badVerb", "badArgument"):
            echo.attrib.clear()  # section 3.2: no attributes where the request was not legal
        child(root, f"{_O}error", str(error), code=error.code)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


class _Answer:
    def __init__(self, repository: Repository, request: OaiRequest, now: datetime) -> None:
        self.repository, self.request, self.now = repository, request, now
        self.arguments = request.arguments
        self.records = Records(repository.base_url, repository.namespace, now)

    def element(self) -> etree._Element:
        """The element named as the verb."""
        root = etree.Element(f"{_O}{self.request.verb}")
        with self.repository.sessions() as session:
            match self.request.verb:
                case "Identify":
                    self._identify(root, session)
                case "ListMetadataFormats":
                    self._formats(root, session)
                case "ListSets":
                    self._sets(root, session)
                case "GetRecord":
                    self._record(root, session)
                case _:
                    self._list(root, session)
        return root

    def _identify(self, root: etree._Element, session: Session) -> None:
        for name, value in (
            ("repositoryName", "書音 Shuyin"),
            ("baseURL", f"{self.repository.base_url}/oai"),
            ("protocolVersion", "2.0"),
            ("adminEmail", self.repository.email),
            ("earliestDatestamp", stamp(selection.earliest(session) or self.now)),
            ("deletedRecord", "persistent"),
            ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        ):
            child(root, f"{_O}{name}", value)
        description = child(root, f"{_O}description")
        identifier = etree.SubElement(
            description,
            f"{{{_IDENTIFIER}}}oai-identifier",
            nsmap={None: _IDENTIFIER},  # type: ignore[dict-item]
        )
        identifier.set(f"{{{_XSI}}}schemaLocation", f"{_IDENTIFIER} {_IDENTIFIER}.xsd")
        for name, value in (
            ("scheme", "oai"),
            ("repositoryIdentifier", self.repository.namespace),
            ("delimiter", ":"),
            ("sampleIdentifier", self.records.identifier(1)),
        ):
            child(identifier, f"{{{_IDENTIFIER}}}{name}", value)

    def _formats(self, root: etree._Element, session: Session) -> None:
        if "identifier" in self.arguments:
            entry = self.records.find(session, self.arguments["identifier"])
            if entry.deleted:
                raise OaiError("noMetadataFormats", "the record is deleted")
        for prefix, format in FORMATS.items():
            element = child(root, f"{_O}metadataFormat")
            child(element, f"{_O}metadataPrefix", prefix)
            child(element, f"{_O}schema", format.schema)
            child(element, f"{_O}metadataNamespace", format.namespace)

    def _sets(self, root: etree._Element, session: Session) -> None:
        token = self._token()
        found = selection.sets(session)
        if not found:
            raise OaiError("noSetHierarchy", "there are no records yet, and so no sets")
        rest = [entry for entry in found if not token or entry[0] > token.after_stamp]
        for spec, name in rest[:SET_PAGE]:
            element = child(root, f"{_O}set")
            child(element, f"{_O}setSpec", spec)
            child(element, f"{_O}setName", name)
        if not rest:
            raise OaiError("badResumptionToken", "the list of sets ends before this token")
        cursor = token.cursor if token else 0
        following = None
        if len(rest) > SET_PAGE:
            following = Token("ListSets", after_stamp=rest[SET_PAGE - 1][0], cursor=cursor + SET_PAGE, size=len(found))
        self._resumption(root, following, cursor, len(found), resumed=token is not None)

    def _record(self, root: etree._Element, session: Session) -> None:
        self._check_prefix(self.arguments["metadataPrefix"])
        entry = self.records.find(session, self.arguments["identifier"])
        root.extend(self.records.written(session, [entry], self.arguments["metadataPrefix"]))

    def _list(self, root: etree._Element, session: Session) -> None:
        token = self._token()
        prefix = token.prefix if token else self.arguments["metadataPrefix"]
        set_spec, start, end = (
            (token.set, token.start, token.end) if token else tuple(map(self.arguments.get, ("set", "from", "until")))
        )
        self._check_prefix(prefix)
        try:
            chosen = selection.conditions(set_spec, read_period(start, end), self.now)
        except OaiError:
            if token:
                raise OaiError("badResumptionToken", "this resumption token was not given out here") from None
            raise
        after = (datetime.fromisoformat(token.after_stamp), token.after_id) if token else None
        entries = selection.page(session, chosen, after, PAGE + 1) if chosen is not None else []
        if not entries and (token is None or chosen is None):
            raise OaiError("noRecordsMatch", "no record is in this set and period")
        shown = entries[:PAGE]
        headers_only = self.request.verb == "ListIdentifiers"
        root.extend(self.records.written(session, shown, None if headers_only else prefix))
        size = token.size if token else selection.count(session, chosen or []) if len(entries) > PAGE else len(shown)
        cursor = token.cursor if token else 0
        following = None
        if len(entries) > PAGE:
            last = shown[-1]
            place = (last.stamp.isoformat(), last.record_id, cursor + PAGE, max(size, cursor + PAGE + 1))
            following = Token(self.request.verb, prefix, set_spec, start, end, *place)
        self._resumption(root, following, cursor, size, resumed=token is not None)

    def _token(self) -> Token | None:
        text = self.arguments.get("resumptionToken")
        return Token.decoded(text, self.request.verb) if text is not None else None

    def _check_prefix(self, prefix: str) -> None:
        if prefix not in FORMATS:
            raise OaiError("cannotDisseminateFormat", f"metadataPrefix must be one of {', '.join(FORMATS)}")

    def _resumption(
        self, root: etree._Element, following: Token | None, cursor: int, size: int, *, resumed: bool
    ) -> None:
        """The token of the next page; on the last page of several an empty one (section 3.5)."""
        if following or resumed:
            text = following.encoded() if following else None
            child(root, f"{_O}resumptionToken", text, completeListSize=str(size), cursor=str(cursor))
