/** Presses of this window and the bot's answers to them. */

import * as api from "./api.js";
import { alertBox, toast } from "./dialogs.js";
import { startPayload } from "./entities.js";
import { openLink } from "./invite.js";
import { answered } from "./keyboards.js";
import { state } from "./store.js";

const EARLY_MS = 10_000;

/** What this window pressed itself: only it shows the answer. */
const presses = new Set();
/** Answers that overtook the reply to the press. */
const early = new Map();

function show({ user, query_id: id, text, show_alert: alert, url }) {
  early.delete(id);
  presses.delete(id);
  if (user !== state.current) return;
  const payload = url ? startPayload(url, state.bot.username) : null;
  if (payload !== null) openLink(payload);
  if (text && alert) alertBox(text, state.bot.first_name);
  else if (text) toast(text);
}

/** Presses a button; `answered`: whether the answer is there already. */
export async function press(message, data) {
  const { query_id: id } = await api.press(state.current, message, data);
  presses.add(id);
  const answer = early.get(id);
  if (answer) show(answer);
  return { query_id: id, answered: answer !== undefined };
}

/** An answer came, to a press of this window or of another one. */
export function onAnswer(event) {
  answered(event.query_id);
  if (presses.has(event.query_id)) show(event);
  else {
    early.set(event.query_id, event);
    setTimeout(() => early.delete(event.query_id), EARLY_MS);
  }
}
