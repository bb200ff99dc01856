/** The page's own few texts. What the bot says comes in the bot's languages. */

const TEXTS = {
  en: {
    people: "People of the bloc",
    find: "Find a person or unit",
    nobody: "Nobody found",
    addPerson: "New person",
    addHint: "Somebody who doesn't know the bot yet: good for trying an invitation.",
    name: "Name",
    language: "Language of their Telegram",
    link: "Invitation link (optional)",
    add: "Add",
    cancel: "Cancel",
    ok: "OK",
    back: "People",
    more: "More",
    block: "Block the bot",
    unblock: "Unblock the bot",
    pageLanguage: "Tiếng Việt",
    newWindow: "Open in another window",
    bot: "bot",
    typing: "typing…",
    sendsPhoto: "sending a photo…",
    sendsFile: "sending a file…",
    offline: "connecting…",
    menu: "Menu",
    commands: "Commands of the bot",
    noCommands: "The bot has set no commands.",
    message: "Message",
    send: "Send",
    attach: "Attach files",
    keyboard: "Show the buttons",
    start: "Start",
    startWith: "Start with the invitation",
    asOther: "Open as somebody else",
    whoOpens: "Who opens this link?",
    empty: "No messages here yet.",
    emptyHint: "Press Start to talk to the bot.",
    blocked: "You have blocked the bot.",
    edited: "edited",
    earlier: "Earlier messages",
    newest: "Go to the newest message",
    you: "You",
    photo: "Photo",
    file: "File",
    album: "Album",
    video: "Video",
    audio: "Audio",
    contact: "Contact",
    location: "Location",
    unsupported: "This message can't be shown here",
    caption: "Caption",
    asFiles: "Send pictures as files",
    sendFiles: { one: "Send {n} file", other: "Send {n} files" },
    tooMany: "At most 10 files at once. The first 10 are kept.",
    close: "Close",
    download: "Download",
    copied: "Copied",
    spoiler: "Hidden text, press to show",
    unfold: "Show all",
    replyTo: "Reply to",
    noReply: "Don't reply to it",
    unread: { one: "{n} unread message", other: "{n} unread messages" },
    failed: "That did not work: {why}",
    lost: "The demo does not answer. Is it still running?",
    today: "Today",
    yesterday: "Yesterday",
    choose: "Choose who you are",
  },
  vi: {
    people: "Người trong khối",
    find: "Tìm người hoặc đơn vị",
    nobody: "Không tìm thấy ai",
    addPerson: "Thêm người mới",
    addHint: "Người chưa biết bot: dùng để thử lời mời.",
    name: "Họ và tên",
    language: "Ngôn ngữ Telegram của họ",
    link: "Liên kết mời (nếu có)",
    add: "Thêm",
    cancel: "Hủy",
    ok: "OK",
    back: "Danh sách",
    more: "Thêm nữa",
    block: "Chặn bot",
    unblock: "Bỏ chặn bot",
    pageLanguage: "English",
    newWindow: "Mở ở cửa sổ khác",
    bot: "bot",
    typing: "đang nhập…",
    sendsPhoto: "đang gửi ảnh…",
    sendsFile: "đang gửi tệp…",
    offline: "đang kết nối…",
    menu: "Menu",
    commands: "Lệnh của bot",
    noCommands: "Bot chưa đặt lệnh nào.",
    message: "Tin nhắn",
    send: "Gửi",
    attach: "Đính kèm tệp",
    keyboard: "Hiện các nút",
    start: "Bắt đầu",
    startWith: "Bắt đầu với lời mời",
    asOther: "Mở bằng người khác",
    whoOpens: "Ai mở liên kết này?",
    empty: "Chưa có tin nhắn nào.",
    emptyHint: "Nhấn Bắt đầu để trò chuyện với bot.",
    blocked: "Bạn đã chặn bot.",
    edited: "đã sửa",
    earlier: "Tin nhắn cũ hơn",
    newest: "Đến tin nhắn mới nhất",
    you: "Bạn",
    photo: "Ảnh",
    file: "Tệp",
    album: "Album",
    video: "Video",
    audio: "Âm thanh",
    contact: "Liên hệ",
    location: "Vị trí",
    unsupported: "Không hiển thị được tin nhắn này",
    caption: "Chú thích",
    asFiles: "Gửi ảnh dưới dạng tệp",
    sendFiles: { other: "Gửi {n} tệp" },
    tooMany: "Mỗi lần tối đa 10 tệp. Đã giữ 10 tệp đầu.",
    close: "Đóng",
    download: "Tải xuống",
    copied: "Đã sao chép",
    spoiler: "Nội dung ẩn, nhấn để hiện",
    unfold: "Xem tất cả",
    replyTo: "Trả lời",
    noReply: "Không trả lời tin này",
    unread: { other: "{n} tin chưa đọc" },
    failed: "Không thực hiện được: {why}",
    lost: "Bản demo không trả lời. Chương trình còn chạy không?",
    today: "Hôm nay",
    yesterday: "Hôm qua",
    choose: "Hãy chọn bạn là ai",
  },
};

const KEY = "webchat-language";

function initial() {
  const kept = localStorage.getItem(KEY);
  if (kept in TEXTS) return kept;
  return navigator.language.toLowerCase().startsWith("vi") ? "vi" : "en";
}

let language = initial();

export const pageLanguage = () => language;

/** Changes the page's language, for this browser. */
export function setPageLanguage(value) {
  language = value;
  localStorage.setItem(KEY, value);
  document.documentElement.lang = value;
}

/** The text of that key; `values.n` chooses the plural form. */
export function t(key, values = {}) {
  let text = TEXTS[language][key];
  if (typeof text === "object") {
    const form = new Intl.PluralRules(language).select(values.n);
    text = text[form] ?? text.other;
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false });

const dayOf = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** "Today", "Yesterday", or the date. */
export function day(seconds) {
  const date = new Date(seconds * 1000);
  const now = new Date();
  const ago = Math.round((dayOf(now) - dayOf(date)) / 86_400_000);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  const options = { day: "numeric", month: "long" };
  if (date.getFullYear() !== now.getFullYear()) options.year = "numeric";
  return date.toLocaleDateString(language, options);
}

/** "12,4 kB" in the page's language. */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < 2) {
    value /= 1024;
    unit += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit", unit: units[unit], unitDisplay: "short", maximumFractionDigits: unit ? 1 : 0,
  }).format(value);
}
