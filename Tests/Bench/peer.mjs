// The same job in Node: reads the event, makes the same script call, answers the same. No masking, few checks.
// node-redis is not needed: commands of one turn of the event loop go out in one write, as its auto-pipelining does.
import { createServer } from "node:http";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";

const [port, redisPort, script] = process.argv.slice(2);
const redis = connect(Number(redisPort), "127.0.0.1");
redis.setNoDelay(true);

let outgoing = [];
let waiting = [];
let head = 0;
let received = "";

function send(args, done) {
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`;
  if (outgoing.length === 0) setImmediate(flush);
  outgoing.push(text);
  waiting.push(done);
}

function flush() {
  redis.write(outgoing.join(""));
  outgoing = [];
}

// Replies of the script are one bulk string or an error, in ASCII.
redis.on("data", (chunk) => {
  received += chunk.toString("latin1");
  for (;;) {
    const end = received.indexOf("\r\n");
    if (end < 0) return;
    let reply, rest;
    if (received[0] === "$") {
      const length = Number(received.slice(1, end));
      rest = end + 2 + length + 2;
      if (received.length < rest) return;
      reply = received.slice(end + 2, rest - 2);
    } else {
      reply = received.slice(0, end);
      rest = end + 2;
    }
    received = received.slice(rest);
    waiting[head++](reply);
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
  }
});

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
function ulid(time) {
  let text = "";
  for (let at = 9; at >= 0; at--) text += alphabet[Math.floor(time / 32 ** at) % 32];
  for (const byte of randomBytes(16)) text += alphabet[byte & 31];
  return text;
}

const iso = (time) => new Date(time).toISOString();
const hour = 3_600_000;
const tasks = {
  "booking.abandoned": ["abandoned_booking", "URGENT: Follow up - Abandoned Booking", "urgent", 1],
  "booking.completed": ["booking_confirmation", "Send Booking Confirmation & Welcome", "normal", 24],
  "payment.failed": ["payment_failed", "Follow up - Payment Failed", "high", 4],
};
const cancels = {
  "booking.started": ["abandoned_booking", "1"], "booking.step_completed": ["abandoned_booking", "1"],
  "booking.completed": ["abandoned_booking", "0"], "payment.successful": ["payment_failed", "0"],
};
const statuses = {
  "booking.started": ["Hot Lead - Booking In Progress", "hot_lead_booking_in_progress", "enter"],
  "booking.step_completed": ["Hot Lead - Booking In Progress", "hot_lead_booking_in_progress", "enter"],
  "booking.abandoned": ["Hot Lead - Abandoned", "hot_lead_abandoned", "leave"],
  "booking.completed": ["Customer - Active", "customer_active", "leave"],
};
const supersededBy = {
  "booking.started": ["closed_at"], "booking.step_completed": ["closed_at"],
  "booking.abandoned": ["completed_at", "step_at"], "payment.failed": ["paid_at"],
};
const remembers = {
  "booking.abandoned": ["closed_at"], "booking.completed": ["completed_at", "closed_at"],
  "payment.successful": ["paid_at"],
};

/// The arguments of apply.lua in the order of its head.
function call(event, arrival) {
  const { event_type: type, event_id: id, customer, event_data: data, session } = event;
  const at = Date.parse(event.timestamp) || arrival;
  const time = iso(at);
  const key = ulid(arrival);
  const said = `${type} ${data.vehicle_name ?? data.location ?? data.page_title ?? ""}`;
  const email = customer.email.trim().toLowerCase();
  const fields = [];
  const view = [];
  if (type === "search.performed") {
    fields.push("last_search_location", data.location);
    view.push("view", data.location, "", `crm_stats_locations_${time.slice(0, 7)}`);
  } else if (type === "vehicle.viewed") {
    fields.push("last_vehicle_viewed", data.vehicle_name);
    view.push("view", data.vehicle_name, "crm_index_vehicles_", `crm_stats_vehicles_${time.slice(0, 7)}`);
  } else if (type === "booking.started" || type === "booking.step_completed") {
    fields.push("estimated_deal_value", data.total_amount.toFixed(2));
  }
  const counter = type === "customer.login" ? ["count", "website_visits", "1"] : [];
  const json = JSON.stringify({
    type, description: said, timestamp: time, event_id: id, data, session,
  });
  return [
    "EVALSHA", script, "4", `crm_event_${id}`, `crm_index_customer_${customer.id}`, `crm_contact_email_${email}`,
    `crm_stats_${time.slice(0, 10)}`, String(at), time, key, `events:${type}`, `",${json.slice(1)}`, said,
    ...counter, ...view, ...funnel(type, at, data, session), ...(fields.length > 0 ? ["fields", ...fields] : []),
  ];
}

function funnel(type, at, data, session) {
  if (!statuses[type] && !tasks[type] && !cancels[type]) return [];
  const [status, slug, move] = statuses[type] ?? [];
  const line = ["funnel", data.booking_id ?? data.vehicle_id ?? session.session_id, status ? data.booking_id : ""];
  for (const moment of supersededBy[type] ?? []) line.push("after", moment);
  for (const moment of remembers[type] ?? []) line.push("keep", moment);
  if (status) line.push("status", status, slug);
  if (move === "enter") line.push("enter", JSON.stringify({ event_data: data, session }));
  if (move === "leave") line.push("leave");
  if (type === "booking.completed") {
    const cents = String(Math.round(data.total_amount * 100));
    line.push("earn", cents, "raise", "total_bookings", "1", "tally", "bookings", "1", "tally", "revenue_cents", cents);
  }
  if (cancels[type]) {
    const [cancelled, same] = cancels[type];
    line.push("cancel", cancelled, same, type, cancelled === "abandoned_booking" ? "crm_task_closed" : "");
  }
  if (tasks[type]) {
    const [kind, title, priority, hours] = tasks[type];
    const due = at + hours * hour;
    line.push("task", kind, String(due), iso(due), kind === "booking_confirmation" ? "0" : "1",
      priority === "urgent" ? "crm_task_urgent" : "", priority, title,
      `${data.vehicle_name} at ${data.pickup_location}`);
  }
  return line;
}

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const event = JSON.parse(Buffer.concat(chunks).toString());
    send(call(event, Date.now()), (reply) => {
      const words = reply.split(" ");
      const good = words[0] === "applied" || words[0] === "duplicate";
      const body = JSON.stringify({
        success: good, contact_id: words[1], message: "Event tracked successfully", event_id: event.event_id,
      });
      console.log(`${new Date().toISOString()} INFO Received event: ${event.event_type} contact_id=${words[1]}`);
      response.writeHead(good ? 200 : 500, {
        "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body),
        "Access-Control-Allow-Origin": "*",
      });
      response.end(body);
    });
  });
}).listen(Number(port), "127.0.0.1");
