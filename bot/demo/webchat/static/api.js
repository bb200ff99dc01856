/** Talks to the demo's server: plain requests, and one stream of events per browser. */

export class Refused extends Error {}

async function call(path, options) {
  let answer;
  try {
    answer = await fetch(`/chat/${path}`, options);
  } catch {
    throw new Refused("");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(body.error ?? String(answer.status));
  return body;
}

const post = (path, value = {}) =>
  call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });

/** `{seq, bot, people: [person]}` */
export const people = () => call("people");
/** `{seq, messages, more, commands, keyboard}`: the newest, or those before a message id. */
export const messages = (user, before) =>
  call(`${user}/messages${before ? `?before=${before}` : ""}`);
/** `{commands: [{command, description}]}` as that person's phone shows them. */
export const commands = (user) => call(`${user}/commands`);
export const addPerson = (name, language) => post("people", { name, language });
export const say = (user, text, replyTo) => post(`${user}/text`, { text, reply_to: replyTo });
/** Presses a key of the reply keyboard. */
export const key = (user, text) => post(`${user}/text`, { text, key: true });
export const start = (user, payload) => post(`${user}/start`, { payload });
export const press = (user, message, data) => post(`${user}/press`, { message_id: message, data });
export const block = (user, blocked) => post(`${user}/block`, { blocked });
export const read = (user, message) => post(`${user}/read`, { message_id: message });
export const fileUrl = (id) => `/chat/file/${encodeURIComponent(id)}`;

/**
 * Sends files as photos (`photo: true`) or documents: one line of JSON that describes them,
 * then their bytes one after the other.
 * @param {{file: File, photo: boolean}[]} parts
 */
export function upload(user, parts, caption) {
  const head = {
    caption,
    files: parts.map(({ file, photo }) => ({
      name: file.name, type: file.type, size: file.size, photo,
    })),
  };
  return call(`${user}/upload`, {
    method: "POST",
    body: new Blob([JSON.stringify(head), "\n", ...parts.map(({ file }) => file)]),
  });
}

const CHANNEL = "webchat-events";
const RETRY_MS = 1000;

/**
 * Follows the server's events for ever. A browser allows six connections to one address, so
 * only one window (whoever holds the lock) has the stream and passes it on to the others.
 * `onUp` is called whenever the stream has (again) been opened: what came meanwhile is to be
 * fetched then. `onDown` when it broke.
 */
export function follow({ onEvent, onUp, onDown }) {
  const channel = new BroadcastChannel(CHANNEL);
  const handlers = { event: onEvent, up: onUp, down: onDown };
  const tell = (kind, value) => {
    handlers[kind](value);
    channel.postMessage({ kind, value });
  };
  channel.onmessage = ({ data }) => handlers[data.kind](data.value);

  function open() {
    const stream = new EventSource("/chat/events");
    let beat;
    const again = () => {
      clearTimeout(beat);
      stream.close();
      tell("down");
      setTimeout(open, RETRY_MS);
    };
    // The server sends a beat every few seconds: silence means a dead connection.
    const alive = () => {
      clearTimeout(beat);
      beat = setTimeout(again, 20_000);
    };
    stream.addEventListener("hello", () => {
      alive();
      tell("up");
    });
    stream.addEventListener("beat", alive);
    stream.onmessage = ({ data }) => {
      alive();
      tell("event", JSON.parse(data));
    };
    stream.onerror = again;
  }

  if (navigator.locks) {
    navigator.locks.request(CHANNEL, () => {
      open();
      return new Promise(() => {}); // held until the window closes
    });
  } else open();
}
