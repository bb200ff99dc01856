"""Methods about the bot itself: updates, webhook, commands, profile, chats, files."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.telegram import limits
from bot.demo.telegram.checks import Args, check_commands, language_of, scope_of
from bot.demo.telegram.core import Core
from bot.demo.telegram.errors import bad_request, conflict
from bot.demo.telegram.methods import method
from bot.demo.telegram.model import Json
from bot.demo.telegram.updates import OTHER_POLLER, Webhook

WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
    "webhook first"
)
_LOOPBACK = re.compile(r"http://(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?(?:/\S*)?")


@method("getMe")
def get_me(tg: Core, args: Args) -> Json:
    """The bot."""
    return {
        **tg.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _kinds(args: Args) -> list[str] | None:
    kinds = args.data("allowed_updates", "allowed_updates")
    if kinds is None:
        return None
    if not isinstance(kinds, list):
        raise bad_request("can't parse allowed updates: expected an Array of String")
    return [str(kind) for kind in kinds]


@method("getUpdates", "offset limit timeout allowed_updates")
async def get_updates(tg: Core, args: Args) -> list[Json]:
    """What waits, or comes within `timeout` seconds."""
    if tg.queue.webhook is not None:
        raise conflict(WEBHOOK_ACTIVE)
    if tg.faults.pick("getUpdates", "conflict"):
        raise conflict(OTHER_POLLER)
    tg.queue.allow(_kinds(args))
    limit = min(max(args.number("limit", 100), 1), 100)
    timeout = min(max(args.number("timeout"), 0), 50)
    found = await tg.queue.poll(args.number("offset"), limit, timeout)
    fault = tg.faults.pick("getUpdates", "repeat") if tg.queue.confirmed else None
    if fault is not None:
        again = [one.update for one in tg.queue.confirmed][-fault.updates :]
        found = (again + found)[:limit]
    return found


@method(
    "setWebhook",
    "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
)
def set_webhook(tg: Core, args: Args) -> bool:
    """Have updates posted to an address: https, or http on this machine."""
    url = args.text("url")
    if not url:
        return _forget_webhook(tg, args)
    if not url.startswith("https://") and not _LOOPBACK.fullmatch(url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = args.text("secret_token")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    tg.queue.allow(_kinds(args))
    if args.flag("drop_pending_updates"):
        tg.queue.pending.clear()
    tg.queue.interrupt(conflict("terminated by setWebhook request"))
    connections = min(max(args.number("max_connections", 40), 1), 100)
    tg.queue.webhook = Webhook(url, secret, connections)
    if tg.queue.wake is not None:
        tg.queue.wake()
    return True


@method("deleteWebhook", "drop_pending_updates")
def delete_webhook(tg: Core, args: Args) -> bool:
    """Back to getUpdates."""
    return _forget_webhook(tg, args)


def _forget_webhook(tg: Core, args: Args) -> bool:
    if args.flag("drop_pending_updates"):
        tg.queue.pending.clear()
    tg.queue.webhook = None
    return True


@method("getWebhookInfo")
def get_webhook_info(tg: Core, args: Args) -> Json:
    """How the webhook does."""
    hook = tg.queue.webhook
    out: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(tg.queue.pending),
    }
    if hook is not None:
        out["max_connections"] = hook.max_connections
        if hook.last_error_date:
            out["last_error_date"] = hook.last_error_date
            out["last_error_message"] = hook.last_error_message
    if tg.queue.allowed is not None:
        out["allowed_updates"] = sorted(tg.queue.allowed)
    return out


# -- commands and profile -----------------------------------------------------------------


def _scope(tg: Core, args: Args) -> tuple[str, str]:
    scope, chat_id = scope_of(args)
    if chat_id is not None:
        tg.chat_api(chat_id)
        user = tg.users.get(chat_id)
        if user is not None and not user.opened:
            raise bad_request("chat not found")
    return scope, language_of(args)


@method("setMyCommands", "commands scope language_code")
def set_my_commands(tg: Core, args: Args) -> bool:
    """The menu of a scope and language."""
    commands = check_commands(args.data("commands", "commands"))
    key = _scope(tg, args)
    if commands:
        tg.commands[key] = commands
    else:
        tg.commands.pop(key, None)
    tg.emit("commands", 0)
    return True


@method("getMyCommands", "scope language_code")
def get_my_commands(tg: Core, args: Args) -> list[Json]:
    """The menu of exactly this scope and language."""
    return tg.commands.get(_scope(tg, args), [])


@method("deleteMyCommands", "scope language_code")
def delete_my_commands(tg: Core, args: Args) -> bool:
    """No menu of this scope and language."""
    tg.commands.pop(_scope(tg, args), None)
    tg.emit("commands", 0)
    return True


def _set_profile(tg: Core, args: Args, what: str, longest: int) -> bool:
    text = args.text(what)
    if len(text) > longest:
        raise bad_request(f"{what.replace('_', ' ')} is too long")
    language = language_of(args)
    tg.profile[what, language] = text
    if what == "name" and not language and text:
        tg.bot = {**tg.bot, "first_name": text}
    tg.emit("profile", 0)
    return True


def _get_profile(tg: Core, args: Args, what: str) -> Json:
    language = language_of(args)
    return {what: tg.profile.get((what, language)) or tg.profile.get((what, ""), "")}


@method("setMyName", "name language_code")
def set_my_name(tg: Core, args: Args) -> bool:
    """The bot's name."""
    return _set_profile(tg, args, "name", limits.NAME)


