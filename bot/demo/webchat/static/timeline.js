/** The scrolling list of bubbles. Bubbles that didn't change keep their node (and their state). */

import { h } from "./dom.js";
import { day } from "./i18n.js";
import { bubble } from "./render.js";

const NEAR_PX = 80;
const dayKey = (message) => new Date(message.date * 1000).toDateString();

/** Messages in order of their ids → groups: albums together, everything else alone. */
function grouped(messages) {
  const groups = [];
  for (const message of messages) {
    const last = groups[groups.length - 1];
    const album = message.media_group_id;
    if (album && last?.[0].media_group_id === album) last.push(message);
    else groups.push([message]);
  }
  return groups;
}

export class Timeline {
  /** `list`: the <ol>; `scroller`: what scrolls; `onAway(bool)`: away from the newest or back. */
  constructor(list, scroller, { onAway, onTop }) {
    this.list = list;
    this.scroller = scroller;
    this.nodes = new Map();
    this.pinned = true;
    scroller.addEventListener("scroll", () => {
      const rest = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      this.pinned = rest < NEAR_PX;
      onAway(!this.pinned);
      if (scroller.scrollTop < NEAR_PX) onTop();
    });
    new ResizeObserver(() => this.settle()).observe(scroller);
  }

  /** Forgets everything shown (another person, another language). */
  clear() {
    this.nodes.clear();
    this.list.replaceChildren();
    this.pinned = true;
  }

  toEnd() {
    this.pinned = true;
    this.settle();
  }

  settle() {
    if (this.pinned) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Shows those messages, in order. */
  show(messages, context) {
    const before = this.scroller.scrollHeight;
    const top = this.scroller.scrollTop;
    const groups = grouped(messages);
    const first = this.list.querySelector('[data-key^="message"]')?.dataset.key;
    const nodes = new Map();
    const order = [];
    groups.forEach((group, index) => {
      const previous = groups[index - 1];
      if (!previous || dayKey(previous[0]) !== dayKey(group[0])) {
        order.push(this.#keep(nodes, `day ${dayKey(group[0])} ${group[0].message_id}`, "", () =>
          h("li", { class: "day" }, h("span", {}, day(group[0].date)))));
      }
      const next = groups[index + 1];
      const tail = !next || next[0].from?.id !== group[0].from?.id || dayKey(next[0]) !== dayKey(group[0]);
      const key = `message ${group[0].message_id}`;
      order.push(this.#keep(nodes, key, JSON.stringify([group, tail]), () => bubble(group, { tail, context })));
    });
    this.nodes = nodes;
    this.#place(order);
    const prepended = first !== undefined && `message ${messages[0]?.message_id}` !== first;
    if (this.pinned) this.settle();
    else if (prepended) this.scroller.scrollTop = top + this.scroller.scrollHeight - before;
  }

  #keep(nodes, key, signature, make) {
    let entry = this.nodes.get(key);
    if (entry?.signature !== signature) {
      const node = make();
      node.dataset.key = key;
      // The place of the focus survives an edit: a keyboard user goes on from there.
      const buttons = (of) => [...of.querySelectorAll(".inline-button")];
      const focused = entry ? buttons(entry.node).indexOf(document.activeElement) : -1;
      const replaced = entry?.node;
      entry = { node, signature };
      if (replaced?.isConnected) replaced.replaceWith(node);
      if (focused >= 0) {
        const now = buttons(node);
        now[Math.min(focused, now.length - 1)]?.focus({ preventScroll: true });
      }
    }
    nodes.set(key, entry);
    return entry.node;
  }

  #place(order) {
    const wanted = new Set(order);
    for (const node of [...this.list.children]) if (!wanted.has(node)) node.remove();
    order.forEach((node, index) => {
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
  }

  /** Scrolls to a message and marks it for a moment. */
  jump(id) {
    const node = this.list.querySelector(`[data-message-id="${id}"]`);
    if (!node) return;
    this.pinned = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("flash");
    setTimeout(() => node.classList.remove("flash"), 1200);
  }
}
