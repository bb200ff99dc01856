/** Text with Telegram's entities → DOM. Offsets are UTF-16 units, as in JavaScript's strings. */

import { h } from "./dom.js";
import { t } from "./i18n.js";

const SIMPLE = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code",
};
/** What a link to a bot's start would send, or null: `https://t.me/<bot>?start=PAYLOAD`. */
export function startPayload(url, botName) {
  let address;
  try {
    address = new URL(url);
  } catch {
    return null;
  }
  const name = address.protocol === "tg:" ? address.searchParams.get("domain") : address.pathname.slice(1);
  const here = ["t.me", "telegram.me"].includes(address.hostname) || address.protocol === "tg:";
  if (!here || (name ?? "").toLowerCase() !== botName.toLowerCase()) return null;
  return address.searchParams.get("start") ?? "";
}

/** Only addresses that open a page, a mail or a call; never `javascript:`. */
export function safeUrl(url) {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`;
  try {
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(new URL(full).protocol) ? full : null;
  } catch {
    return null;
  }
}

function anchor(url, children, context) {
  const href = safeUrl(url);
  if (href === null) return h("span", {}, children);
  return h(
    "a",
    {
      href, target: "_blank", rel: "noopener noreferrer",
      onclick: (event) => {
        const payload = startPayload(href, context.bot.username);
        if (payload === null) return;
        event.preventDefault();
        context.onStart(payload);
      },
    },
    children,
  );
}

const command = (text, context) =>
  h("button", { class: "link", type: "button", onclick: () => context.onSay(text) }, text);

function spoiler(children) {
  const node = h(
    "span",
    { class: "spoiler", role: "button", tabindex: "0", "aria-label": t("spoiler") },
    h("span", {}, children),
  );
  const reveal = (event) => {
    if (node.classList.contains("shown") || (event.key && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", reveal);
  return node;
}

function expandable(children) {
  const text = h("div", { class: "clamped" }, children);
  const button = h("button", {
    class: "unfold link", type: "button", "aria-expanded": "false",
    onclick: () => {
      text.classList.remove("clamped");
      button.remove();
    },
  }, t("unfold"));
  return h("blockquote", { class: "expandable" }, text, button);
}

function wrap(entity, raw, children, context) {
  const { type } = entity;
  if (type in SIMPLE) return h(SIMPLE[type], {}, children);
  switch (type) {
    case "pre":
      return h("pre", {}, entity.language ? h("span", { class: "language" }, entity.language) : null, h("code", {}, children));
    case "spoiler": return spoiler(children);
    case "blockquote": return h("blockquote", {}, children);
    case "expandable_blockquote": return expandable(children);
    case "text_link": return anchor(entity.url, children, context);
    case "url": return anchor(raw, children, context);
    case "email": return anchor(`mailto:${raw}`, children, context);
    case "phone_number": return anchor(`tel:${raw.replace(/[^\d+]/g, "")}`, children, context);
    case "bot_command": return command(raw, context);
    case "mention": case "text_mention": case "hashtag": case "cashtag":
      return h("span", { class: "mention" }, children);
    default: return h("span", {}, children);
  }
}

/**
 * @param {string} text
 * @param {object[]} entities Telegram's MessageEntity
 * @param {{bot: object, onStart: Function, onSay: Function}} context what links and commands do
 * @returns {(Node|string)[]}
 */
export function formatted(text, entities, context) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);

  function build(start, end, list) {
    const parts = [];
    const plain = (from, to) => {
      const piece = text.slice(from, to);
      if (piece) parts.push(piece);
    };
    let at = start;
    let index = 0;
    while (index < list.length) {
      const entity = list[index];
      const from = Math.max(entity.offset, at);
      const to = Math.min(entity.offset + entity.length, end);
      index += 1;
      if (to <= from) continue;
      const inside = [];
      while (index < list.length && list[index].offset < to) inside.push(list[index++]);
      plain(at, from);
      const children = build(from, to, inside);
      parts.push(wrap(entity, text.slice(from, to), children, context));
      at = to;
    }
    plain(at, end);
    return parts;
  }
  return build(0, text.length, sorted);
}
