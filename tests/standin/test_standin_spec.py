"""Our methods against the Bot API as data, where that is at hand."""

from __future__ import annotations

import json
from pathlib import Path

from bot.demo.telegram import ApiError, Telegram
from bot.demo.telegram.checks import Args
from bot.demo.telegram.methods import METHODS

# Younger than the version that the client library speaks.
NEWER = {("editMessageText", "rich_message")}


def test_methods_and_parameters_are_the_real_ones(api_spec: Path) -> None:
    real = json.loads(api_spec.read_text(encoding="utf-8"))["methods"]
    differences = {
        (ours.name, name)
        for ours in METHODS.values()
        for name in ours.fields ^ {field["name"] for field in real[ours.name].get("fields", [])}
    }
    assert {"sendMessage", "getUpdates", "editMessageText"} <= {
        ours.name for ours in METHODS.values()
    }
    assert differences <= NEWER


def test_required_parameters_are_missed(api_spec: Path) -> None:
    """A method that has required parameters refuses a request without any."""
    real = json.loads(api_spec.read_text(encoding="utf-8"))["methods"]
    # Without an address it takes the webhook away.
    lenient = {"setWebhook"}
    accepted = []
    for ours in METHODS.values():
        if any(field["required"] for field in real[ours.name].get("fields", [])):
            try:
                ours.run(Telegram(), Args({}))
            except ApiError:
                continue
            accepted.append(ours.name)
    assert set(accepted) <= lenient
