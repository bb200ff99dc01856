/** Puts the page together: who is shown, what happened, what was pressed. */

import { onAnswer, press } from "./answers.js";
import * as api from "./api.js";
import { Composer } from "./composer.js";
import { choose, noToast, picture } from "./dialogs.js";
import { avatar } from "./dom.js";
import { pageLanguage, setPageLanguage, t } from "./i18n.js";
import { newPerson, onInvite, openLink, startAsOther, startBot } from "./invite.js";
import { PeopleList } from "./people.js";
import { attempt, onError, person, state } from "./store.js";
import { Timeline } from "./timeline.js";

const TYPING_MS = 5000;
const $ = (id) => document.getElementById(id);

const drafts = new Map();
/** Requests for snapshots under way, and the events that wait for them. */
let loading = 0;
const held = [];

const timeline = new Timeline($("messages"), $("scroller"), {
  onAway: (away) => { $("newest").hidden = !away; },
  onTop: () => earlier(),
});
const list = new PeopleList($("people-list"), $("search"), (id) => {
  closeDrawer();
  location.hash = `#${id}`;
});
const composer = new Composer($("phone"), {
  say,
  key: (text) => attempt(() => api.key(state.current, text)),
  files: (parts, caption) => attempt(async () => {
    const user = state.current;
    const photos = parts.filter((part) => part.photo);
    const rest = parts.filter((part) => !part.photo);
    // As in Telegram, pictures and files are two albums; the caption goes with the first.
    if (photos.length) await api.upload(user, photos, caption);
    if (rest.length) await api.upload(user, rest, photos.length ? "" : caption);
    timeline.toEnd();
  }),
});

const context = () => ({
  bot: state.bot,
  user: state.current,
  onStart: openLink,
  onSay: say,
  onPress: press,
  onPicture: picture,
  onJump: (id) => timeline.jump(id),
  onGrown: () => timeline.settle(),
  onError,
});

function say(text, replyTo) {
  const user = state.current;
  timeline.toEnd();
  return attempt(() => api.say(user, text, replyTo));
}

// --- what is shown -------------------------------------------------------------------------

function drawPeople() {
  list.show(state.people, state.current);
  const unread = state.people.reduce((sum, one) => sum + (one.id === state.current ? 0 : one.unread), 0);
  $("others-unread").textContent = unread ? String(unread) : "";
  $("back").setAttribute("aria-label", unread ? `${t("back")}, ${t("unread", { n: unread })}` : t("back"));
  document.title = [unread ? `(${unread})` : "", person()?.name ?? "", state.bot.first_name]
    .filter(Boolean).join(" · ").replace(") · ", ") ");
}

function drawHead() {
  const { bot } = state;
  $("bot-avatar").replaceChildren(avatar(bot.id, bot.first_name || "?"));
  $("bot-name").textContent = bot.first_name;
  const status = $("bot-status");
  status.textContent = state.online ? (state.typing ? t(state.typing) : t("bot")) : t("offline");
  status.classList.toggle("busy", Boolean(state.typing) || !state.online);
  const me = person();
  $("me").textContent = me ? me.name : "";
  $("me-subtitle").textContent = me ? me.subtitle : "";
}

function drawFoot() {
  const me = person();
  $("foot").hidden = !me;
  if (!me) return;
  if (state.payload !== null) {
    const label = state.payload ? t("startWith") : t("start");
    composer.setBar([label, startBot, state.payload ? t("asOther") : "", state.payload ? startAsOther : null]);
  } else if (me.blocked) composer.setBar([t("unblock"), toggleBlock]);
  else if (!me.started) composer.setBar([t("start"), startBot]);
  else composer.setBar(null);
}

function drawChat() {
  const me = person();
  timeline.show(state.messages, context());
  const empty = $("empty");
  empty.hidden = Boolean(me) && state.messages.length > 0;
  empty.querySelector("strong").textContent = me ? t("empty") : t("choose");
  empty.querySelector("span").textContent = me && !me.started ? t("emptyHint") : "";
}