@method("getMyName", "language_code")
def get_my_name(tg: Core, args: Args) -> Json:
    """The bot's name."""
    return _get_profile(tg, args, "name")


@method("setMyDescription", "description language_code")
def set_my_description(tg: Core, args: Args) -> bool:
    """What an empty chat shows."""
    return _set_profile(tg, args, "description", limits.DESCRIPTION)


@method("getMyDescription", "language_code")
def get_my_description(tg: Core, args: Args) -> Json:
    """What an empty chat shows."""
    return _get_profile(tg, args, "description")


@method("setMyShortDescription", "short_description language_code")
def set_my_short_description(tg: Core, args: Args) -> bool:
    """What the profile shows."""
    return _set_profile(tg, args, "short_description", limits.SHORT_DESCRIPTION)


@method("getMyShortDescription", "language_code")
def get_my_short_description(tg: Core, args: Args) -> Json:
    """What the profile shows."""
    return _get_profile(tg, args, "short_description")


def _menu_user(tg: Core, args: Args) -> Any:
    chat_id = args.chat_id()
    user = tg.users.get(chat_id)
    if user is None or not user.opened:
        raise bad_request("chat not found")
    return user


@method("setChatMenuButton", "chat_id menu_button")
def set_chat_menu_button(tg: Core, args: Args) -> bool:
    """The button beside the input field, of one chat or of all."""
    button = args.data("menu_button", "MenuButton") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("can't parse MenuButton: unsupported type specified")
    if button["type"] == "web_app" and not button.get("text"):
        raise bad_request("menu button text must be non-empty")
    if args.has("chat_id"):
        user = _menu_user(tg, args)
        user.menu_button = None if button["type"] == "default" else button
        tg.emit("menu", user.id)
    else:
        tg.menu_button = {"type": "commands"} if button["type"] == "default" else button
        tg.emit("menu", 0)
    return True


@method("getChatMenuButton", "chat_id")
def get_chat_menu_button(tg: Core, args: Args) -> Json:
    """The button beside the input field."""
    if args.has("chat_id"):
        return _menu_user(tg, args).menu_button or tg.menu_button
    return tg.menu_button


# -- chats and files ----------------------------------------------------------------------


@method("getChat", "chat_id")
def get_chat(tg: Core, args: Args) -> Json:
    """A chat that the bot has met."""
    chat_id = args.chat_id()
    chat = tg.chat_api(chat_id)
    user = tg.users.get(chat_id)
    if user is not None and not user.opened:
        raise bad_request("chat not found")
    return {
        **chat,
        "accent_color_id": abs(chat_id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


@method("leaveChat", "chat_id")
def leave_chat(tg: Core, args: Args) -> bool:
    """Leave a group."""
    chat_id = args.chat_id()
    tg.chat_api(chat_id)
    if chat_id > 0:
        raise bad_request("chat member status can't be changed in private chats")
    del tg.groups[chat_id]
    return True


@method("getFile", "file_id")
def get_file(tg: Core, args: Args) -> Json:
    """Where a file of up to 20 MB can be fetched."""
    file_id = args.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = tg.files.get(file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > limits.DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_unique_id,
        "file_size": len(stored.content),
        "file_path": stored.path,
    }
