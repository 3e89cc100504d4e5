// What the parts of the dashboard share: asking the service, making elements, writing numbers. Everything that comes
// from events is put into the page as text, never as HTML.

export const $ = (id) => document.getElementById(id);
const base = location.pathname.replace(/\/admin$/, "");

/** Who is signed in, until when: the signal ends what is under way when they leave. */
export const visit = { token: "", ended: new AbortController(), leave: () => {} };

export async function ask(path, options = {}) {
  const response = await fetch(base + path, {
    ...options, signal: visit.ended.signal, cache: "no-store",
    headers: { Authorization: "Bearer " + visit.token, ...options.headers },
  });
  if (response.status === 401) {
    visit.leave("This token is not the ADMIN_TOKEN of the service.");
    throw new DOMException("signed out", "AbortError");
  }
  return response;
}

export async function read(path, options) {
  const response = await ask(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/** Runs something that may fail without anybody waiting for it; a failure is told, not thrown. */
export function start(work) {
  work.catch((error) => {
    if (error.name === "AbortError") return;
    say(error instanceof TypeError ? "The service cannot be reached. What you see may be old." : error.message);
  });
}

let silence = 0;

/** Tells what was done or went wrong, for a while, and how to take it back. */
export function say(text, undo) {
  $("said").textContent = text;
  $("undo").hidden = !undo;
  $("undo").onclick = undo ? () => { say(""); undo(); } : null;
  $("toast").hidden = !text;
  clearTimeout(silence);
  silence = setTimeout(() => { $("toast").hidden = true; }, 8000);
}

/** An element with attributes and children; children are elements or text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function drawing(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A button that does something; `key` finds it again when its list is drawn anew. */
export function button(label, action, { kind, name, key } = {}) {
  const element = make("button", { type: "button", class: kind, "aria-label": name, "data-key": key }, label);
  element.addEventListener("click", action);
  return element;
}

/** Text of others: what is written from right to left in it does not turn the page around it. */
export const theirs = (text) => make("bdi", {}, text);

/** A line with a name, a number and a bar behind both. */
export function bar(name, value, share, note) {
  const line = make("li", {}, typeof name === "string" ? theirs(name) : name,
    note ? make("small", {}, note) : null, make("b", {}, value));
  line.style.setProperty("--share", Math.max(0, Math.min(1, share || 0)));
  return line;
}

export const nothing = (text) => make("li", { class: "empty" }, text);

const decimals = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
export const money = (text) => Number(text || 0).toLocaleString(undefined, decimals);
export const count = (number) => Number(number || 0).toLocaleString();
export const counted = (number, noun) => `${count(number)} ${noun}${Number(number) === 1 ? "" : "s"}`;
export const percent = (rate) => (rate === null || !Number.isFinite(rate) ? "–" : Math.round(rate * 100) + " %");
export const clock = (iso) => new Date(iso).toLocaleTimeString([],
  { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
export const day = (iso, more) => new Date(iso).toLocaleDateString([],
  { weekday: "short", day: "numeric", month: "short", ...more });
export const moment = (iso) =>
  `${day(iso)}, ${new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
export const worth = (contact) => Number((contact || {}).estimated_deal_value || 0);
export const fullName = (contact) =>
  [contact.first_name, contact.last_name].filter(Boolean).join(" ")
    || contact.email || contact.customer_id || contact.id || "Unknown";

/** How long until then, or since. */
export function span(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}:${String(seconds % 60).padStart(2, "0")} min`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 2880) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(minutes / 1440)} days`;
}

/** Ways to reach somebody. */
export function ways(contact) {
  const phone = contact.phone ? make("a", {
    class: "way", href: "tel:" + contact.phone.replace(/[^0-9+]/g, ""),
    "aria-label": `Call ${fullName(contact)}, ${contact.phone}`,
  }, "Call", theirs(" " + contact.phone)) : null;
  const mail = contact.email ? make("a", {
    class: "way", href: "mailto:" + encodeURIComponent(contact.email),
    "aria-label": "Mail to " + fullName(contact),
  }, "Mail") : null;
  return [phone, mail];
}