function drawAll() {
  drawPeople();
  drawHead();
  drawChat();
  drawFoot();
}

function drawTexts() {
  document.documentElement.lang = pageLanguage();
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    node.title = t(node.dataset.tLabel);
  }
  for (const node of document.querySelectorAll("[data-t-hint]")) node.placeholder = t(node.dataset.tHint);
}

// --- loading -------------------------------------------------------------------------------

/** Events that come while a snapshot is fetched are newer or older than it: they wait. */
async function snapshot(request) {
  loading += 1;
  try {
    return await request;
  } finally {
    loading -= 1;
    if (!loading) setTimeout(() => held.splice(0).forEach(onEvent)) // after the snapshot is in place;
  }
}

async function loadPeople() {
  const { seq, bot, people } = await snapshot(api.people());
  Object.assign(state, { seq, bot, people });
  drawPeople();
  drawHead();
}

/** What of the bot's last word belongs below the chat; undefined: it changes nothing. */
function keyboardOf(message) {
  const markup = message.reply_markup;
  if (markup?.remove_keyboard) return null;
  if (!markup?.keyboard && !markup?.force_reply) return undefined;
  return { markup, message: message.message_id, text: (message.text ?? "").slice(0, 120) };
}

async function loadChat() {
  const user = state.current;
  if (user === null) return;
  const { seq, messages, more, commands, keyboard } = await snapshot(api.messages(user));
  if (user !== state.current) return; // meanwhile somebody else is shown
  Object.assign(state, { chatSeq: seq, messages, more });
  composer.setCommands(commands);
  composer.setKeyboard(keyboard);
  drawChat();
  drawFoot();
  timeline.settle();
  markRead();
}

let loadingEarlier = false;
async function earlier() {
  if (!state.more || loadingEarlier) return;
  loadingEarlier = true;
  const user = state.current;
  await attempt(async () => {
    const page = await api.messages(user, state.messages[0].message_id);
    if (user !== state.current) return;
    state.messages = [...page.messages, ...state.messages];
    state.more = page.more;
    drawChat();
  });
  loadingEarlier = false;
}

function markRead() {
  const me = person();
  const last = state.messages[state.messages.length - 1];
  if (!me?.unread || !last || document.visibilityState !== "visible") return;
  me.unread = 0;
  drawPeople();
  api.read(me.id, last.message_id).catch(() => {}); // counted again at the next load
}

/** The address says who is shown: `#42`, or `#42?start=PAYLOAD`. */
function fromAddress() {
  const match = /^#(\d+)(?:\?start=([\w-]*))?$/.exec(location.hash);
  const id = match ? Number(match[1]) : null;
  if (match?.[2] !== undefined) {
    state.payload = match[2];
    history.replaceState(null, "", `#${id}`); // a reload must not open the link again
  } else if (id !== state.current) state.payload = null;
  if (id !== state.current) {
    closeDrawer();
    noToast();
    if (state.current !== null) drafts.set(state.current, $("input").value);
    Object.assign(state, { current: id, messages: [], more: false, typing: "" });
    composer.reset(drafts.get(id) ?? "");
    composer.setCommands([]);
    timeline.clear();
    drawPeople();
    drawHead();
    attempt(loadChat);
  }
  drawFoot();
  if (id === null && state.people.length && !matchMedia("(max-width: 820px)").matches) {
    location.replace(`#${state.people[0].id}`);
  } else if (id === null) openDrawer();
}

// --- events --------------------------------------------------------------------------------

let typingTimer;
function setTyping(action) {
  clearTimeout(typingTimer);
  const kind = action.startsWith("upload_photo") ? "sendsPhoto" : action.startsWith("upload") ? "sendsFile" : "typing";
  state.typing = action ? kind : "";
  if (action) typingTimer = setTimeout(() => setTyping(""), TYPING_MS);
  drawHead();
}

function upsert(message) {
  const at = state.messages.findIndex((one) => one.message_id === message.message_id);
  if (at >= 0) state.messages[at] = message;
  else {
    state.messages.push(message);
    state.messages.sort((a, b) => a.message_id - b.message_id);
  }
}

