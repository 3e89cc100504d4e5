// One contact: who it is, what is open, and all that happened.
import {
  $, button, clock, count, counted, day, fullName, make, money, moment, read, say, start, theirs, ways, worth,
} from "./admin-page.js";

const sheet = $("person");

/** Finds somebody by email, customer id or contact id. */
export async function find(who) {
  if (/^contact_[a-z0-9]+$/.test(who)) return showPerson(who);
  const field = who.includes("@") ? "email" : "customer_id";
  const answer = await read(`/contacts?${field}=${encodeURIComponent(who)}`);
  if (answer.contacts.length) return showPerson(answer.contacts[0].id);
  say("Nobody found.");
}

/** Opens the sheet of a contact. */
export async function showPerson(id) {
  const card = await read("/contacts/" + id);
  const contact = card.contact;
  const timeline = new Timeline(id);
  await timeline.more();
  $("person-name").replaceChildren(theirs(fullName(contact)));
  const open = card.tasks.filter((task) => task.status === "open");
  $("person-card").replaceChildren(
    make("p", { class: "status " + (contact.lead_status || "").replace(/\W+/g, "-") }, contact.lead_status || ""),
    make("div", { class: "ways" }, ...ways(contact)),
    facts(contact, card), statusForm(contact, await settable()),
    ...(open.length ? [make("h3", {}, "To do"), make("ul", { class: "todo" }, ...open.map((task) =>
      make("li", { class: task.priority }, make("b", {}, task.title),
        make("span", { class: "due", "data-due": task.due_at, "data-from": task.created_at }),
        theirs(task.description || ""))))] : []),
    make("h3", {}, "Timeline"), timeline.note, timeline.list, timeline.button);
  if (!sheet.open) sheet.showModal();
  sheet.scrollTop = 0;
  $("person-name").focus();
}

let statuses;

/** The statuses that a person may set. */
async function settable() {
  statuses ||= (await read("/stats?days=1")).funnel.filter((stage) => stage.set_by !== "events");
  return statuses;
}

/** Says what the rules cannot know: a status, and why. */
function statusForm(contact, choices) {
  const status = make("select", { id: "new-status", required: "" },
    make("option", { value: "" }, "Choose…"),
    ...choices.filter((choice) => choice.status !== contact.lead_status).map((choice) =>
      make("option", { value: choice.slug }, choice.status)));
  const reason = make("input", { id: "status-reason", maxlength: "500", autocomplete: "off" });
  const form = make("form", { class: "set-status" },
    make("label", { for: "new-status" }, "Set status"), status,
    make("label", { for: "status-reason" }, "Reason"), reason,
    make("button", {}, "Set"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start(setStatus(contact, { status: status.value, reason: reason.value.trim() }));
  });
  return form;
}

async function setStatus(contact, wish) {
  const answer = await read(`/contacts/${contact.id}/status`, { method: "POST", body: JSON.stringify(wish) });
  say(`${fullName(contact)} is now ${answer.contact.lead_status}`);
  await showPerson(contact.id);
}

function facts(contact, card) {
  const vehicles = card.vehicles.slice(0, 3).map((vehicle) => `${vehicle.name} (${count(vehicle.views)})`).join(", ");
  const lines = [
    ["Email", contact.email], ["Phone", contact.phone], ["Customer id", contact.customer_id],
    ["Deal value", worth(contact) ? money(worth(contact)) : ""],
    ["Bookings", `${count(contact.total_bookings)}, ${money(contact.total_revenue)} in all`],
    ["Visits", count(contact.website_visits)], ["Last search", contact.last_search_location], ["Looked at", vehicles],
    ["Since", contact.created_at && day(contact.created_at, { year: "numeric" })],
    ["Last seen", contact.last_activity && moment(contact.last_activity)], ["Contact id", contact.id],
  ];
  return make("dl", { class: "facts" }, ...lines.filter(([, value]) => value).map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, theirs(value)))));
}

/** Page after page of what happened, under its days. */
class Timeline {
  constructor(id) {
    this.id = id;
    this.before = "";
    this.day = "";
    this.visits = new Map();
    this.list = make("ol", { class: "timeline" });
    this.note = make("p", { class: "quiet", hidden: "" });
    this.button = button("Earlier", () => start(this.more()));
  }

  async more() {
    const page = await read(`/contacts/${this.id}/timeline?limit=30${this.before ? "&before=" + this.before : ""}`);
    this.before = page.next_cursor || "";
    this.button.hidden = !this.before;
    for (const entry of page.activities) this.add(entry);
    if (!this.list.children.length) this.list.append(make("li", { class: "empty" }, "Nothing yet."));
    this.countLost();
  }

  add(entry) {
    const date = day(entry.timestamp, { year: "numeric" });
    if (date !== this.day) this.list.append(make("li", { class: "day" }, date));
    this.day = date;
    const by = entry.source === "server" ? make("small", {}, " noticed by the service") : null;
    this.list.append(make("li", { class: entry.type.replace(/\W/g, "-") },
      make("time", { datetime: entry.timestamp }, clock(entry.timestamp)),
      make("span", {}, theirs(entry.description), by)));
    const { session_id: visit, seq } = entry.session || {};
    if (!visit || !Number.isInteger(seq) || entry.source === "server") return;
    if (!this.visits.has(visit)) this.visits.set(visit, new Set());
    this.visits.get(visit).add(seq);
  }

  /** The tracker numbers the events of a visit: a number that is not there was lost. */
  countLost() {
    let lost = 0;
    for (const numbers of this.visits.values()) {
      const all = [...numbers].sort((a, b) => a - b);
      // Between what is here: the beginning of a visit may be on the next page, or no longer kept.
      lost += all[all.length - 1] - all[0] + 1 - all.length;
    }
    this.note.hidden = !lost;
    this.note.textContent = `${counted(lost, "event")} of these visits never arrived.`;
  }
}

$("person-close").addEventListener("click", () => sheet.close());
// A click beside the sheet closes it.
sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  start(find($("who").value.trim()));
});
