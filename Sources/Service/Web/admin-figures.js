// The numbers of the dashboard: what is at risk, today's funnel, 30 days, the month's favourites, health.
import {
  $, bar, button, count, counted, day, drawing, fullName, make, money, nothing, percent, read, start, theirs, visit,
  worth,
} from "./admin-page.js";
import { showPerson } from "./admin-person.js";

/** Most urgent tasks that are asked for at once. */
export const MAX_URGENT = 200;
let lastDays = [];

/** Asks for all numbers and shows them. */
export async function refresh() {
  const [stats, urgent] = await Promise.all([
    read("/stats?days=30"), read(`/tasks?status=open&priority=urgent&limit=${MAX_URGENT}`), showHealth(),
  ]);
  const atRisk = urgent.tasks.filter((task) => task.type === "abandoned_booking");
  showFigures(stats, atRisk);
  showRisks(atRisk);
  showFunnel(stats);
  lastDays = stats.days.slice().reverse();
  showPlot();
  showTable(stats.days);
  ranking("vehicles", stats.top_vehicles, "views", "No car was viewed yet.");
  ranking("locations", stats.top_locations, "searches", "Nobody searched yet.");
  document.title = stats.tasks.urgent ? `(${stats.tasks.urgent}) CRM desk` : "CRM desk";
}

function showFigures(stats, atRisk) {
  const [today, before = {}] = stats.days;
  const risk = atRisk.reduce((sum, task) => sum + worth(task.contact), 0);
  const than = (text) => `yesterday ${text}`;
  const figures = [
    ["Revenue at risk", money(risk), counted(atRisk.length, "abandoned booking"), risk ? "alarm" : ""],
    ["Open tasks", count(stats.tasks.open), `${count(stats.tasks.urgent)} urgent, ${count(stats.tasks.high)} high`],
    ["Overdue", count(stats.tasks.overdue), stats.tasks.overdue ? "call these first" : "nothing is late",
      stats.tasks.overdue ? "alarm" : ""],
    ["Booking right now", count(stats.bookings_in_progress), counted(stats.contacts, "contact") + " in all"],
    ["Bookings today", count(today.bookings), than(count(before.bookings))],
    ["Revenue today", money(today.revenue), than(money(before.revenue))],
  ];
  $("figures").replaceChildren(...figures.map(([name, value, note, kind]) =>
    make("div", { class: kind || null },
      make("dt", {}, name), make("dd", {}, value), make("dd", { class: "note" }, note))));
}

function showRisks(tasks) {
  const top = tasks.slice().sort((a, b) => worth(b.contact) - worth(a.contact)).slice(0, 6);
  const most = Math.max(1, worth((top[0] || {}).contact));
  $("risks").replaceChildren(...(top.length ? top.map((task) => {
    const contact = task.contact || { id: task.contact_id };
    const name = button(theirs(fullName(contact)), () => start(showPerson(task.contact_id)),
      { kind: "link", key: "risk" + task.id });
    return bar(name, money(worth(contact)), worth(contact) / most, contact.last_vehicle_viewed);
  }) : [nothing("No open abandoned booking. Nothing is at risk.")]));
}

