/** One message, or one album, → a bubble. */

import { fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { formatted } from "./entities.js";
import { clock, size, t } from "./i18n.js";
import { inlineKeyboard } from "./keyboards.js";

const ALBUM_COLUMNS = 2;

/** One line for the list of people. */
export function summary(message) {
  const text = message.text ?? message.caption;
  if (text) return text.replace(/\s+/g, " ");
  if (message.media_group_id) return t("album");
  if (message.photo) return t("photo");
  if (message.document) return message.document.file_name ?? t("file");
  if (message.video || message.animation) return t("video");
  if (message.audio || message.voice) return t("audio");
  if (message.contact) return t("contact");
  if (message.location) return t("location");
  return "…";
}

function photo(message, context) {
  const sizes = message.photo;
  const best = sizes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
  const url = fileUrl(best.file_id);
  const picture = h("img", {
    src: url, alt: message.caption ?? t("photo"), width: best.width, height: best.height,
    onload: context.onGrown,
  });
  return h(
    "button",
    {
      class: message.has_media_spoiler ? "picture veiled" : "picture", type: "button", "aria-label": t("photo"),
      onclick: (event) => {
        const veiled = event.currentTarget.classList;
        if (veiled.contains("veiled")) veiled.remove("veiled");
        else context.onPicture(url, message.caption ?? "");
      },
    },
    picture,
  );
}

function documentLink(file, name) {
  const extension = (/\.([\p{L}\p{N}]{1,5})$/u.exec(name) ?? ["", ""])[1];
  return h(
    "a",
    { class: "document", href: fileUrl(file.file_id), download: name, title: t("download") },
    h("span", { class: "paper", "aria-hidden": "true", data: { ext: extension.toLowerCase() } },
      extension ? extension.toUpperCase() : icon("file")),
    h("span", { class: "about" },
      h("span", { class: "name" }, name),
      h("span", { class: "size" }, file.file_size === undefined ? "" : size(file.file_size))),
  );
}

function media(message, context) {
  if (message.photo) return photo(message, context);
  const moving = message.video ?? message.animation;
  if (moving) return h("video", { src: fileUrl(moving.file_id), controls: true, preload: "metadata" });
  const sound = message.voice ?? message.audio;
  if (sound) return h("audio", { src: fileUrl(sound.file_id), controls: true });
  if (message.document) return documentLink(message.document, message.document.file_name ?? t("file"));
  if (message.contact) return h("p", { class: "other" }, `${message.contact.first_name} · ${message.contact.phone_number}`);
  if (message.location) return h("p", { class: "other" }, `${t("location")} ${message.location.latitude}, ${message.location.longitude}`);
  return message.text === undefined ? h("p", { class: "other" }, t("unsupported")) : null;
}

function words(message, context) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const entities = message.entities ?? message.caption_entities;
  return h("div", { class: "text", dir: "auto" }, formatted(text, entities, context));
}

function quoted(message, context) {
  const reply = message.reply_to_message;
  if (!reply) return null;
  const name = reply.from?.is_bot ? context.bot.first_name : t("you");
  return h(
    "button",
    { class: "quoted", type: "button", onclick: () => context.onJump(reply.message_id) },
    h("strong", {}, name),
    h("span", {}, summary(reply)),
  );
}

function meta(message) {
  const edited = message.edit_date ? `${t("edited")} ` : "";
  return h("span", { class: "meta" }, edited, h("time", {
    datetime: new Date(message.date * 1000).toISOString(),
  }, clock(message.date)));
}

/** Photos of an album stand side by side, an odd last one over the whole width. */
function album(messages, context) {
  const pictures = messages.every((message) => message.photo || message.video);
  const cells = messages.map((message, index) => {
    const wide = pictures && messages.length % ALBUM_COLUMNS === 1 && index === messages.length - 1;
    return h(
      "div",
      { class: wide ? "cell wide" : "cell", data: { messageId: message.message_id } },
      media(message, context),
      pictures ? null : words(message, context),
    );
  });
  const captions = pictures ? messages.map((message) => words(message, context)) : [];
  return [h("div", { class: pictures ? "album pictures" : "album" }, cells), ...captions];
}

/**
 * The list item for messages that belong together (one, or an album's).
 * `tail`: whether it is the last of a row of bubbles of the same side.
 */
export function bubble(messages, { tail, context }) {
  const first = messages[0];
  const last = messages[messages.length - 1];
  const mine = !first.from?.is_bot;
  const single = messages.length === 1;
  const bare = single && !(first.text ?? first.caption) && (first.photo || first.video);
  const content = single
    ? [media(first, context), words(first, context)]
    : album(messages, context);
  const classes = ["row", mine ? "out" : "in", tail ? "tail" : "", bare ? "bare" : ""];
  const keyboard = single ? inlineKeyboard(first, context) : null;
  return h(
    "li",
    {
      class: classes.filter(Boolean).join(" "),
      data: {
        side: mine ? "out" : "in",
        ...(single ? { messageId: first.message_id } : { album: first.media_group_id }),
      },
    },
    h("div", { class: keyboard ? "bubble keyed" : "bubble" }, quoted(first, context), content, meta(last)),
    keyboard,
  );
}
