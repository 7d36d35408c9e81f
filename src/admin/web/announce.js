// @ts-check
/// <reference lib="dom" />
/** Says something to screen readers. */

/** @param {string} text */
export function announce(text) {
  const place = document.getElementById("announcements");
  if (place !== null) place.textContent = text;
}
