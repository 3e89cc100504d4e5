// The dashboard. Everything that comes from events is put into the page as text, never as HTML.
"use strict";

const base = location.pathname.replace(/\/admin$/, "");
const $ = (id) => document.getElementById(id);
let token = sessionStorage.getItem("crmsync.token") || "";
let visit = new AbortController();
let cursor = "";

/** An element with attributes and children; children are elements or text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function drawing(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const money = (text) => Number(text || 0).toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const share = (rate) => (rate === null ? "–" : Math.round(rate * 100) + " %");
const clock = (iso) => new Date(iso).toLocaleTimeString();
const fullName = (contact) =>
  [contact.first_name, contact.last_name].filter(Boolean).join(" ") || contact.email || contact.customer_id || contact.id;

async function ask(path, options = {}) {
  const response = await fetch(base + path, {
    ...options, signal: visit.signal, cache: "no-store", headers: { Authorization: "Bearer " + token, ...options.headers },
  });
  if (response.status === 401) {
    leave("This token is not the ADMIN_TOKEN of the service.");
    throw new DOMException("signed out", "AbortError");
  }
  return response;
}

async function read(path, options) {
  const response = await ask(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/** Runs something that may fail without anybody waiting for it; a failure is told, not thrown. */
function start(work) {
  work.catch((error) => { if (error.name !== "AbortError") $("said").textContent = error.message; });
}

// Server-Sent Events through fetch: EventSource could send no Authorization header, and a token has no place in a URL.
async function listen(path, heard) {
  let last = "";
  while (!visit.signal.aborted) {
    try {
      const response = await ask(path, { headers: last ? { "Last-Event-ID": last } : {} });
      if (!response.ok) throw new Error("stream " + response.status);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        text += piece.value;
        const blocks = text.split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
          const fields = Object.fromEntries(block.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
          if (fields.id) last = fields.id;
          if (fields.event) heard(fields.event, JSON.parse(fields.data));
        }
      }
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    await new Promise((done) => setTimeout(done, 2000));
  }
}

// ---- Signing in

function enter() {
  visit = new AbortController();
  $("door").hidden = true;
  $("rooms").hidden = false;
  $("leave").hidden = false;
  $("door-note").textContent = "";
  $("feed").replaceChildren();
  start(refresh());
  start(showTasks());
  start(listen("/alerts", (name, data) => alerted(name, data)));
  start(listen("/events/live", (name, data) => showEvent(data)));
}

function leave(note = "") {
  token = "";
  sessionStorage.removeItem("crmsync.token");
  visit.abort();
  for (const id of ["tasks", "found", "feed", "figures"]) $(id).replaceChildren();
  $("rooms").hidden = true;
  $("leave").hidden = true;
  $("door").hidden = false;
  $("door-note").textContent = note;
  $("token").value = "";
  $("token").focus();
}

$("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  visit = new AbortController();
  try {
    await read("/stats?days=1");
    sessionStorage.setItem("crmsync.token", token);
    enter();
  } catch (error) {
    if (error.name !== "AbortError") $("door-note").textContent = error.message;
  }
});
$("leave").addEventListener("click", () => leave());

// ---- Figures, plot, rankings, health

async function refresh() {
  const [stats, urgent] = await Promise.all([
    read("/stats?days=30"), read("/tasks?status=open&priority=urgent&limit=200"), showHealth(),
  ]);
  const risk = urgent.tasks.reduce((sum, task) => sum + Number((task.contact || {}).estimated_deal_value || 0), 0);
  const today = stats.days[0];
  const figures = [
    ["Revenue at risk", money(risk), "risk"], ["Open tasks", stats.tasks.open], ["Overdue", stats.tasks.overdue, stats.tasks.overdue ? "risk" : ""],
    ["Booking now", stats.bookings_in_progress], ["Bookings today", today.bookings], ["Revenue today", money(today.revenue)],
    ["Abandoned", share(stats.abandonment_rate)], ["Came back", share(stats.recovery_rate)], ["Contacts", stats.contacts],
  ];
  $("figures").replaceChildren(...figures.map(([name, value, kind]) =>
    make("div", { class: kind || null }, make("dt", {}, name), make("dd", {}, String(value)))));
  const most = Math.max(1, stats.contacts);
  $("funnel").replaceChildren(...stats.funnel.map((stage) => bar(stage.status, stage.contacts, most)));
  showPlot(stats.days.slice().reverse(), stats.totals);
  ranking("vehicles", stats.top_vehicles, "views");
  ranking("locations", stats.top_locations, "searches");
}

function bar(name, count, most) {
  return make("li", {}, make("span", { class: "pair" }, make("span", {}, name), make("b", {}, String(count))),
    make("meter", { min: 0, max: most, value: count, "aria-hidden": "true" }));
}

