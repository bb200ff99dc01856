/** Links to the bot's start (`https://t.me/<bot>?start=PAYLOAD`), and people who are new. */

import * as api from "./api.js";
import { askPerson, choose } from "./dialogs.js";
import { startPayload } from "./entities.js";
import { t } from "./i18n.js";
import { attempt, state } from "./store.js";

let changed = () => {};
let reload = async () => {};

/** Tells what to do when another link waits, and how to fetch the people again. */
export function onInvite(redraw, fetchPeople) {
  changed = redraw;
  reload = fetchPeople;
}

/** A link to the bot's start was opened: the Start button carries its payload. */
export function openLink(payload) {
  state.payload = payload;
  changed();
}

/** Start was pressed. */
export async function startBot() {
  const payload = state.payload;
  if (await attempt(() => api.start(state.current, payload ?? ""))) {
    state.payload = null;
    changed();
  }
}

/** The same link for somebody else of the bloc, or for somebody new. */
export async function startAsOther() {
  const payload = state.payload;
  const others = state.people.filter((one) => one.id !== state.current);
  const chosen = await choose(t("whoOpens"), [
    ["new", t("addPerson"), t("addHint")],
    ...others.map((one) => [one.id, one.name, one.subtitle]),
  ]);
  if (chosen === null) return;
  state.payload = null;
  if (chosen === "new") await newPerson(payload);
  else location.hash = `#${chosen}?start=${payload}`;
}

/** The payload of what was pasted: a link, or the bare payload; null when there is none. */
function payloadIn(text) {
  if (!text) return null;
  return /^[\w-]+$/.test(text) ? text : startPayload(text, state.bot.username);
}

/** Asks who is new, and shows them; with a link, its payload waits for Start. */
export async function newPerson(payload = null) {
  const link = payload === null ? "" : `https://t.me/${state.bot.username}?start=${payload}`;
  const answer = await askPerson(link);
  if (answer === null) return;
  await attempt(async () => {
    const { id } = await api.addPerson(answer.name, answer.language);
    await reload();
    const given = payloadIn(answer.link);
    location.hash = given === null ? `#${id}` : `#${id}?start=${given}`;
  });
}
