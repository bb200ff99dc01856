"""``blocbot text``: checking a pact or another text that somebody holds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.base import WRONG, Json, Problem, load_settings, open_database, print_json

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services.text_check import TextCheck

text = typer.Typer(no_args_is_help=True, help="Regulations, plans and pacts.")

_FAULTS = {
    "no_entry": "the audit chain doesn't know this signature",
    "other_text": "it was given under another text",
    "commitment": "what it was signed with has been changed",
    "signer": "the names or the post have been changed",
}


@text.callback()
def _group() -> None:
    """A group even while it has one command."""


@text.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="The text as TXT, as the bot sends it.")
    ] = None,
    digest: Annotated[
        str | None, typer.Option("--hash", metavar="SHA256", help="The hash under the document.")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--id", metavar="ID", help="The version in the database.")
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", help="The words of the document's QR code.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a text against what was published, and its signatures against the audit chain.

    With a file alone the version is found by the file's hash.
    """
    from bot.domain.document import read_check_code
    from bot.services import text_check

    if sum(one is not None for one in (digest, version, code)) > 1 or not (
        file or digest or version is not None or code
    ):
        raise Problem("Give a FILE, or one of --hash, --id and --code, or both.", status=WRONG)
    read = read_check_code(code) if code is not None else None
    if code is not None and read is None:
        raise Problem("That isn't what a QR code of the bot says.", status=WRONG)
    wanted = digest.replace(" ", "").lower() if digest is not None else None
    if wanted is not None and (len(wanted) != 64 or not set(wanted) <= set("0123456789abcdef")):
        raise Problem("A SHA-256 has 64 digits from 0 to 9 and a to f.", status=WRONG)
    plain, tidied = text_check.hashes(file.read_bytes()) if file else ("", "")
    with open_database(load_settings()) as database, database.transaction() as session:
        if file and wanted is None and version is None and read is None:
            known = _known(session, plain, tidied)
        else:
            known = text_check.find(session, version_id=version, code=read, digest=wanted)
        found = text_check.check(session, known)
    same = None
    if file:
        same = "exact" if plain == found.sha256 else "tidied" if tidied == found.sha256 else "other"
    if as_json:
        print_json({"ok": found.ok and same != "other", "file": same, **asdict(found)})
    troubles = _troubles(found, same)
    if not as_json:
        _print(found, same)
    if troubles:
        raise Problem(*troubles)


def _known(session: Session, plain: str, tidied: str) -> int:
    """The version that has this file's hash."""
    from bot.errors import NotFound
    from bot.services import text_check

    for digest in (plain, tidied):
        with suppress(NotFound):
            return text_check.find(session, digest=digest)
    raise Problem(f"No version has this text. Its SHA-256 is {plain}.")


def _troubles(found: TextCheck, same: str | None) -> list[str]:
    troubles = []
    if same == "other":
        troubles.append("The file is not the published text: its hash is another one.")
    if not found.body:
        troubles.append("The text in the database was changed after it was published.")
    if not found.published:
        troubles.append("The audit chain doesn't know this version with this hash.")
    if not found.chain:
        troubles.append("The bloc's audit chain is broken: blocbot audit verify tells where.")
    troubles += [
        f"Signature of {one.unit}: {_FAULTS[one.fault]}." for one in found.signatures if one.fault
    ]
    return troubles


def _print(found: TextCheck, same: str | None) -> None:
    state = "complete" if found.complete else "not complete"
    typer.echo(f"{found.kind} {found.year} of {found.bloc}, version {found.version} ({state})")
    typer.echo(f"SHA-256 {found.sha256}")
    if same == "exact":
        typer.echo("The file is the published text, byte by byte.")
    elif same == "tidied":
        typer.echo("The file is the published text but for line ends, white space or the like.")
    for one in found.signatures:
        mark = "FAULT" if one.fault else "ok"
        typer.echo(f"  {mark:5}  {one.at}  {one.unit}: {one.person}, {one.post}")
    if found.ok and same != "other":
        typer.echo("Everything holds: the text, its signatures and the audit chain.")
