// The tracker as an ES module: import crm from "https://crm.example.com/make-server-b43c05fb/tracker.mjs".
import "./tracker.js";

const crm = window.crm;
crm.init({ endpoint: new URL(".", import.meta.url).href });
export default crm;
