/** Small helpers to build DOM. Text always becomes a text node: nothing here parses HTML. */

/**
 * Makes an element. `props` are attributes, except `on…` (listeners), `data` (dataset),
 * `style` (custom CSS properties and styles) and booleans (present or absent).
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style") {
      for (const [key, style] of Object.entries(value)) node.style.setProperty(key, style);
    } else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  back: "M15 5l-7 7 7 7",
  more: "M12 5h.01M12 12h.01M12 19h.01",
  clip: "M20 11.5l-8.3 8.3a5.2 5.2 0 0 1-7.4-7.4l8.6-8.6a3.5 3.5 0 0 1 5 5l-8.6 8.5a1.7 1.7 0 0 1-2.5-2.5l7.9-7.8",
  send: "M4 12l16-8-5.5 16-3-6.5zM11.500 13.500l4-4",
  keys: "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM7 10h.01M12 10h.01M17 10h.01M8 14h8",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  link: "M8 16l8-8M9 7h8v8",
  copy: "M9 9h10v11H9zM5 15V4h10",
  add: "M12 5v14M5 12h14",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  down: "M6 9l6 6 6-6",
};

/** An icon drawn with lines; invisible to screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Initials on one of Telegram's colours, the same for the same id. */
export function avatar(id, name) {
  const words = name.normalize("NFC").split(/\s+/).filter((word) => /^\p{L}|^\p{N}/u.test(word));
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  const initials = picked.map((word) => Array.from(word)[0]).join("").toLocaleUpperCase();
  return h("span", { class: "avatar", "aria-hidden": "true", data: { hue: Math.abs(id) % 7 } }, initials || "?");
}