function onMessage({ user, message, seq }, isNew) {
  const one = person(user);
  if (!one) return;
  const shown = user === state.current;
  const mine = !message.from?.is_bot;
  if (isNew && seq > state.seq) {
    one.last = message;
    if (!mine) one.unread += 1;
    else one.started = true;
  } else if (one.last?.message_id === message.message_id) one.last = message;
  if (shown && seq > state.chatSeq) {
    upsert(message);
    if (isNew && mine) timeline.pinned = true;
    if (isNew && !mine) {
      setTyping("");
      const keyboard = keyboardOf(message);
      if (keyboard !== undefined) composer.setKeyboard(keyboard);
    }
    drawChat();
    drawFoot();
    markRead();
  }
  drawPeople();
}

const HANDLERS = {
  message: (event) => onMessage(event, true),
  edit: (event) => onMessage(event, false),
  delete: ({ user, message_id: id, last }) => {
    const one = person(user);
    if (one) one.last = last;
    if (user === state.current) {
      state.messages = state.messages.filter((message) => message.message_id !== id);
      drawChat();
    }
    drawPeople();
  },
  answer: onAnswer,
  typing: ({ user, action }) => user === state.current && setTyping(action),
  commands: () => state.current !== null && attempt(async () => {
    const user = state.current;
    const { commands } = await api.commands(user);
    if (user === state.current) composer.setCommands(commands);
  }),
  read: ({ user }) => {
    const one = person(user);
    if (one) one.unread = 0;
    drawPeople();
  },
  people: () => attempt(async () => {
    await loadPeople();
    drawFoot();
  }),
};

function onEvent(event) {
  if (loading) held.push(event);
  else if (event.seq > state.seq || event.seq > state.chatSeq) HANDLERS[event.type]?.(event);
}

// --- the page ------------------------------------------------------------------------------

async function toggleBlock() {
  const me = person();
  await attempt(async () => {
    await api.block(me.id, !me.blocked);
    await loadPeople();
    drawFoot();
  });
}

function openDrawer() {
  document.body.classList.add("drawer");
}

function closeDrawer() {
  document.body.classList.remove("drawer");
}

async function more() {
  const me = person();
  const chosen = await choose(t("more"), [
    ...(me ? [["block", me.blocked ? t("unblock") : t("block")], ["window", t("newWindow")]] : []),
    ["language", t("pageLanguage")],
  ]);
  if (chosen === "block") await toggleBlock();
  else if (chosen === "window") window.open(location.href, "_blank", "width=420,height=860");
  else if (chosen === "language") {
    setPageLanguage(pageLanguage() === "vi" ? "en" : "vi");
    drawTexts();
    timeline.clear();
    composer.setKeyboard(composer.keyboard);
    drawAll();
  }
}

function listen() {
  window.addEventListener("hashchange", fromAddress);
  document.addEventListener("visibilitychange", markRead);
  $("back").addEventListener("click", openDrawer);
  $("veil").addEventListener("click", closeDrawer);
  $("more").addEventListener("click", more);
  $("add-person").addEventListener("click", () => newPerson());
  $("newest").addEventListener("click", () => timeline.toEnd());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog")) closeDrawer();
  });
  const scroller = $("scroller");
  scroller.addEventListener("dragover", (event) => event.preventDefault());
  scroller.addEventListener("drop", (event) => {
    event.preventDefault();
    composer.offer([...event.dataTransfer.files]);
  });
}

drawTexts();
listen();
onInvite(drawFoot, loadPeople);
api.follow({
  onEvent,
  onUp: () => attempt(async () => {
    state.online = true;
    await loadPeople();
    await loadChat();
    drawAll();
  }),
  onDown: () => {
    state.online = false;
    drawHead();
  },
});
// A window that isn't the one with the stream hears no "up": everybody loads once by themselves.
attempt(async () => {
  await loadPeople();
  state.online = true;
  fromAddress();
  drawAll();
});
