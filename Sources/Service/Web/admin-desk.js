// The task desk: what is to be done, the most urgent first.
import { $, button, fullName, make, moment, money, read, say, span, start, theirs, ways, worth } from "./admin-page.js";
import { MAX_URGENT } from "./admin-figures.js";
import { showPerson } from "./admin-person.js";

// Rows to begin with: a phone shows one at a time, and there is more below them.
const PAGE = matchMedia("(max-width: 560px)").matches ? 6 : 15;
const rank = { urgent: 0, high: 1, normal: 2 };
const known = new Map();
const fresh = new Set();
let cursor = "";
let shown = PAGE;
let pages = 0;
/** How often the desk was changed by hand or by the stream: what was asked for before that is out of date. */
let changes = 0;
let drawn = "";
let afterwards = () => {};

/** What is done after a task has changed. */
export const onChange = (work) => { afterwards = work; };
const which = () => document.querySelector("#which input:checked").value;
const isOpenList = () => /^status=(open|overdue)/.test(which());

export function clear() {
  known.clear();
  fresh.clear();
  drawn = "";
  $("tasks").replaceChildren();
}

/** Asks for the first page of the chosen list, or for one more. */
export async function showTasks(more = false) {
  if (!more) {
    pages = 0;
    shown = PAGE;
  }
  await load(more);
}

/** Brings in what customers and other people have done meanwhile. Who reads on below is left in peace. */
export async function follow() {
  if (pages === 1) await load(false);
}

async function load(more) {
  const chosen = which();
  const before = changes;
  const list = (extra) => read(`/tasks?${chosen}${extra}`);
  const wanted = [list(`&sort=due&limit=50${more && cursor ? "&cursor=" + cursor : ""}`)];
  // What is urgent and what is new come first, even where a thousand others have been due for long.
  if (chosen === "status=open" && !more) wanted.push(list(`&priority=urgent&limit=${MAX_URGENT}`));
  const [page, urgent] = await Promise.all(wanted);
  if (which() !== chosen || (pages === 1 && !more && before !== changes)) return;
  cursor = page.next_cursor || "";
  if (!more) known.clear();
  pages = more ? pages + 1 : 1;
  for (const task of [...(urgent ? urgent.tasks : []), ...page.tasks]) known.set(task.id, task);
  draw();
}

/** In time before late: what can still be saved is called first. Of the late the latest, of the closed the last. */
function order(a, b) {
  if (!isOpenList()) return (b.closed_at || "").localeCompare(a.closed_at || "");
  const now = new Date().toISOString();
  const isLate = [a, b].map((task) => task.due_at < now);
  const byDue = a.due_at.localeCompare(b.due_at);
  return rank[a.priority] - rank[b.priority] || isLate[0] - isLate[1] || (isLate[0] ? -byDue : byDue);
}

function draw() {
  const tasks = [...known.values()].sort(order);
  // Rows that stay are not made anew: somebody may be about to press one of their buttons.
  const text = JSON.stringify([which(), shown, cursor, tasks.slice(0, shown + 1)]);
  if (text === drawn) return;
  drawn = text;
  const focused = document.activeElement && document.activeElement.dataset.key;
  $("tasks").replaceChildren(...tasks.slice(0, shown).map(row));
  fresh.clear();
  $("no-tasks").hidden = tasks.length > 0;
  $("no-tasks").textContent = isOpenList() ? "All done. New tasks appear here by themselves." : "None yet.";
  $("more-tasks").hidden = !cursor && tasks.length <= shown;
  if (focused) $("tasks").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  countDown();
}

function row(task) {
  const contact = task.contact || { id: task.contact_id };
  const open = task.status === "open";
  const act = (verb, label, kind) => button(label, () => start(decide(task, verb, label)),
    { kind, key: task.id + verb, name: `${label}: ${task.title}, ${fullName(contact)}` });
  const name = button(theirs(fullName(contact)), () => start(showPerson(task.contact_id)),
    { kind: "link", key: task.id + "see", name: `${fullName(contact)}: contact and timeline` });
  const state = open
    ? make("span", { class: "due", "data-due": task.due_at, "data-from": task.created_at })
    : make("span", { class: "due" }, `${task.status} ${task.closed_at ? moment(task.closed_at) : ""}`);
  const why = open ? "" : `${task.closed_reason || ""}${task.closed_by ? ", by " + task.closed_by : ""}`;
  return make("li", { class: task.priority + (fresh.has(task.id) ? " fresh" : ""), "data-task": task.id },
    make("h3", {}, name),
    worth(contact) && task.type === "abandoned_booking" ? make("b", { class: "worth" }, money(worth(contact))) : null,
    make("p", { class: "kind" }, task.title), state,
    make("p", { class: "what" }, theirs(task.description || ""), why ? make("small", {}, " ", theirs(why)) : null,
      task.assignee ? make("small", {}, " – ", theirs(task.assignee)) : null),
    make("div", { class: "ways" }, ...ways(contact), make("span", { class: "gap" }),
      ...(open ? [act("cancel", "Cancel"), act("complete", "Done", "main")] : [act("reopen", "Reopen")])));
}

async function decide(task, verb, label) {
  await read(`/tasks/${task.id}/${verb}`, { method: "POST", body: "{}" });
  const undo = verb === "reopen" ? null : () => start(decide(task, "reopen", "Reopened"));
  say(`${label}: ${fullName(task.contact || { id: task.contact_id })}`, undo);
  changes += 1;
  known.delete(task.id);
  // Whoever works by keyboard goes on with the next task.
  const next = document.querySelector(`[data-task="${CSS.escape(task.id)}"] ~ li .main`);
  const had = document.activeElement && (document.activeElement.dataset.key || "").startsWith(task.id);
  draw();
  if (had && next) $("tasks").querySelector(`[data-key="${CSS.escape(next.dataset.key)}"]`)?.focus();
  if (verb === "reopen") start(showTasks());
  afterwards();
}

/** What the stream of alerts says. */
export function alerted(name, data) {
  const fits = which() === "status=open" || which().endsWith("urgent");
  if (name === "urgent" && fits) {
    // What the stream catches up with at its start is no news.
    if (!known.has(data.task.id) && Date.now() - new Date(data.task.created_at) < 60000) {
      fresh.add(data.task.id);
      say(`Urgent: ${fullName(data.contact || {})}`);
    }
    known.set(data.task.id, { ...data.task, contact: data.contact });
  } else if (name === "closed" && fits) {
    known.delete(data.task.id);
  } else if (name === "open" && fits) {
    const open = new Set(data.open);
    for (const [id, task] of known)
      if (task.priority === "urgent" && open.size < MAX_URGENT && !open.has(id)) known.delete(id);
  }
  changes += 1;
  draw();
  afterwards();
}

/** Brings every countdown to this moment. */
export function countDown() {
  for (const place of document.querySelectorAll("[data-due]")) {
    const due = new Date(place.dataset.due);
    const left = due - Date.now();
    const text = left < 0 ? `${span(left)} late` : `due in ${span(left)}`;
    if (place.textContent !== text) place.textContent = text;
    place.classList.toggle("late", left < 0);
    place.style.setProperty("--left", Math.max(0, Math.min(1, left / (due - new Date(place.dataset.from)))));
  }
}

$("which").addEventListener("change", () => start(showTasks()));
$("more-tasks").addEventListener("click", () => {
  shown += PAGE;
  if (cursor && known.size < shown) start(showTasks(true));
  else draw();
});
