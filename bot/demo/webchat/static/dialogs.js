/** What lies over the chat: toast, alert, picture, forms. All on <dialog>: Esc closes them. */

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

const TOAST_MS = 3500;
let timer;

/** A short note that goes away by itself. */
export function toast(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(noToast, TOAST_MS);
}

/** Takes the note away: it belongs to the chat in which it came. */
export function noToast() {
  document.getElementById("toast").classList.remove("shown");
}

/** Shows a dialog in the phone; it is removed when closed. */
export function dialog(kind, label, ...children) {
  const node = h("dialog", { class: kind, "aria-label": label, data: { testid: kind } }, ...children);
  node.addEventListener("close", () => node.remove());
  // A tap on the backdrop reaches the dialog itself, not its content.
  node.addEventListener("click", (event) => event.target === node && node.close());
  document.getElementById("phone").append(node);
  node.showModal();
  return node;
}

/** A notice that has to be confirmed (an answer with `show_alert`). */
export function alertBox(text, title) {
  const box = dialog("alert", title, h(
    "div", { class: "sheet" },
    h("h2", {}, title),
    h("p", { dir: "auto" }, text),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "flat", autofocus: true, onclick: () => box.close() }, t("ok"))),
  ));
}

export function picture(url, caption) {
  const box = dialog("viewer", t("photo"),
    h("button", { type: "button", class: "round", "aria-label": t("close"), onclick: () => box.close() }, icon("close")),
    h("img", { src: url, alt: caption || t("photo") }),
    caption ? h("p", { dir: "auto" }, caption) : null);
}

/**
 * The sheet before sending files: what goes out, caption, as pictures or as files.
 * Resolves with `{caption, asFiles}`, or null when cancelled.
 */
export function confirmFiles(files, caption) {
  const pictures = files.some((file) => file.type.startsWith("image/"));
  const urls = [];
  const rows = files.map((file) => {
    let sign = icon("file");
    if (file.type.startsWith("image/")) {
      urls.push(URL.createObjectURL(file));
      sign = h("img", { src: urls[urls.length - 1], alt: "" });
    }
    return h("li", {}, h("span", { class: "thumb" }, sign), h("span", { class: "name" }, file.name));
  });
  const input = h("input", {
    type: "text", value: caption, placeholder: t("caption"), "aria-label": t("caption"), autocomplete: "off",
    maxlength: "1024", autofocus: true, data: { testid: "caption" },
  });
  const asFiles = h("input", { type: "checkbox" });
  return new Promise((resolve) => {
    let result = null;
    const form = h(
      "form", {
        class: "sheet", method: "dialog",
        onsubmit: () => { result = { caption: input.value.trim(), asFiles: asFiles.checked }; },
      },
      h("h2", {}, t("sendFiles", { n: files.length })),
      h("ul", { class: "files" }, rows),
      input,
      pictures ? h("label", { class: "check" }, asFiles, t("asFiles")) : null,
      h("div", { class: "actions" },
        h("button", { type: "button", class: "flat", onclick: () => box.close() }, t("cancel")),
        h("button", { type: "submit", class: "flat", data: { testid: "send-files" } }, t("send"))),
    );
    const box = dialog("attach", t("attach"), form);
    box.addEventListener("close", () => {
      urls.forEach((url) => URL.revokeObjectURL(url));
      resolve(result);
    });
  });
}

const LANGUAGES = {
  vi: "Tiếng Việt", en: "English", cs: "Čeština", de: "Deutsch", uk: "Українська", hu: "Magyar", hi: "हिन्दी",
};

/** Asks who is new; resolves with `{name, language, link}` or null. */
export function askPerson(link) {
  const name = h("input", { name: "name", required: true, maxlength: "64", autocomplete: "off", autofocus: true });
  const language = h("select", { name: "language" },
    Object.entries(LANGUAGES).map(([code, label]) => h("option", { value: code }, label)));
  const address = h("input", { name: "link", autocomplete: "off", value: link, placeholder: "https://t.me/…?start=…" });
  return new Promise((resolve) => {
    let result = null;
    const form = h(
      "form", {
        class: "sheet", method: "dialog",
        onsubmit: () => {
          result = { name: name.value.trim(), language: language.value, link: address.value.trim() };
        },
      },
      h("h2", {}, t("addPerson")),
      h("p", { class: "hint" }, t("addHint")),
      h("label", {}, t("name"), name),
      h("label", {}, t("language"), language),
      h("label", {}, t("link"), address),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "flat", onclick: () => box.close() }, t("cancel")),
        h("button", { type: "submit", class: "flat" }, t("add"))),
    );
    const box = dialog("person", t("addPerson"), form);
    box.addEventListener("close", () => resolve(result?.name ? result : null));
  });
}

/** A list to choose from; resolves with the chosen value or null. `items`: [value, label, hint]. */
export function choose(title, items) {
  return new Promise((resolve) => {
    let result = null;
    const box = dialog("choice", title, h(
      "div", { class: "sheet" },
      h("h2", {}, title),
      h("ul", { class: "choices" }, items.map(([value, label, hint]) => h("li", {}, h("button", {
        type: "button",
        onclick: () => { result = value; box.close(); },
      }, h("strong", {}, label), hint ? h("span", {}, hint) : null)))),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "flat", onclick: () => box.close() }, t("cancel"))),
    ));
    box.addEventListener("close", () => resolve(result));
  });
}
