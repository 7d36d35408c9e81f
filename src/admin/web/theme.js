// @ts-check
/// <reference lib="dom" />
/** Light, dark, or as set by the system. */
import { h } from "preact";
import { useState } from "preact/hooks";

const KEY = "pppoe-proxy-theme";
const THEMES = ["auto", "light", "dark"];

/** @returns {string} The theme chosen in this browser. */
function chosen() {
  return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
}

/** @param {() => void} changed Called when the colours have changed. */
export function startTheme(changed) {
  document.documentElement.dataset.theme = chosen();
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", changed);
  }
}

/** @param {{ changed: () => void }} facts `changed` is called when the colours have changed. */
export function ThemeButton({ changed }) {
  const [theme, setTheme] = useState(chosen());
  const next = () => {
    const theme = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset.theme = theme;
    setTheme(theme);
    changed();
  };
  return h("button", { type: "button", id: "theme", onClick: next }, `Theme: ${theme}`);
}
