/** What the page knows, and how it tells of a failed request. */

import { Refused } from "./api.js";
import { toast } from "./dialogs.js";
import { t } from "./i18n.js";

export const state = {
  bot: { id: 0, username: "", first_name: "" },
  people: [],
  seq: 0, // of the newest snapshot: older events are known already
  current: null,
  messages: [],
  chatSeq: 0,
  more: false,
  payload: null, // of a link that was opened and waits for Start
  online: false,
  typing: 0,
};

/** Somebody of the list; without an id: who is shown. */
export const person = (id = state.current) => state.people.find((one) => one.id === id);

export function onError(error) {
  const why = error instanceof Refused ? error.message : String(error.message ?? error);
  toast(why ? t("failed", { why }) : t("lost"));
}

/** Runs a request; tells the person when it fails. */
export async function attempt(request) {
  try {
    await request();
    return true;
  } catch (error) {
    onError(error);
    return false;
  }
}