/** Each stage of today with its share of the one before. */
function showFunnel(stats) {
  const types = stats.days[0].by_type || {};
  const stages = [
    ["Searches", types["search.performed"]], ["Cars viewed", types["vehicle.viewed"]],
    ["Bookings started", types["booking.started"]],
    ["Bookings completed", stats.days[0].bookings],
  ].map(([name, number]) => [name, number || 0]);
  const most = Math.max(1, ...stages.map(([, number]) => number));
  const lines = stages.map(([name, number], index) => {
    const before = index ? stages[index - 1][1] : 0;
    return bar(name, count(number), number / most, before ? percent(number / before) : "");
  });
  const left = bar("Bookings abandoned", count(types["booking.abandoned"]), (types["booking.abandoned"] || 0) / most);
  left.classList.add("bad");
  $("funnel").replaceChildren(...lines, left);
  const rates = [
    ["Abandoned, 30 days", percent(stats.abandonment_rate)], ["Came back, 30 days", percent(stats.recovery_rate)],
  ];
  const statuses = stats.funnel.map((stage) => [stage.status, count(stage.contacts)]);
  $("statuses").replaceChildren(...[...statuses, ...rates].map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function ranking(id, items, unit, empty) {
  const most = Math.max(1, ...items.map((item) => item[unit]));
  $(id).replaceChildren(...(items.length
    ? items.slice(0, 6).map((item) => bar(item.name, count(item[unit]), item[unit] / most))
    : [nothing(empty)]));
}

// ---- 30 days

/** Revenue above, bookings below, on one axis of days; drawn to the size that there is. */
function showPlot() {
  const plot = $("plot");
  const width = Math.max(260, plot.parentElement.clientWidth);
  const rows = [
    { top: 18, height: 110, value: (one) => Number(one.revenue), text: money, name: "Revenue" },
    { top: 164, height: 50, value: (one) => one.bookings, text: count, name: "Bookings" },
  ];
  plot.setAttribute("viewBox", `0 0 ${width} 236`);
  plot.replaceChildren();
  const step = width / Math.max(1, lastDays.length);
  for (const row of rows) {
    const most = Math.max(...lastDays.map(row.value), 0);
    const low = row.top + row.height;
    plot.append(
      drawing("line", { class: "axis", x1: 0, y1: low + 0.5, x2: width, y2: low + 0.5 }),
      drawing("line",
        { class: "axis", x1: 0, y1: row.top + 0.5, x2: width, y2: row.top + 0.5, "stroke-dasharray": "2 4" }),
      drawing("text", { x: 0, y: row.top - 5 }, row.name),
      drawing("text", { x: width, y: row.top - 5, "text-anchor": "end" }, "most " + row.text(most)));
    lastDays.forEach((one, index) => {
      const height = most ? Math.max(row.value(one) > 0 ? 2 : 0, row.height * row.value(one) / most) : 0;
      plot.append(drawing("rect", {
        class: row.name + (index === lastDays.length - 1 ? " today" : ""),
        x: index * step + step * 0.14, y: low - height, width: step * 0.72, height, rx: Math.min(2, step / 6),
      }));
    });
  }
  lastDays.forEach((one, index) => {
    const target = drawing("rect", { class: "target", x: index * step, y: 0, width: step, height: 216 });
    target.append(drawing("title", {}, sentence(one)));
    target.addEventListener("pointerenter", () => { $("plot-note").textContent = sentence(one); });
    plot.append(target);
    if (index % 7 === (lastDays.length - 1) % 7) {
      const [x, anchor] = index < 3 ? [0, "start"]
        : index === lastDays.length - 1 ? [width, "end"]
          : [(index + 0.5) * step, "middle"];
      plot.append(
        drawing("text", { x, y: 232, "text-anchor": anchor }, day(one.date + "T12:00", { weekday: undefined })));
    }
  });
  plot.onpointerleave = summary;
  summary();
}

const sentence = (one) => `${day(one.date + "T12:00")}: ${money(one.revenue)} from ${counted(one.bookings, "booking")}`;

function summary() {
  const sum = (value) => lastDays.reduce((total, one) => total + value(one), 0);
  $("plot-note").textContent =
    `${money(sum((one) => Number(one.revenue)))} from ${counted(sum((one) => one.bookings), "booking")}`;
}

function showTable(days) {
  $("days").replaceChildren(
    make("thead", {}, make("tr", {}, ...["Day", "Revenue", "Bookings", "New contacts"].map((name) =>
      make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...days.map((one) => make("tr", {}, make("th", { scope: "row" }, one.date),
      ...[money(one.revenue), count(one.bookings), count(one.contacts_created)].map((value) =>
        make("td", {}, value))))));
}

new ResizeObserver(() => { if (visit.token && lastDays.length) showPlot(); }).observe($("plot").parentElement);

// ---- Health

const lamp = (isGood, text, more) =>
  make("li", { class: isGood ? "good" : "bad", title: more && more.join("\n") }, text);

/** Whether the streams are open, told by them. */
export const streams = new Map();

async function showHealth() {
  drawHealth(await read("/status"));
}

let lastState = { redis: true, queued: 0, problems: [], refused: [] };
export function drawHealth(state = lastState) {
  lastState = state;
  const isLive = [...streams.values()].every(Boolean);
  $("health").replaceChildren(
    lamp(isLive, isLive ? "Live" : "Reconnecting"), lamp(state.redis, state.redis ? "Redis" : "Redis is away"),
    lamp(!state.queued, state.queued ? `${counted(state.queued, "event")} on disk` : "Journal empty"));
  const problems = state.problems.filter((problem) => problem.severity === "error");
  if (problems.length) {
    $("health").append(lamp(false, counted(problems.length, "problem"), problems.map((problem) => problem.message)));
  }
  // Somebody who mistypes the token here is no reason to worry about events.
  const refused = state.refused.filter((reason) => reason.error !== "unauthorized");
  const sum = refused.reduce((total, reason) => total + reason.count, 0);
  if (sum) {
    const reasons = refused.map((reason) => `${count(reason.count)} ${reason.error}`);
    $("health").append(lamp(false, `${count(sum)} refused in the last hour`, reasons));
  }
  if (state.draining) $("health").append(lamp(false, "Service is stopping"));
}

