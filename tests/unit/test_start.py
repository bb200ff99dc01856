"""What a start brings into memory: not what only a child process or a rare act needs."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"numpy", "matplotlib", "openpyxl", "docx", "fpdf", "lxml", "PIL", "uharfbuzz"}


def test_nothing_heavy_is_imported_at_start() -> None:
    words = "import bot.app, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", words], check=True, capture_output=True, text=True)
    modules = set(json.loads(done.stdout))
    assert "bot.app" in modules
    assert modules & HEAVY == set()
