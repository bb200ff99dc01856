/** The list of the bloc's people: who they are, what they read last, what is unread. */

import { avatar, h } from "./dom.js";
import { clock, t } from "./i18n.js";
import { summary } from "./render.js";

/** Names with or without diacritics are found alike ("đ" is a letter of its own). */
const plain = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

export class PeopleList {
  /** `onPick(id)`: a person was chosen. */
  constructor(list, search, onPick) {
    this.list = list;
    this.search = search;
    this.onPick = onPick;
    this.state = { people: [], current: null };
    search.addEventListener("input", () => this.#draw());
    list.addEventListener("keydown", (event) => this.#arrows(event));
  }

  /** Shows `people` (in the server's order), `current` marked. */
  show(people, current) {
    this.state = { people, current };
    this.#draw();
  }

  #draw() {
    const { people, current } = this.state;
    const words = plain(this.search.value).split(/\s+/).filter(Boolean);
    const shown = people.filter((person) => {
      const text = plain(`${person.name} ${person.subtitle}`);
      return words.every((word) => text.includes(word));
    });
    const focused = this.list.contains(document.activeElement)
      ? document.activeElement.dataset.userId : null;
    this.list.replaceChildren(...shown.map((person) => h("li", {}, this.#row(person, current))));
    if (!shown.length) this.list.append(h("li", { class: "nobody" }, t("nobody")));
    if (focused) this.list.querySelector(`[data-user-id="${focused}"]`)?.focus({ preventScroll: true });
  }

  #row(person, current) {
    const { last, unread } = person;
    const mine = last && !last.from?.is_bot;
    return h(
      "button",
      {
        type: "button", class: "person", data: { userId: person.id },
        "aria-current": person.id === current ? "true" : null,
        onclick: () => this.onPick(person.id),
      },
      avatar(person.id, person.name),
      h("span", { class: "about" },
        h("span", { class: "line" },
          h("strong", { class: "name" }, person.name),
          last ? h("time", {}, clock(last.date)) : null),
        person.subtitle ? h("span", { class: "subtitle" }, person.subtitle) : null,
        h("span", { class: "line" },
          h("span", { class: "last" }, last ? (mine ? `${t("you")}: ` : "") + summary(last) : ""),
          unread
            ? h("span", { class: "badge", role: "img", "aria-label": t("unread", { n: unread }), data: { testid: "unread" } }, String(unread))
            : null)),
    );
  }

  #arrows(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...this.list.querySelectorAll(".person")];
    const next = rows[rows.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
}
