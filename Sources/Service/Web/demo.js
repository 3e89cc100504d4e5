// The demonstration's own code: a site as any other, that calls the tracker.
"use strict";

const find = (id) => document.getElementById(id);
const crm = window.crm;

const show = (what, data) => {
  const entry = document.createElement("li");
  const title = document.createElement("b");
  title.textContent = what;
  const facts = Object.entries(data || {}).map(([name, value]) => name + ": " + value);
  entry.append(title, document.createElement("br"), facts.join(", "));
  find("log").prepend(entry);
};
const isKnown = () => localStorage.getItem("wheels.name") !== null;
const said = (type, data) => show(isKnown() ? type : type + " (nobody is logged in: not tracked)", data);
const tell = (type, data) => {
  crm.track(type, data);
  said(type, data);
};
const greet = (name) => {
  find("who").textContent = name ? "Logged in as " + name : "Nobody is logged in: nothing is tracked.";
  find("logout").hidden = !name;
};

find("login-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const email = find("email").value;
  const created = event.submitter && event.submitter.value === "register";
  crm.identify({ id: "demo-" + email, email, name: find("name").value, phone: find("phone").value }, { created });
  localStorage.setItem("wheels.name", find("name").value);
  greet(find("name").value);
  show("identify", { email });
});
find("logout").addEventListener("click", () => {
  crm.logout();
  for (const name of ["wheels.name", "wheels.booking"]) localStorage.removeItem(name);
  greet();
  find("booking").hidden = true;
  show("logout: all is cleared");
  booking = null;
});
for (const id of ["search-form", "chat-form"]) {
  find(id).addEventListener("submit", (event) => {
    event.preventDefault();
    said(event.target.dataset.crmEvent, { told: "by attributes of the form" });
  });
}

// The booking: kept for the next visit, as a real site does.
let booking = JSON.parse(localStorage.getItem("wheels.booking") || "null");
const keep = (next) => {
  booking = next;
  if (next) localStorage.setItem("wheels.booking", JSON.stringify(next));
  else localStorage.removeItem("wheels.booking");
  find("booking").hidden = !next;
  if (!next) return;
  find("car").textContent = next.data.vehicle_name;
  find("amount").textContent = next.data.total_amount.toFixed(2);
  find("next").disabled = next.step === 3;
  find("step").textContent = "Step " + next.step + " of 3: " + ["", "dates", "driver", "payment"][next.step];
};

for (const car of find("cars").children) {
  const data = {
    vehicle_id: car.dataset.crmVehicleId,
    vehicle_name: car.dataset.crmVehicleName,
    total_amount: Number(car.dataset.amount),
  };
  const title = document.createElement("span");
  title.textContent = data.vehicle_name;
  const price = document.createElement("b");
  price.textContent = car.dataset.amount;
  const look = document.createElement("button");
  look.textContent = "View";
  look.dataset.crmEvent = "vehicle.viewed";
  look.addEventListener("click", () => said("vehicle.viewed", { told: "by attributes of the button" }));
  const book = document.createElement("button");
  book.textContent = "Book";
  book.addEventListener("click", () => {
    keep({ step: 1, data: { booking_id: "demo-" + Date.now().toString(36), ...data } });
    tell("booking.started", booking.data);
  });
  car.append(title, price, look, book);
}
find("next").addEventListener("click", () => {
  if (!booking || booking.step === 3) return;
  keep({ ...booking, step: booking.step + 1 });
  tell("booking.step_completed", { ...booking.data, step: booking.step });
});
const pay = (works) => () => {
  if (!booking) return;
  const { booking_id, total_amount: amount } = booking.data;
  tell("payment.attempted", { booking_id, amount });
  tell(works ? "payment.successful" : "payment.failed", { booking_id, amount });
  if (!works) return;
  tell("booking.completed", booking.data);
  keep(null);
};
find("pay").addEventListener("click", pay(true));
find("fail").addEventListener("click", pay(false));

find("beside").addEventListener("click", () => {
  const width = Math.round(screen.availWidth / 2);
  window.open("admin", "dashboard", `popup,left=${width},top=0,width=${width},height=${screen.availHeight}`);
});

keep(booking);
greet(localStorage.getItem("wheels.name"));
// Back after the tab was closed: the booking goes on, and nobody has to call any more.
if (booking && isKnown() && !sessionStorage.getItem("wheels.here"))
  tell("booking.started", { ...booking.data, resumed: true });
sessionStorage.setItem("wheels.here", "yes");
