// The dashboard: signing in and out, and what comes in live. Its parts are in the files beside it.
import { $, ask, button, clock, make, read, start, theirs, visit } from "./admin-page.js";
import { drawHealth, refresh, streams } from "./admin-figures.js";
import { alerted, clear, countDown, follow, onChange, showTasks } from "./admin-desk.js";
import { showPerson } from "./admin-person.js";

const STORED = "crmsync.token";
const EVENTS_SHOWN = 100;

// ---- Signing in. The token is in this tab's session storage and nowhere else.

function enter() {
  visit.ended = new AbortController();
  for (const id of ["rooms", "leave", "find"]) $(id).hidden = false;
  $("door").hidden = true;
  $("door-note").textContent = "";
  $("token").value = "";
  start(refresh());
  start(showTasks());
  start(listen("/alerts", alerted));
  start(listen("/events/live", (name, data) => showEvent(data)));
}

visit.leave = (note = "") => {
  visit.token = "";
  sessionStorage.removeItem(STORED);
  visit.ended.abort();
  clear();
  if ($("person").open) $("person").close();
  for (const id of ["feed", "figures", "risks", "person-card", "person-name", "health"]) $(id).replaceChildren();
  for (const id of ["rooms", "leave", "find", "toast"]) $(id).hidden = true;
  $("door").hidden = false;
  $("door-note").textContent = note;
  $("token").value = "";
  $("token").focus();
  document.title = "CRM desk";
};

$("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  visit.token = $("token").value.trim();
  visit.ended = new AbortController();
  try {
    await read("/stats?days=1");
    sessionStorage.setItem(STORED, visit.token);
    enter();
    $("desk").focus({ preventScroll: true });
  } catch (error) {
    if (error.name !== "AbortError")
      $("door-note").textContent = error instanceof TypeError ? "The service cannot be reached." : error.message;
  }
});
$("leave").addEventListener("click", () => visit.leave());

// ---- Server-Sent Events through fetch: EventSource could send no Authorization header, and a token has no place in a
// URL.

async function listen(path, heard) {
  const ended = visit.ended.signal;
  let last = "";
  while (!ended.aborted) {
    try {
      const response = await ask(path, { headers: last ? { "Last-Event-ID": last } : {} });
      if (!response.ok) throw new Error("stream " + response.status);
      streams.set(path, true);
      drawHealth();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const blocks = (text + piece.value).split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
          const fields = Object.fromEntries(block.split("\n").map((line) =>
            [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
          if (fields.id) last = fields.id;
          if (fields.event) heard(fields.event, JSON.parse(fields.data));
        }
      }
    } catch (error) {
      if (error.name === "AbortError" || ended.aborted) return;
    }
    streams.set(path, false);
    drawHealth();
    await new Promise((done) => setTimeout(done, 2000));
  }
}

// ---- Live events

const words = {
  "customer.created": "Registered", "customer.login": "Logged in", "customer.updated": "Updated profile",
  "search.performed": "Searched", "vehicle.viewed": "Viewed a car", "page.viewed": "Viewed a page",
  "booking.started": "Started booking", "booking.step_completed": "Booking step",
  "booking.abandoned": "Abandoned booking", "booking.completed": "Completed booking",
  "payment.attempted": "Payment attempted", "payment.successful": "Payment successful",
  "payment.failed": "Payment failed", "form.submitted": "Submitted form", "chat.message": "Chat message",
};

const subjects = { read: "Reading", request: "Request" };

function showEvent(entry) {
  const feed = $("feed");
  const isBad = entry.result === "refused" || entry.result === "not stored";
  const why = entry.reason || entry.warning;
  const origin = entry.origin ? ` (from ${entry.origin})` : "";
  const verdict = `${entry.result}${why ? ": " + why : ""}${entry.omitted ? ` (${entry.omitted} times)` : origin}`;
  const kind = words[entry.event_type] || (entry.event_type ? theirs(entry.event_type) : subjects[entry.refused]);
  const who = entry.contact_id
    ? button(theirs(entry.customer || "contact"), () => start(showPerson(entry.contact_id)), { kind: "link" })
    : theirs(entry.customer || "");
  feed.querySelector(".empty")?.remove();
  feed.prepend(make("li", { class: isBad ? "bad" : (entry.event_type || "").replace(/\W/g, "-") },
    make("time", { datetime: entry.at }, clock(entry.at)),
    make("span", {}, kind || "Event", " ", who,
      entry.result === "applied" && !why ? "" : make("small", {}, " ", theirs(verdict)))));
  while (feed.children.length > EVENTS_SHOWN) feed.lastChild.remove();
  soon();
}

// Numbers follow events at once, but at most once a second, and otherwise every half minute.
let pending = 0;
let refreshedAt = 0;
function soon() {
  if (pending) return;
  pending = setTimeout(() => {
    pending = 0;
    refreshedAt = performance.now();
    if (!visit.token) return;
    start(refresh());
    start(follow());
  }, Math.max(100, refreshedAt + 1000 - performance.now()));
}
onChange(soon);
setInterval(() => { if (visit.token) soon(); }, 30000);
setInterval(() => { if (visit.token) countDown(); }, 1000);

visit.token = sessionStorage.getItem(STORED) || "";
if (visit.token) {
  enter();
} else {
  $("door").hidden = false;
  $("token").focus();
}
