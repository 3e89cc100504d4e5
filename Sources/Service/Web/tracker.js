// The browser tracker of crmsync. It is served as it stands here: no build step, no dependency.
//
//   <script defer src="https://crm.example.com/make-server-b43c05fb/tracker.js" data-key="pk_1"></script>
//   crm.identify({ id: "user123", email: "john@example.com" });
//   crm.track("vehicle.viewed", { vehicle_id: "car_789", vehicle_name: "Toyota Camry" });
//
// It promises the site: nothing here blocks, nothing throws into the page, and before `identify` nothing is stored or
// sent.
(() => {
  "use strict";
  const win = window;
  const doc = document;
  // A second tag, or a module beside a tag, must not tell everything twice.
  if (win.crm && win.crm.consent) return;
  // Kept as they are now: what other scripts put in their place later is theirs.
  const { parse, stringify } = JSON;
  const ask = win.fetch;
  const now = Date.now;
  const PREFIX = "crmsync.";
  const EVENT = "e.";
  const MAX_EVENTS = 100;
  const OLDEST = 24 * 3600e3;
  const SESSION_ENDS = 30 * 60e3;
  // What the service keeps of an event: more would only cross the network.
  const MAX_FIELDS = 32;
  const MAX_VALUE = 1024;
  // Browsers let keepalive requests and beacons have 64 KB in flight together.
  const BUDGET = 60e3;
  // How long a click on a link may take to become a page change.
  const PATIENCE = 30e3;
  const MAX_PAUSE = 3600;

  let isLoud = false;
  const log = (...words) => isLoud && console.debug("[crm]", ...words);
  // Whatever goes wrong in here is ours, not the page's.
  const safe = (work) => (...values) => {
    try {
      return work(...values);
    } catch (error) {
      log(error);
    }
  };
  const on = safe((target, type, work) => target.addEventListener(type, safe(work), { capture: true, passive: true }));
  const idle = (work) =>
    win.requestIdleCallback ? requestIdleCallback(safe(work), { timeout: 500 }) : setTimeout(safe(work), 1);
  const random = () => Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join("");

  const tag = doc.currentScript;
  const options = {
    endpoint: tag && tag.src && new URL(".", tag.src).href,
    key: "",
    consent: "",
    respectSignals: false,
    bookingPages: "",
    hiddenAfter: 600,
    ...(tag && tag.dataset),
  };
  if (options.respectSignals === "") options.respectSignals = true;

  // ---- Storage. Where a browser refuses it (private mode, quota, policy), the page's own memory stands in.

  const box = (kind) => {
    const memory = new Map();
    const real = safe((work) => work(win[kind]));
    return {
      get: safe((name) => parse(memory.get(name) || real((s) => s.getItem(PREFIX + name)) || "null")),
      set: (name, value) => {
        const text = stringify(value);
        if (real((s) => (s.setItem(PREFIX + name, text), true))) memory.delete(name);
        else memory.set(name, text);
      },
      drop: (name) => {
        memory.delete(name);
        real((s) => s.removeItem(PREFIX + name));
      },
      names: () => {
        const stored = real((s) => Object.keys(s)) || [];
        const ours = stored.filter((n) => n.startsWith(PREFIX)).map((n) => n.slice(PREFIX.length));
        return [...new Set([...memory.keys(), ...ours])];
      },
    };
  };
  const local = box("localStorage"); // all tabs: the customer, the session, the queue
  const tab = box("sessionStorage"); // this tab: the booking in progress; it outlives a reload, not the tab

  // ---- Who may be tracked

  const mayTrack = () => {
    if (options.respectSignals && (navigator.globalPrivacyControl || navigator.doNotTrack === "1")) return false;
    const said = local.get("consent");
    return options.consent === "required" ? said === true : said !== false;
  };
  const customer = () => (mayTrack() ? local.get("customer") : null);

  const forget = () => {
    for (const name of local.names()) if (name !== "consent") local.drop(name);
    tab.drop("booking");
    viewed = null;
    flying.clear();
  };

  const identify = (person, more) => {
    if (!mayTrack()) return log("no consent");
    const fields = {};
    for (const name of ["id", "email", "name", "first_name", "last_name", "phone", "signature"]) {
      const value = person[name] == null ? "" : String(person[name]).trim();
      if (value) fields[name] = name === "email" ? value.toLowerCase() : value;
    }
    if (!fields.id && !fields.email) return log("identify needs an id or an email");
    const known = local.get("customer");
    const name = known && known.id && fields.id ? "id" : "email";
    const isSame = known && known[name] === fields[name];
    if (!isSame) {
      // Nothing of another person's visit may become part of this one's, in no tab.
      for (const key of ["session", "done"]) local.drop(key);
      local.set("visitor", random());
    }
    const next = isSame ? { ...known, ...fields } : fields;
    local.set("customer", next);
    armClose();
    // A page may identify on every load: one visit is one login.
    if (more && more.created) track("customer.created");
    else if (!isSame || !session().login) track("customer.login");
    else if (stringify(next) !== stringify(known)) track("customer.updated");
    local.set("session", { ...local.get("session"), login: true });
    idle(look);
  };

  const session = () => {
    const known = local.get("session");
    return known && now() - known.at < SESSION_ENDS ? known : { id: "sess_" + random(), seq: 0 };
  };

  const agent = navigator.userAgent;
  const device = /iPad|Tablet|Android(?!.*Mobile)/.test(agent) ? "tablet" : /Mobi/.test(agent) ? "mobile" : "desktop";
  const browser =
    [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox|FxiOS", "Firefox"], ["Chrome|CriOS", "Chrome"], ["Safari", "Safari"]]
      .filter(([pattern]) => new RegExp(pattern).test(agent))
      .map(([, name]) => name)[0] || "Other";

  // ---- Events. Each is a storage entry of its own, so that two tabs never overwrite each other's queue.

  /** What may be sent of the page's data. */
  const tidy = (data) => {
    const kept = {};
    for (const [name, value] of Object.entries(data || {}).slice(0, MAX_FIELDS)) {
      if (/^(number|boolean)$/.test(typeof value)) kept[name] = value;
      if (typeof value === "string") kept[name] = value.slice(0, MAX_VALUE);
    }
    return kept;
  };

  /** With `idleFor` the event applies only if the customer does nothing more for so many seconds. */
  const track = (type, data, idleFor) => {
    const who = customer();
    if (!who || typeof type !== "string") return log("nobody or nothing to track", type);
    data = follow(type, tidy(data));
    const visit = { ...session(), at: now() };
    const seq = visit.seq + 1;
    // A gap in the numbers tells the server that something was lost; what may not apply takes none.
    if (!idleFor) visit.seq = seq;
    local.set("session", visit);
    // Ids sort by time, and so does the queue.
    const id = now().toString(36) + "-" + seq.toString(36).padStart(4, "0") + "-" + random();
    const event = {
      event_type: type,
      event_id: id,
      timestamp: new Date().toISOString(),
      customer: who,
      event_data: data,
      session: { session_id: visit.id, seq: idleFor ? undefined : seq, device, browser },
      if_idle_for: idleFor || undefined,
    };
    local.set(EVENT + id, event);
    log(type, event);
    later(300);
  };

  const queue = () => {
    const names = local.names().filter((name) => name.startsWith(EVENT)).sort();
    const oldest = (now() - OLDEST).toString(36);
    return names.filter((name, index) => {
      if (names.length - index <= MAX_EVENTS && name.slice(EVENT.length) > oldest) return true;
      local.drop(name);
      return false;
    });
  };

  // ---- Sending

  const flying = new Set(); // names that this page has on the way
  const thrown = new Set(); // names that left by beacon since the page was last seen
  let timer = 0;
  let due = Infinity;
  let notBefore = 0;
  let failures = 0;
  let isBusy = false;
  let locks = navigator.locks;
  let deniedSince = 0;

  /** Sends after a while. A stream of events does not put it off, and no event ends the pause after a failure. */
  const later = (delay) => {
    const at = Math.max(performance.now() + delay, notBefore);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      due = Infinity;
      idle(send);
    }, at - performance.now());
  };

  const url = () =>
    String(options.endpoint).replace(/\/?$/, "/track-events")
    + (options.key ? "?k=" + encodeURIComponent(options.key) : "");

  const bytes = (text) => new TextEncoder().encode(text).length;

  /** As many of the events as the budget allows. */
  const pack = (names) => {
    const batch = { names: [], texts: [] };
    let size = 0;
    for (const name of names) {
      const event = local.get(name);
      if (!event) local.drop(name);
      if (!event || flying.has(name)) continue;
      event.sent_at = new Date().toISOString(); // shows the server how wrong this clock is
      const text = stringify(event);
      size += bytes(text) + 1;
      if (batch.names.length && size > BUDGET) break;
      batch.names.push(name);
      batch.texts.push(text);
    }
    return batch;
  };
  // Put together by hand: old libraries teach arrays a `toJSON` that makes strings of them.
  const body = (texts) => '{"events":[' + texts.join() + "]}";

  // One tab sends at a time. Where there are no locks (pages without HTTPS) two may send the same, which does no harm.
  const alone = (work) => {
    if (!locks) return work();
    // A tab that the system has put to sleep may hold the lock for ever.
    const isStuck = deniedSince && performance.now() - deniedSince > 2 * PATIENCE;
    return locks.request(PREFIX + "send", isStuck ? { steal: true } : { ifAvailable: true }, (lock) => {
      deniedSince = lock ? 0 : deniedSince || performance.now();
      return lock ? work() : later(1000);
    });
  };

  const send = async () => {
    if (isBusy || !customer() || !queue().length) return;
    if (notBefore > performance.now()) return later(0); // a timer from before the failure
    isBusy = true;
    try {
      await alone(sendAll);
    } catch (error) {
      log(error);
      locks = null; // not for this page (a sandbox), or taken away by another tab
      later(1000);
    }
    isBusy = false;
  };

  const sendAll = async () => {
    while (customer()) {
      const wait = (local.get("pause") || 0) - now();
      if (wait > 0 && wait < MAX_PAUSE * 2e3) return later(wait);
      const batch = pack(queue());
      if (!batch.names.length) return;
      batch.names.forEach((name) => flying.add(name));
      let isDone = false;
      try {
        isDone = await post(batch);
      } catch (error) {
        log(error);
        again();
      }
      batch.names.forEach((name) => flying.delete(name));
      if (!isDone) return;
    }
  };

  /** Whether to go on with the next batch. */
  const post = async ({ names, texts }) => {
    const text = body(texts);
    // Text needs no CORS preflight. Without keepalive a large body is still better than none.
    const keepalive = bytes(text) <= BUDGET;
    const signal = AbortSignal.timeout && AbortSignal.timeout(PATIENCE);
    const answer = await ask(url(), { method: "POST", body: text, keepalive, signal, credentials: "omit" });
    const { status } = answer;
    log(status, names.length);
    if (!(status < 500) || status === 408 || status === 429) return again(answer);
    const results = (answer.ok && (await answer.json()).results) || [];
    const retry = (result) => result && !result.success && /^(unavailable|too_many_requests)$/.test(result.error);
    names.forEach((name, index) => {
      const result = results[index];
      if (retry(result)) return;
      if (!answer.ok || (result && !result.success)) log("refused for good", status, result);
      local.drop(name);
    });
    if (results.some(retry)) return again();
    failures = notBefore = 0;
    return true;
  };

  /** Tries again after a while: what the server asks for, else twice as long each time, up to five minutes. */
  const again = (answer) => {
    const asked = Math.min(Number(answer && answer.headers.get("Retry-After")) || 0, MAX_PAUSE);
    const delay = (asked > 0 ? asked * 1e3 : Math.min(1e3 * 2 ** failures++, 300e3)) * (1 + Math.random() / 2);
    if (asked > 0) local.set("pause", now() + delay); // for the other tabs and the next page as well
    notBefore = performance.now() + delay;
    later(delay);
  };

  /** The last chance. What goes out stays in the queue, as nobody says whether it arrived: the next page repeats it. */
  const beacon = () => {
    if (!customer()) return;
    // The newest first: they are what the other side must act on. The order in the batch stays that of time.
    let names = queue().reverse().filter((name) => !thrown.has(name));
    while (names.length) {
      const batch = pack(names);
      if (!batch.names.length || hurl(body(batch.texts.reverse())))
        return batch.names.forEach((name) => thrown.add(name));
      // What is on its way already has taken a part of the budget.
      names = batch.names.slice(0, batch.names.length >> 1);
    }
  };
  const hurl = (text) => {
    if (navigator.sendBeacon) return navigator.sendBeacon(url(), text);
    ask(url(), { method: "POST", body: text, keepalive: true, credentials: "omit" }).catch(log);
    return true;
  };

  // ---- The booking in progress, and its end without completion

  const FACTS = ["booking_id", "vehicle_id", "vehicle_name", "total_amount"];
  // A booking often gets its id only when it is completed.
  const sameBooking = (a, b) =>
    (a.booking_id && b.booking_id ? a.booking_id === b.booking_id : a.vehicle_id === b.vehicle_id);
  /** What this customer is booking in this tab. */
  const current = () => {
    const booking = customer() && tab.get("booking");
    return booking && booking.visitor === local.get("visitor") ? booking : null;
  };
  let awayTimer = 0;

  /** Learns from an event what it says of a booking, and gives it what it left out. */
  const follow = (type, data) => {
    if (!/^(booking|payment)\./.test(type)) return data;
    let booking = current();
    if (booking && !sameBooking({ ...booking.data, ...data }, booking.data)) booking = null;
    if (booking)
      for (const name of FACTS)
        if (data[name] == null && booking.data[name] != null) data[name] = booking.data[name];
    if (type === "booking.started" || type === "booking.step_completed") {
      clearTimeout(awayTimer);
      const paths = new Set(booking && booking.paths.split("\n")).add(location.pathname);
      tab.set("booking", {
        data: { ...(booking && booking.data), ...data },
        at: now(),
        paths: [...paths].join("\n"),
        visitor: local.get("visitor"),
      });
      local.drop("done");
    }
    if (type === "booking.completed") {
      tab.drop("booking");
      local.set("done", data); // a booking can be completed in another tab
    }
    return data;
  };

  const abandon = (reason, idleFor) => {
    const booking = current();
    if (!booking || booking.left) return;
    const done = local.get("done");
    if (done && sameBooking(done, booking.data)) return tab.drop("booking");
    // A page that comes back by half of the time calls nothing off: its view is there before the rest is over.
    tab.set("booking", { ...booking, ...(idleFor ? { until: now() + idleFor * 500 } : { left: true }) });
    const { resumed, ...data } = booking.data;
    track("booking.abandoned", { ...data, reason, page: location.pathname }, idleFor);
  };

  /** Whether this page belongs to the booking: told by the site, else learned from where its events happened. */
  const isBookingPage = (booking) => {
    const path = location.pathname;
    if (doc.querySelector("[data-crm-booking]")) return true;
    const told = options.bookingPages && [].concat(options.bookingPages).join().split(",");
    if (told) return told.some((start) => path.startsWith(start.trim()));
    const folder = path.replace(/[^/]*$/, "");
    if (booking.paths.split("\n").some((p) => p === path || (folder !== "/" && p.startsWith(folder)))) return true;
    // The page that comes right after a booking event is the next step.
    if (now() - booking.at > 5000) return false;
    tab.set("booking", { ...booking, paths: booking.paths + "\n" + path });
    return true;
  };

  /** Where does the visitor stand with the booking, on this page? */
  const place = () => {
    clearTimeout(awayTimer);
    const booking = current();
    if (!booking) return;
    if (!isBookingPage(booking)) awayTimer = setTimeout(safe(() => abandon("away")), 1000);
    // Calls the alert off.
    else if (booking.left || now() > booking.until) track("booking.started", { ...booking.data, resumed: true });
    else if (booking.until) tab.set("booking", { ...current(), until: 0 });
  };

  // Is a page that goes away closed, left or reloaded? No event tells. But (measured in Chromium, see the guide):
  // - between `beforeunload` and `pagehide` a closing tab takes under a millisecond, a page change waits for the
  //   network;
  // - the Navigation API announces every page change that comes from the page itself;
  // - a page left through the address bar goes into the back/forward cache, a reloaded one does not.
  // Where this leaves a doubt the service waits whether the customer does more: the page that follows tells of its
  // view.
  const CLOSES_WITHIN = 4;
  // A page change that is as quick as that is followed by its page as quickly, all but what that takes to run.
  const QUICK = 50;
  const loadTime = performance.now() / 1000;
  let unloadAt = -Infinity;
  let intent = null;
  let armedAt = 0;

  // A `beforeunload` listener keeps pages out of some back/forward caches: only pages of known customers get one.
  const armClose = () => {
    // Of two that follow each other (a second reload, before the first has its page) the first one counts.
    const asked = () => (unloadAt = performance.now() - unloadAt < 10e3 ? unloadAt : performance.now());
    if (!armedAt) on(win, "beforeunload", asked);
    armedAt = armedAt || performance.now();
  };

  /** Seconds after which the visitor counts as gone: 0 at once; nothing where the page only changes. */
  const patience = (event) => {
    const asked = performance.now() - unloadAt;
    // Chromium does not ask a tab that it discards. Safari on phones asks never, and this listener hears nothing of a
    // page change that had begun before it: then it says nothing not to be asked.
    const isSure = armedAt && navigator.userAgentData && performance.now() - armedAt > 300;
    const isClosing = unloadAt > 0 ? asked < CLOSES_WITHIN : isSure;
    const isMeant = intent && now() - intent.at < PATIENCE;
    if (isMeant && intent.stays) return;
    if (!event.persisted && isClosing) return 0;
    if (isMeant) return intent.isSameSite ? undefined : 0;
    if (event.persisted && win.navigation) return 0;
    return asked < QUICK ? Math.min(10, Math.max(1.5, 0.5 + 2 * loadTime)) : 10;
  };

  const stay = () => (intent = { at: now(), stays: true });
  const heads = (href) => {
    const target = new URL(href, location.href);
    if (/^http/.test(target.protocol) && !(intent && intent.stays)) {
      intent = { at: now(), isSameSite: target.origin === location.origin };
    }
  };

  // ---- What the page does

  let viewed = null; // the path that was last told of
  const told = new WeakSet(); // elements that tell by being there, and have

  /** Takes in the page: its view, its elements, its part in a booking. */
  const look = () => {
    if (!customer() || viewed === location.pathname) return;
    viewed = location.pathname;
    track("page.viewed", { page: viewed });
    scan();
    place();
  };

  /** Events of elements that tell by being there. */
  const scan = () => {
    for (const element of doc.querySelectorAll("[data-crm-event]")) {
      if (moment(element) === "load" && !told.has(element)) {
        told.add(element);
        tell(element);
      }
    }
  };

  const moment = (element) =>
    element.dataset.crmOn
    || (element.matches("form") ? "submit" : element.matches("a,button,input") ? "click" : "load");

  /** Sends the event of an element, with the data of its own attributes and of those around it. */
  const tell = (element) => {
    const data = {};
    for (let outer = element; outer; outer = outer.parentElement) {
      for (const [key, value] of Object.entries(outer.dataset || {})) {
        if (!/^crm[A-Z]/.test(key) || /^crm(Event|On|Field|Booking|Stay)$/.test(key)) continue;
        const name = key.slice(3).replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
        if (!(name in data)) data[name] = /amount$/.test(name) ? Number(value) : value;
      }
    }
    // The only values of fields that are ever read: those that the site has marked, and no secret even then.
    for (const field of element.querySelectorAll("[data-crm-field]")) {
      if (field.type === "password" || /\b(cc-|one-time|\w+-password)/.test(field.autocomplete)) continue;
      if (!/^(radio|checkbox)$/.test(field.type) || field.checked) data[field.dataset.crmField] = field.value;
    }
    track(element.dataset.crmEvent, data);
  };

  const acted = (kind) => (event) => {
    const target = event.target instanceof Element ? event.target : doc.body;
    const element = target.closest("[data-crm-event]");
    intent = null;
    if (element && moment(element) === kind) tell(element);
    if (target.closest("[data-crm-stay]")) stay();
    const link = kind === "click" && target.closest("a[href]");
    if (win.navigation || event.defaultPrevented) return;
    if (link && !link.target && !link.download) heads(link.href);
    if (kind === "submit") heads(target.action);
  };
  on(doc, "click", acted("click"));
  on(doc, "submit", acted("submit"));

  const moved = () => {
    intent = null;
    idle(look);
  };
  if (win.navigation) {
    on(navigation, "navigate", (event) => {
      if (!event.hashChange && event.downloadRequest == null && !event.destination.sameDocument)
        heads(event.destination.url);
    });
    on(navigation, "currententrychange", moved);
  } else {
    ["pushState", "replaceState"].forEach(
      safe((name) => {
        const original = history[name];
        if (typeof original !== "function") return;
        history[name] = function (...values) {
          const result = original.apply(this, values);
          safe(moved)();
          return result;
        };
      }),
    );
    on(win, "popstate", moved);
  }

  let hiddenTimer = 0;
  on(doc, "visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (doc.visibilityState === "hidden") {
      beacon();
      hiddenTimer = setTimeout(safe(() => abandon("hidden")), options.hiddenAfter * 1e3);
    } else {
      thrown.clear();
      idle(place);
      later(2000); // asks whether the beacon arrived, by sending again what it carried
    }
  });
  on(win, "pagehide", (event) => {
    const wait = patience(event);
    if (wait >= 0) abandon("left", wait);
    // The page's own requests may come later than this one, or never: what led to the end must come before it.
    flying.clear();
    beacon();
  });
  on(win, "pageshow", (event) => {
    unloadAt = -Infinity;
    intent = null;
    if (!event.persisted) return;
    viewed = null;
    thrown.clear();
    idle(look);
  });
  on(win, "online", () => {
    notBefore = 0;
    later(0);
  });

  // ---- The start

  const start = () => {
    if (customer()) armClose();
    if (tag && tag.dataset.customer) identify(parse(tag.dataset.customer));
    look();
    send(); // at once: the service may be waiting for a word of this page
  };

  const crm = {
    init: (more) => void Object.assign(options, more),
    identify,
    track: (type, data) => track(type, data),
    logout: () => {
      beacon();
      forget();
    },
    consent: (isGiven) => {
      if (!isGiven) forget();
      local.set("consent", !!isGiven);
      if (isGiven) idle(start);
    },
    stay: () => void stay(),
    scan,
    debug: (isOn) => void (isLoud = isOn),
    push: (...calls) => calls.forEach(safe(([name, ...values]) => crm[name](...values))),
  };
  for (const name of Object.keys(crm)) crm[name] = safe(crm[name]);

  // Calls that the page made before this script was there.
  const early = win.crm;
  safe(() => (win.crm = crm))();
  if (Array.isArray(early)) crm.push(...early);
  if (doc.prerendering) on(doc, "prerenderingchange", () => idle(start));
  else idle(start);
})();
