// Types of the browser tracker of crmsync, for tracker.js and tracker.mjs.

/** Who the visitor is: an id or an email is needed. Values that are null or empty say nothing. */
export interface Customer {
  /** The website's own id. */
  id?: string | number | null;
  email?: string | null;
  /** First and last name; it is split at the first space. */
  name?: string | null;
  first_name?: string | null;
  last_name?: string | null;
  phone?: string | null;
  /** Lower-case hex HMAC-SHA256 of the id (of the email where there is no id), made by the website's back end. */
  signature?: string | null;
}

/** Business data: at most 32 fields are kept, 1,024 characters each; what looks like a secret is dropped. */
export type Data = Record<string, string | number | boolean | null | undefined>;

export type Search = Data & { location?: string; pickup_location?: string };
export type Vehicle = Data & { vehicle_id?: string; vehicle_name?: string };
/** What names one booking: `booking_id`, else `vehicle_id`. Later events of a booking may leave out what is known. */
export type Booking = Vehicle & { booking_id?: string; total_amount?: number | string; step?: string | number };
export type Payment = Data & { booking_id?: string; amount?: number | string };

/** Each event with its data. `booking.abandoned` is sent by the tracker itself. */
export interface Events {
  "customer.created": Data;
  "customer.login": Data;
  "customer.updated": Data;
  "search.performed": Search;
  "vehicle.viewed": Vehicle;
  "page.viewed": Data & { page?: string };
  "booking.started": Booking;
  "booking.step_completed": Booking;
  "booking.abandoned": Booking;
  "booking.completed": Booking;
  "payment.attempted": Payment;
  "payment.successful": Payment;
  "payment.failed": Payment;
  "form.submitted": Data;
  "chat.message": Data;
}

export interface Options {
  /** Where events go, with a slash at the end; the address of the script's folder unless given. */
  endpoint?: string;
  /** One of the service's WRITE_KEYS. */
  key?: string;
  /** "required": nothing happens before `consent(true)`. */
  consent?: "" | "required";
  /** Whether Do Not Track and Global Privacy Control keep everybody who sets them out. */
  respectSignals?: boolean;
  /** Beginnings of the paths of the booking's pages; learned from where booking events happen unless given. */
  bookingPages?: string | string[];
  /** Seconds after which a hidden tab counts as left. */
  hiddenAfter?: number;
}

/** No call ever throws; see `debug`. */
export interface Crm {
  /** Changes options. Those of the script tag are `data-key`, `data-booking-pages` and so on. */
  init(options: Options): void;
  /** Says who the visitor is. Before this nothing is stored or sent. */
  identify(customer: Customer, options?: { created?: boolean }): void;
  /** Sends an event of the visitor. */
  track<Type extends keyof Events>(type: Type, data?: Events[Type]): void;
  /** Sends what waits, then forgets the visitor and all that is stored. */
  logout(): void;
  /** Takes consent, or withdraws it: then all is forgotten, and nothing sent. */
  consent(isGiven: boolean): void;
  /** Says that the page change that follows (to a payment provider) is not leaving. */
  stay(): void;
  /** Looks for new elements with data-crm-event that tell by being there. */
  scan(): void;
  /** Shows in the console what happens, errors too. */
  debug(isOn: boolean): void;
}

declare global {
  interface Window {
    /** There when tracker.js has run; `?.` keeps a page safe from blockers. */
    crm?: Crm;
  }
}

declare const crm: Crm;
export default crm;