function ranking(id, items, unit) {
  const most = Math.max(1, ...items.map((item) => item[unit]));
  $(id).replaceChildren(...(items.length ? items.map((item) => bar(item.name, item[unit], most)) : [make("li", { class: "quiet" }, "Nothing yet.")]));
}

function showPlot(days, totals) {
  const plot = $("plot");
  const most = Math.max(1, ...days.map((day) => Number(day.revenue)));
  const mostBookings = Math.max(1, ...days.map((day) => day.bookings));
  const step = 600 / days.length;
  plot.replaceChildren(drawing("line", { class: "axis", x1: 10, y1: 150, x2: 610, y2: 150 }));
  days.forEach((day, index) => {
    const height = 130 * Number(day.revenue) / most;
    const shape = drawing("rect", { class: "bar", x: 10 + index * step + 1, y: 150 - height, width: step - 2, height, rx: 2 });
    shape.append(drawing("title", {}, `${day.date}: ${money(day.revenue)}, ${day.bookings} bookings`));
    plot.append(shape);
  });
  const points = days.map((day, index) => `${10 + (index + 0.5) * step},${150 - 130 * day.bookings / mostBookings}`);
  plot.append(drawing("polyline", { class: "dots", points: points.join(" ") }));
  plot.append(drawing("text", { x: 10, y: 170 }, days[0].date), drawing("text", { x: 610, y: 170, "text-anchor": "end" }, days[days.length - 1].date));
  $("plot-note").textContent =
    `Bars: revenue (most in a day ${money(most)}); line: bookings (most ${mostBookings}). In all ${money(totals.revenue)} from ${totals.bookings} bookings.`;
  $("days").replaceChildren(
    make("thead", {}, make("tr", {}, ...["Day", "Revenue", "Bookings", "New contacts"].map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...days.slice().reverse().map((day) =>
      make("tr", {}, ...[day.date, money(day.revenue), day.bookings, day.contacts_created].map((value) => make("td", {}, String(value)))))));
}

async function showHealth() {
  const response = await fetch("/readyz", { cache: "no-store", signal: visit.signal });
  const state = await response.json();
  const parts = ["Redis " + (state.redis ? "is there" : "is away"), state.queued ? `${state.queued} events wait on disk` : "nothing waits on disk"];
  if (state.draining) parts.push("the service is stopping");
  $("health").replaceChildren(make("span", { class: state.ready && state.redis ? null : "bad" }, parts.join(", ")));
}

// ---- Task desk

const rank = { urgent: 0, high: 1, normal: 2 };
const known = new Map();

async function showTasks(more = false) {
  const which = $("which").value;
  const list = (extra) => read(`/tasks?${which}&sort=due&limit=50${extra}`);
  const answer = await list(more && cursor ? "&cursor=" + cursor : "");
  // What is urgent comes first, even where a thousand others are due before it.
  const first = which === "status=open" && !more ? (await list("&priority=urgent")).tasks : [];
  if ($("which").value !== which) return;
  cursor = answer.next_cursor || "";
  $("more-tasks").hidden = !cursor;
  if (!more) known.clear();
  for (const task of [...first, ...answer.tasks]) known.set(task.id, task);
  drawTasks();
}

function drawTasks() {
  const tasks = [...known.values()].sort((a, b) => rank[a.priority] - rank[b.priority] || a.due_at.localeCompare(b.due_at));
  const focused = document.activeElement && document.activeElement.dataset.key;
  $("tasks").replaceChildren(...tasks.map(drawTask));
  $("no-tasks").hidden = tasks.length > 0;
  if (focused) $("tasks").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  countDown();
}

function drawTask(task) {
  const contact = task.contact || {};
  const open = task.status === "open";
  const worth = Number(contact.estimated_deal_value || 0);
  const act = (verb, label, main) => {
    const button = make("button", { type: "button", class: main ? "main" : null, "data-key": task.id + verb, "aria-label": `${label}: ${task.title}, ${fullName(contact)}` }, label);
    button.addEventListener("click", () => start(decide(task, verb, label)));
    return button;
  };
  const see = make("button", { type: "button", "data-key": task.id + "see", "aria-label": "Show " + fullName(contact) }, "Show");
  see.addEventListener("click", () => start(showContact(task.contact_id)));
  return make("li", { class: task.priority, "data-task": task.id },
    make("h3", {}, task.title),
    make("p", {}, make("b", {}, fullName(contact)), worth ? ` – ${money(worth)}` : "", ` – ${task.priority}`, task.assignee ? ` – ${task.assignee}` : ""),
    make("p", {}, task.description || ""),
    make("p", {}, open ? make("span", { "data-due": task.due_at }) : `${task.status} ${task.closed_at || ""} by ${task.closed_by || task.closed_reason || ""}`),
    make("div", { class: "ways" },
      contact.phone ? make("a", { href: "tel:" + contact.phone.replace(/[^0-9+]/g, "") }, "Call " + contact.phone) : null,
      contact.email ? make("a", { href: "mailto:" + encodeURIComponent(contact.email) }, "Mail") : null,
      ...(open ? [act("complete", "Done", true), act("cancel", "Cancel")] : [act("reopen", "Reopen")]), see));
}

async function decide(task, verb, label) {
  await read(`/tasks/${task.id}/${verb}`, { method: "POST", body: "{}" });
  $("said").textContent = `${label}: ${task.title}`;
  known.delete(task.id);
  drawTasks();
  soon();
}

function alerted(name, data) {
  const which = $("which").value;
  const fits = which === "status=open" || which.endsWith("urgent");
  if (name === "urgent" && fits) {
    const isNew = !known.has(data.task.id);
    known.set(data.task.id, { ...data.task, contact: data.contact });
    if (isNew) $("said").textContent = `Urgent: ${fullName(data.contact || {})}`;
  } else if (name === "closed" && fits) {
    known.delete(data.task.id);
  } else if (name === "open" && fits) {
    const open = new Set(data.open);
    for (const [id, task] of known) if (task.priority === "urgent" && open.size < 200 && !open.has(id)) known.delete(id);
  }
  drawTasks();
  soon();
}

function countDown() {
  for (const place of document.querySelectorAll("[data-due]")) {
    const left = Math.round((new Date(place.dataset.due) - Date.now()) / 60000);
    const size = Math.abs(left);
    const span = size < 60 ? `${size} min` : size < 2880 ? `${Math.floor(size / 60)} h ${size % 60} min` : `${Math.floor(size / 1440)} days`;
    place.textContent = left < 0 ? `${span} late` : `due in ${span}`;
    place.classList.toggle("late", left < 0);
  }
}

$("which").addEventListener("change", () => start(showTasks()));
$("more-tasks").addEventListener("click", () => start(showTasks(true)));

// ---- One contact

$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const who = $("who").value.trim();
  start(find(who).catch((error) => { $("find-note").textContent = error.message; }));
});

