// @ts-check
/** Formats numbers and times for people. */

const PREFIXES = ["", "k", "M", "G", "T", "P"];

/**
 * Formats a value with three significant digits and a decimal prefix: "1.25 M".
 *
 * @param {number} value
 * @returns {string}
 */
function scaled(value) {
  let index = 0;
  while (value >= 999.5 && index < PREFIXES.length - 1) {
    value /= 1_000;
    index++;
  }
  const digits = value >= 99.95 || (index === 0 && Number.isInteger(value))
    ? 0
    : value >= 9.995
    ? 1
    : 2;
  return `${value.toFixed(digits)} ${PREFIXES[index]}`;
}

/** @param {number | null} rate Bits per second. @returns {string} */
export function bitRate(rate) {
  return rate === null ? "–" : `${scaled(Math.round(rate))}bit/s`;
}

/** @param {number | null} rate @returns {string} */
export function frameRate(rate) {
  return rate === null ? "–" : `${scaled(Math.round(rate)).trim()}/s`;
}

/** @param {number} size @returns {string} */
export function bytes(size) {
  return `${scaled(size)}B`;
}

/** @param {number} count @returns {string} */
export function count(count) {
  return count.toLocaleString("en-GB");
}

/**
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 * @returns {string}
 */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/**
 * Formats a duration in its two largest units: "3 d 4 h", "12 s".
 *
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const units = /** @type {const} */ ([["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]]);
  const first = units.findIndex(([, size]) => whole >= size);
  if (first === -1) return "0 s";
  const [unit, size] = units[first];
  const rest = units[first + 1];
  const head = `${Math.floor(whole / size)} ${unit}`;
  const tail = rest === undefined ? 0 : Math.floor((whole % size) / rest[1]);
  return tail === 0 || rest === undefined ? head : `${head} ${tail} ${rest[0]}`;
}

/** @param {string} time ISO 8601 @param {number} [now] @returns {string} */
export function since(time, now = Date.now()) {
  return duration((now - Date.parse(time)) / 1_000);
}

/** @param {number | null} seconds @returns {string} */
export function roundTrip(seconds) {
  if (seconds === null) return "–";
  const milliseconds = seconds * 1_000;
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/** @param {string} time ISO 8601 @returns {string} The time of day, with the date unless it is today. */
export function clock(time) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  const day = today ? "" : `${date.toLocaleDateString("en-CA")} `;
  return day + date.toLocaleTimeString("en-GB");
}

/** @param {number} id @returns {string} In Wireshark's notation. */
export function sessionId(id) {
  return `0x${id.toString(16).padStart(4, "0")}`;
}

/** @param {any} row @returns {string} The client of a server, or the server of a client, that a row is about. */
export function peerOf(row) {
  return row.client ?? row.server;
}

/** @returns {"client" | "server"} How the daemon names the proxies at the other end. */
export function peerKey() {
  return document.body.dataset.mode === "client" ? "server" : "client";
}
