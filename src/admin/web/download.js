// @ts-check
/// <reference lib="dom" />
/** Files that the page makes and the browser saves. */

/** @param {string} name @param {Blob} content */
export function save(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has the content as soon as the download has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {string} name @param {string} text */
export function saveCsv(name, text) {
  save(name, new Blob([text], { type: "text/csv;charset=utf-8" }));
}

/** @param {string} what @param {string} extension @returns {string} "sessions-2026-11-26T09-00-36Z.csv" */
export function fileName(what, extension) {
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return `${what.replaceAll(/[^\w.-]+/g, "_")}-${time}Z.${extension}`;
}
