// @ts-check
/// <reference lib="dom" />
/**
 * Where the browser keeps the token: in this tab, or, if the user asks for it, in this browser's
 * local storage for this address, until it is forgotten.
 */

const KEY = "pppoe-proxy-token";
/** Set while the token of this tab came with a link. */
const LINK_KEY = "pppoe-proxy-link";

/** @returns {string | null} */
export function storedToken() {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

/** @returns {boolean} Whether the token outlives this tab. */
export function isRemembered() {
  return localStorage.getItem(KEY) !== null;
}

/** @returns {boolean} Whether the token came with a link: the daemon keeps it in memory only. */
export function isByLink() {
  return sessionStorage.getItem(LINK_KEY) !== null;
}

/** Keeps the token that a link gave, in this tab. @param {string} token */
export function storeLinkToken(token) {
  storeToken(token, false);
  sessionStorage.setItem(LINK_KEY, "1");
}

/** @param {string} token @param {boolean} remembered Whether it outlives this tab. */
export function storeToken(token, remembered) {
  forgetToken();
  (remembered ? localStorage : sessionStorage).setItem(KEY, token);
}

/** Removes the token from the tab and the browser. */
export function forgetToken() {
  sessionStorage.removeItem(KEY);
  sessionStorage.removeItem(LINK_KEY);
  localStorage.removeItem(KEY);
}
