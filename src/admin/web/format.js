// @ts-check
/** Formats numbers and times for people, with the units of the commands. */

const PREFIXES = ["", "k", "M", "G", "T", "P"];
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
/** Stands for a value that is not known. */
export const NONE = "–";

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
  return rate === null ? NONE : `${scaled(Math.round(rate))}bit/s`;
}

/** @param {number | null} rate @returns {string} */
export function frameRate(rate) {
  return rate === null ? NONE : `${scaled(Math.round(rate)).trim()}/s`;
}

/** @param {number} size @returns {string} "1.5 MiB" */
export function bytes(size) {
  let unit = 0;
  for (; size >= 1_023.95 && unit < UNITS.length - 1; unit++) size /= 1_024;
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
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
 * Formats a duration in its two largest units: "3d 4h", "12s".
 *
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  let rest = Math.max(0, Math.round(seconds));
  const units = /** @type {const} */ ([["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]]);
  const first = units.findIndex(([, size]) => rest >= size);
  if (first === -1) return "0s";
  return units.slice(first, first + 2).flatMap(([unit, size]) => {
    const number = Math.floor(rest / size);
    rest -= number * size;
    return number === 0 ? [] : [`${number}${unit}`];
  }).join(" ");
}

/** @param {string} time ISO 8601 @param {number} [now] @returns {string} */
export function since(time, now = Date.now()) {
  return duration((now - Date.parse(time)) / 1_000);
}

/** @param {number | null} seconds @returns {string} "0.42 ms", "12.3 ms" or "120 ms" */
export function roundTrip(seconds) {
  if (seconds === null) return NONE;
  const milliseconds = seconds * 1_000;
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)} ms`;
}

/** @param {string} time ISO 8601 @returns {string} The time of day, with the date unless it is today. */
export function clock(time) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  const day = today ? "" : `${date.toLocaleDateString("en-CA")} `;
  return day + date.toLocaleTimeString("en-GB");
}

/** @param {string} time ISO 8601 @returns {string} Date, time of day and offset, as in RFC 3339. */
export function moment(time) {
  const date = new Date(time);
  return `${date.toLocaleDateString("en-CA")} ${date.toLocaleTimeString("en-GB")} ${offset(date)}`;
}

/** @returns {string} The zone of all times shown: "Europe/Zurich (UTC+01:00)". */
export function timeZone() {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const shift = `UTC${offset(new Date())}`;
  return name === "UTC" || name === undefined ? shift.replace("+00:00", "") : `${name} (${shift})`;
}

/** @param {Date} date @returns {string} "+01:00" */
function offset(date) {
  const minutes = -date.getTimezoneOffset();
  const part = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${part(Math.abs(minutes) / 60)}:${
    part(Math.abs(minutes) % 60)
  }`;
}

/** @param {number} id @returns {string} As commands and logs have it, and in Wireshark's notation. */
export function sessionId(id) {
  return `${id} (0x${id.toString(16).padStart(4, "0")})`;
}

/**
 * @param {unknown} name Of a session, as addresses and commands have it.
 * @returns {string} As people write the name of its client.
 */
export function sessionName(name) {
  try {
    return decodeURIComponent(String(name ?? ""));
  } catch {
    return String(name);
  }
}

/** @param {any} row @returns {string} The client of a server, or the server of a client, that a row is about. */
export function peerOf(row) {
  return row.client ?? row.server ?? "";
}
