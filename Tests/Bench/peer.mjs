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
function call(event, received) {
  const { event_type: type, event_id: id, customer, event_data: data, session } = event;
  const at = Date.parse(event.timestamp) || received;
  const time = iso(at);
  const key = ulid(received);
  const said = `${type} ${data.vehicle_name ?? data.location ?? data.page_title ?? ""}`;
  const email = customer.email.trim().toLowerCase();
  const fields = ["last_action", said];
  const views = [];
  const kept = "34560000";
  if (type === "search.performed") {
    fields.push("last_search_location", data.location);
    views.push(`crm_stats_locations_${time.slice(0, 7)}`, "shared", data.location, "10000", kept);
  } else if (type === "vehicle.viewed") {
    fields.push("last_vehicle_viewed", data.vehicle_name);
    views.push("crm_index_vehicles_", "contact", data.vehicle_name, "100", "0");
    views.push(`crm_stats_vehicles_${time.slice(0, 7)}`, "shared", data.vehicle_name, "10000", kept);
  } else if (type === "booking.started" || type === "booking.step_completed") {
    fields.push("estimated_deal_value", data.total_amount.toFixed(2));
  }
  const counters = type === "customer.login" ? ["website_visits", "1"] : [];
  const json = JSON.stringify({
    type, description: said, timestamp: time, event_id: id, data, session,
  });
  return [
    "EVALSHA", script, "4", `crm_event_${id}`, `crm_index_customer_${customer.id}`, `crm_contact_email_${email}`,
    `crm_stats_${time.slice(0, 10)}`, String(at), time, `contact_${key}`, "172800", "1000", customer.id, email, "1",
    "New Lead", "new_lead",
    '["lead_source","Website","total_bookings","0","total_revenue","0.00","website_visits","0"]',
    `{"id":"activity_${key}","contact_id":"`, `",${json.slice(1)}`, kept, "1",
    String(fields.length / 2), ...fields, String(counters.length / 2), ...counters,
    "2", "events", "1", `events:${type}`, "1", String(views.length / 5), ...views, "",
    ...funnel(type, id, at, key, data, session),
  ];
}

function funnel(type, id, at, key, data, session) {
  if (!statuses[type] && !tasks[type] && !cancels[type]) return ["0"];
  const booking = data.booking_id ?? data.vehicle_id ?? session.session_id;
  const completes = type === "booking.completed";
  const [status, slug, move] = statuses[type] ?? ["", "", ""];
  const before = supersededBy[type] ?? [];
  const after = remembers[type] ?? [];
  const cents = completes ? String(Math.round(data.total_amount * 100)) : "0";
  const [cancelled, same] = cancels[type] ?? ["", "0"];
  const step = move === "enter" ? JSON.stringify({ event_data: data, session }) : "";
  const line = [
    "1", booking, status ? data.booking_id : "", completes ? "1" : "0",
    String(before.length), ...before, String(after.length), ...after, status, slug, move, step,
    ...(completes ? ["1", "total_bookings", "1"] : ["0"]), cents,
    ...(completes ? ["2", "bookings", "1", "revenue_cents", cents] : ["0"]),
    cancelled, same, type, cancelled === "abandoned_booking" ? "crm_task_closed" : "",
  ];
  if (!tasks[type]) return [...line, "0"];
  const [kind, title, priority, hours] = tasks[type];
  const due = at + hours * hour;
  return [
    ...line, "7", "title", title, "description", `${data.vehicle_name} at ${data.pickup_location}`,
    "priority", priority, "due_at", iso(due), "created_at", iso(at), "event_id", id, "booking", booking,
    `task_${key}`, kind, String(due), kind === "booking_confirmation" ? "0" : "1",
    priority === "urgent" ? "crm_task_urgent" : "",
  ];
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
