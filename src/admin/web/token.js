// @ts-check
/// <reference lib="dom" />
/**
 * Where the browser keeps the token: in this tab, or, if the user asks for it, in this browser's
 * local storage for this address, until it is forgotten.
 */

const KEY = "pppoe-proxy-token";

/** @returns {string | null} */
export function storedToken() {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

/** @returns {boolean} Whether the token outlives this tab. */
export function isRemembered() {
  return localStorage.getItem(KEY) !== null;
}

/** @param {string} token @param {boolean} remembered Whether it outlives this tab. */
export function storeToken(token, remembered) {
  forgetToken();
  (remembered ? localStorage : sessionStorage).setItem(KEY, token);
}

/** Removes the token from the tab and the browser. */
export function forgetToken() {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}
