import "./tracker.js";
