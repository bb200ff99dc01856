"""What the play leaves: transcript, everybody's chat as a page, documents, forms, the audit."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from bot.demo.play.phone import Phone, buttons_of
from bot.demo.play.wire import Json

_STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; background: #dfe6ec; margin: 0 auto; max-width: 430px;
  padding: 12px; }
div { border-radius: 10px; margin: 6px 0; padding: 8px 10px; background: #fff;
  white-space: pre-wrap; overflow-wrap: anywhere; margin-right: 12%; }
div.me { background: #e1fec6; margin: 6px 0 6px 12%; }
div.edit { border-left: 3px solid #7aa7d9; }
small { display: block; color: #667; }
small b { display: inline-block; border: 1px solid #9ab; border-radius: 6px; padding: 1px 6px;
  margin: 3px 3px 0 0; font-weight: normal; }
""".strip()


def write_papers(
    folder: Path,
    transcript: str,
    phones: list[Phone],
    files: dict[str, bytes],
    documents: dict[str, Any],
    made: dict[str, bytes],
) -> None:
    """Write everything into the folder; older papers of the same names are replaced.

    ``files`` are forms that were filled in, ``documents`` what the command line told, ``made``
    files that the bot has made.
    """
    chats = folder / "chats"
    chats.mkdir(parents=True, exist_ok=True)
    (folder / "transcript.txt").write_text(transcript, "utf-8")
    for phone in phones:
        name = re.sub(r"\W+", "-", phone.name)
        page = _page(phone, phone.watch.states[phone.id])
        (chats / f"{phone.id}-{name}.html").write_text(page, "utf-8")
    if files:
        (folder / "forms").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / "forms" / Path(name).name).write_bytes(content)
    for name, content in made.items():
        (folder / Path(name).name).write_bytes(content)
    for name, document in documents.items():
        text = json.dumps(document, ensure_ascii=False, indent=2)
        (folder / f"{name}.json").write_text(text + "\n", "utf-8")


def _page(phone: Phone, states: list[Json]) -> str:
    bubbles = "\n".join(_bubble(state) for state in states if state["change"] != "delete")
    title = html.escape(f"{phone.name} ({phone.language})")
    return (
        f'<!doctype html>\n<html lang="{html.escape(phone.language)}"><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n{bubbles}\n</html>\n"
    )


def _bubble(state: Json) -> str:
    kinds = ["me"] if not state["from_bot"] else []
    if state["change"] == "edit":
        kinds.append("edit")
    files = "".join(f"<small>📎 {html.escape(one['name'] or one['kind'])}</small>"
                    for one in state["files"])  # fmt: skip
    buttons = "".join(f"<b>{html.escape(one['text'])}</b>" for one in buttons_of(state))
    rows = f"<small>{buttons}</small>" if buttons else ""
    return f'<div class="{" ".join(kinds)}">{files}{state["html"]}{rows}</div>'
