/** The foot of the chat: text, files, reply keyboard, commands, or one big button. */

import { h } from "./dom.js";
import { confirmFiles, toast } from "./dialogs.js";
import { t } from "./i18n.js";
import { replyKeyboard } from "./keyboards.js";

const MAX_FILES = 10;
const PHOTO_TYPES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"]);

/** Whether it goes out as a photo: a picture that this browser can read. */
async function isPhoto(file) {
  if (!PHOTO_TYPES.has(file.type)) return false;
  try {
    (await createImageBitmap(file)).close();
    return true;
  } catch {
    return false;
  }
}

export class Composer {
  /** `on`: {say(text, replyTo) → true when sent, key(text), files(parts, caption)} */
  constructor(root, on) {
    const find = (name) => root.querySelector(`[data-testid="${name}"]`);
    this.root = root;
    this.on = on;
    this.form = find("composer");
    this.input = find("input");
    this.sendButton = find("send");
    this.picker = find("file-input");
    this.keysButton = find("keyboard-button");
    this.keys = find("reply-keyboard");
    this.menuButton = find("menu-button");
    this.menu = find("commands");
    this.bar = find("big-bar");
    this.replyBar = find("reply-bar");
    this.commands = [];
    this.keyboard = null;
    this.#listen(find);
  }

  #listen(find) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("input", () => this.#changed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (files.length) {
        event.preventDefault();
        this.offer(files);
      }
    });
    find("attach").addEventListener("click", () => this.picker.click());
    this.picker.addEventListener("change", () => {
      const files = [...this.picker.files];
      this.picker.value = "";
      this.offer(files);
    });
    this.keysButton.addEventListener("click", () => this.#showKeys(this.keys.hidden));
    this.menuButton.addEventListener("click", () => this.#showMenu(this.menu.hidden ? "" : null));
    this.menu.addEventListener("keydown", (event) => this.#menuKey(event));
    this.replyBar.querySelector("button").addEventListener("click", () => this.setKeyboard(null));
    document.addEventListener("click", (event) => {
      if (!this.menu.contains(event.target) && !this.menuButton.contains(event.target)
        && event.target !== this.input) this.#showMenu(null);
    });
  }

  /** Another person: their draft, nothing open. */
  reset(draft) {
    this.input.value = draft;
    this.setKeyboard(null);
    this.#changed();
    this.#showMenu(null);
  }

  setCommands(commands) {
    this.commands = commands;
    this.menuButton.hidden = commands.length === 0;
    if (!this.menu.hidden) this.#showMenu(this.input.value.startsWith("/") ? this.input.value : "");
  }

  /** What the bot wants below the chat: a reply keyboard, a forced reply, or nothing (null). */
  setKeyboard(keyboard) {
    this.keyboard = keyboard;
    const markup = keyboard?.markup ?? {};
    const rows = markup.keyboard ?? null;
    this.keysButton.hidden = rows === null;
    this.keys.replaceChildren(...(rows ? replyKeyboard(markup, (text) => this.#pressKey(text)) : []));
    this.#showKeys(rows !== null);
    const forced = Boolean(markup.force_reply);
    this.replyBar.hidden = !forced;
    this.replyBar.querySelector("span").textContent = forced ? keyboard.text : "";
    this.input.placeholder = markup.input_field_placeholder ?? t("message");
    if (forced) this.input.focus();
  }

  /** One big button instead of the composer: [label, action, second label, second action]. */
  setBar(bar) {
    this.form.hidden = bar !== null;
    this.bar.hidden = bar === null;
    if (bar === null) return;
    const [label, action, otherLabel, other] = bar;
    this.bar.replaceChildren(h("button", {
      type: "button", class: "big", data: { testid: "start" }, onclick: action,
    }, label));
    if (other) this.bar.append(h("button", { type: "button", class: "link", onclick: other }, otherLabel));
    this.#showKeys(false);
    this.#showMenu(null);
  }

  /** Shows the sheet for those files and sends what was confirmed. */
  async offer(files) {
    if (!files.length || this.form.hidden) return;
    if (files.length > MAX_FILES) toast(t("tooMany"));
    const kept = files.slice(0, MAX_FILES);
    const answer = await confirmFiles(kept, this.input.value.trim());
    if (answer === null) return;
    this.input.value = "";
    this.#changed();
    const parts = await Promise.all(kept.map(async (file) => ({
      file, photo: !answer.asFiles && (await isPhoto(file)),
    })));
    await this.on.files(parts, answer.caption);
  }

  #pressKey(text) {
    const once = this.keyboard?.markup.one_time_keyboard;
    this.on.key(text);
    if (once) this.#showKeys(false);
  }

  async #submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const reply = this.keyboard?.markup.force_reply ? this.keyboard.message : undefined;
    this.input.value = "";
    this.#changed();
    if (reply) this.setKeyboard(null);
    if (!(await this.on.say(text, reply)) && !this.input.value) {
      this.input.value = text; // it did not arrive: nothing typed is lost
      this.#changed();
    }
  }

  #changed() {
    const text = this.input.value;
    this.sendButton.disabled = text.trim() === "";
    this.#grow();
    this.#showMenu(/^\/[a-z0-9_]*$/.test(text) ? text : null);
  }

  /** As high as the text, up to some lines. */
  #grow() {
    this.input.style.height = "auto";
    const height = this.input.value ? this.input.scrollHeight : 0; // 0 also while hidden
    if (height) this.input.style.height = `${Math.min(height, 140)}px`;
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && !this.menu.hidden) this.#showMenu(null);
    else if (event.key === "ArrowUp" && !this.menu.hidden) {
      event.preventDefault();
      [...this.menu.querySelectorAll("button")].at(-1)?.focus();
    }
  }

  #menuKey(event) {
    const rows = [...this.menu.querySelectorAll("button")];
    const at = rows.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      (rows[at + step] ?? this.input).focus();
    } else if (event.key === "Escape") {
      this.#showMenu(null);
      this.menuButton.focus();
    }
  }

  #showKeys(shown) {
    this.keys.hidden = !shown || !this.keys.childElementCount;
    this.keysButton.setAttribute("aria-expanded", String(!this.keys.hidden));
  }

  /** Opens the commands that begin with `prefix` ("" = all), or closes them (null). */
  #showMenu(prefix) {
    const shown = prefix === null ? []
      : this.commands.filter(({ command }) => `/${command}`.startsWith(prefix || "/"));
    this.menu.hidden = shown.length === 0;
    this.menuButton.setAttribute("aria-expanded", String(!this.menu.hidden));
    this.menu.replaceChildren(...shown.map(({ command, description }) => h(
      "li", {},
      h("button", {
        type: "button", data: { command },
        onclick: () => {
          this.#showMenu(null);
          this.input.value = "";
          this.#changed();
          this.on.say(`/${command}`);
        },
      }, h("span", { class: "about" }, description), h("span", { class: "command" }, `/${command}`)),
    )));
  }
}
