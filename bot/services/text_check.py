"""Checking a text that somebody holds against what was published and signed: for the operator."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from sqlmodel import Session, col, select

from bot.domain.document import Checked
from bot.domain.texts import sha256
from bot.errors import NotFound
from bot.models import Adoption, AuditEntry, Bloc, BlocText, BlocYear, TextVersion
from bot.services import adoptions, audit, commitments

#: What is wrong with a signature: nothing; no entry of the audit chain; the entry is about another
#: text; the commitment isn't the one that was signed; names or post have been changed since.
Fault = Literal["", "no_entry", "other_text", "commitment", "signer"]


@dataclass(frozen=True, slots=True)
class Signature:
    """A standing signature as it was checked."""

    unit: str
    person: str
    post: str
    at: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class TextCheck:
    """What came of a check.

    ``body`` is whether the stored text has its hash, ``published`` whether the audit chain knows
    this version with this hash, ``chain`` whether the bloc's chain holds.
    """

    bloc: str
    kind: str
    year: int
    version: int
    version_id: int
    sha256: str
    complete: bool
    body: bool
    published: bool
    chain: bool
    signatures: tuple[Signature, ...]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        sound = all(not one.fault for one in self.signatures)
        return self.body and self.published and self.chain and sound


def hashes(content: bytes) -> tuple[str, str]:
    """The SHA-256 of a file as it is, and of its text as the bot keeps texts.

    The second one forgives what editors change: a byte-order mark, line ends, white space at the
    ends of lines, empty lines, decomposed letters. The same as the first for what is no UTF-8.
    """
    plain = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return plain, plain
    lines = unicodedata.normalize("NFC", text).splitlines()
    return plain, sha256("\n".join(line.strip() for line in lines if line.strip()))


def find(
    session: Session,
    *,
    version_id: int | None = None,
    code: Checked | None = None,
    digest: str | None = None,
) -> int:
    """The version that is meant, by its id, the words of a QR code, or its hash.

    Raises NotFound(``document_unknown``).
    """
    query: Any = (
        select(TextVersion.id)
        .join(BlocText, col(BlocText.id) == col(TextVersion.text_id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .order_by(col(TextVersion.id))
        .limit(1)
    )
    if version_id is not None:
        query = query.where(col(TextVersion.id) == version_id)
    if code is not None:
        query = query.where(
            col(BlocYear.bloc_id) == code.bloc_id,
            col(BlocYear.year) == code.year,
            col(BlocText.kind) == code.kind,
            col(TextVersion.version) == code.version,
            col(TextVersion.sha256) == code.sha256,
        )
    if digest is not None:
        query = query.where(col(TextVersion.sha256) == digest)
    found = session.exec(query).first()
    if found is None:
        raise NotFound("document_unknown")
    return int(found)


def check(session: Session, version_id: int) -> TextCheck:
    """Check a version with its signatures. Raises NotFound(``document_unknown``)."""
    row = session.exec(
        select(TextVersion, BlocText, BlocYear, Bloc)
        .join(BlocText, col(BlocText.id) == col(TextVersion.text_id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .join(Bloc, col(Bloc.id) == col(BlocYear.bloc_id))
        .where(col(TextVersion.id) == version_id)
    ).first()
    if row is None:
        raise NotFound("document_unknown")
    version, text, year, bloc = row
    entries = session.exec(
        select(AuditEntry).where(
            col(AuditEntry.bloc_id) == bloc.id,
            col(AuditEntry.action).in_(["text.published", "text_adopted"]),
        )
    ).all()
    adopted = {one.body.get("adoption"): one for one in entries if one.action == "text_adopted"}
    standing = session.exec(
        select(Adoption)
        .where(col(Adoption.version_id) == version.id, col(Adoption.withdrawn_at).is_(None))
        .order_by(col(Adoption.id))
    ).all()
    return TextCheck(
        bloc=bloc.name,
        kind=text.kind.value,
        year=year.year,
        version=version.version,
        version_id=version.id or 0,
        sha256=version.sha256,
        complete=version.complete_at is not None,
        body=sha256(version.body) == version.sha256,
        published=any(
            one.body.get("text") == text.id
            and one.body.get("version") == version.version
            and one.body.get("sha256") == version.sha256
            for one in entries
            if one.action == "text.published"
        ),
        chain=audit.verify(session, bloc.id).broken is None,
        signatures=tuple(
            Signature(
                one.unit_name,
                one.person_name,
                one.post,
                one.at.isoformat(timespec="seconds"),
                _fault(one, adopted.get(one.id), version),
            )
            for one in standing
        ),
    )


def _fault(one: Adoption, entry: AuditEntry | None, version: TextVersion) -> Fault:
    if entry is None:
        return "no_entry"
    body = entry.body
    if (body.get("unit"), entry.person_id, entry.at) != (one.unit_id, one.person_id, one.at):
        return "no_entry"
    if body.get("version_id") != version.id or body.get("sha256") != version.sha256:
        return "other_text"
    kept = commitments.sha256(one.commitment) if one.commitment else ""
    if kept != one.commitment_hash or body.get("commitment") != one.commitment_hash:
        return "commitment"
    return "" if body.get("signer") == adoptions.signer_hash(one) else "signer"
