// @ts-check
/// <reference lib="dom" />
/** Light, dark, or as set by the system. */
import { byId } from "./dom.js";

const KEY = "pppoe-proxy-theme";
const THEMES = ["auto", "light", "dark"];

/** @param {() => void} changed Called when the colours have changed. */
export function startTheme(changed) {
  const button = byId("theme");
  const apply = (/** @type {string} */ theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
    changed();
  };
  apply(THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto");
  button.addEventListener("click", () => {
    const now = THEMES.indexOf(document.documentElement.dataset.theme ?? "auto");
    const theme = THEMES[(now + 1) % THEMES.length];
    localStorage.setItem(KEY, theme);
    apply(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