async function find(who) {
  if (/^contact_[a-z0-9]+$/.test(who)) return showContact(who);
  const field = who.includes("@") ? "email" : "customer_id";
  const answer = await read(`/contacts?${field}=${encodeURIComponent(who)}`);
  if (answer.contacts.length) return showContact(answer.contacts[0].id);
  $("found").replaceChildren();
  $("find-note").textContent = "Nobody found.";
}

async function showContact(id) {
  const card = await read("/contacts/" + id);
  let before = "";
  const list = make("ol");
  const more = make("button", { type: "button" }, "Earlier");
  const page = async () => {
    const answer = await read(`/contacts/${id}/timeline?limit=20${before ? "&before=" + before : ""}`);
    before = answer.next_cursor || "";
    more.hidden = !before;
    list.append(...answer.activities.map((entry) =>
      make("li", {}, make("time", { datetime: entry.timestamp }, new Date(entry.timestamp).toLocaleString()), entry.description)));
  };
  more.addEventListener("click", () => start(page()));
  await page();
  const fields = make("dl", {}, ...Object.entries(card.contact).flatMap(([name, value]) =>
    [make("dt", {}, name.replaceAll("_", " ")), make("dd", {}, value)]));
  const heading = make("h3", { tabindex: "-1" }, fullName(card.contact));
  $("found").replaceChildren(heading, fields, make("h3", {}, "Timeline"), list, more);
  $("find-note").textContent = `${card.tasks.length} tasks`;
  heading.focus();
}

// ---- Live events

function showEvent(entry) {
  const feed = $("feed");
  const bad = entry.result === "refused" || entry.result === "not stored";
  feed.prepend(make("li", { class: bad ? "bad" : null }, make("time", { datetime: entry.at }, clock(entry.at)),
    `${entry.event_type || "event"} ${entry.customer || ""} – ${entry.result}${entry.reason ? ": " + entry.reason : ""}`));
  while (feed.children.length > 100) feed.lastChild.remove();
  soon();
}

// Numbers follow events, at most once a second, and otherwise every half minute.
let pending = 0;
function soon() {
  if (!pending) pending = setTimeout(() => { pending = 0; if (token) start(refresh()); }, 1000);
}
setInterval(() => { if (token) soon(); }, 30000);
setInterval(countDown, 15000);

if (token) enter(); else $("token").focus();
