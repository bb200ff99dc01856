/** Buttons under a bubble and in place of the phone's keyboard. */

import { h, icon } from "./dom.js";
import { safeUrl, startPayload } from "./entities.js";
import { t } from "./i18n.js";
import { toast } from "./dialogs.js";

const WAIT_MS = 15_000;
const waiting = new Map();

const markOf = (button, on) => {
  button.classList.toggle("waiting", on);
  button.setAttribute("aria-busy", String(on));
};

/** The bot has answered that query (or it is too late): the button rests again. */
export function answered(queryId) {
  waiting.get(queryId)?.();
  waiting.delete(queryId);
}

async function query(button, message, data, context) {
  if (button.classList.contains("waiting")) return;
  markOf(button, true);
  const rest = () => markOf(button, false);
  try {
    const { query_id: id, answered: done } = await context.onPress(message.message_id, data);
    if (done) rest();
    else {
      waiting.set(id, rest);
      setTimeout(() => answered(id), WAIT_MS);
    }
  } catch (error) {
    rest();
    context.onError(error);
  }
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast(t("copied"));
}

function open(url, context) {
  const href = safeUrl(url);
  if (href === null) return;
  const payload = startPayload(href, context.bot.username);
  if (payload !== null) context.onStart(payload);
  else window.open(href, "_blank", "noopener,noreferrer");
}

function inlineButton(message, spec, context) {
  const button = h("button", {
    type: "button", class: "inline-button", data: { style: spec.style ?? "" },
  }, h("span", {}, spec.text));
  if (spec.callback_data !== undefined) {
    button.addEventListener("click", () => query(button, message, spec.callback_data, context));
  } else if (spec.url !== undefined) {
    button.append(icon("link"));
    button.addEventListener("click", () => open(spec.url, context));
  } else if (spec.copy_text !== undefined) {
    button.append(icon("copy"));
    button.addEventListener("click", () => copy(spec.copy_text.text).catch(context.onError));
  } else button.disabled = true; // payments, games, web apps: not in this demo
  return button;
}

/** The inline keyboard of a message, or null. */
export function inlineKeyboard(message, context) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return h("div", { class: "inline-keyboard", role: "group" }, rows.map((row) =>
    h("div", { class: "buttons" }, row.map((spec) => inlineButton(message, spec, context)))));
}

/** The reply keyboard: its buttons say their text. */
export function replyKeyboard(markup, onSay) {
  return markup.keyboard.map((row) =>
    h("div", { class: "buttons" }, row.map((spec) => {
      const { text, style } = typeof spec === "string" ? { text: spec } : spec;
      return h("button", {
        type: "button", class: "reply-button", data: { style: style ?? "" }, onclick: () => onSay(text),
      }, text);
    })));
}
