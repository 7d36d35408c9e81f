// @ts-check
/** The configuration in use as TOML. Pure. */

/** @param {Readonly<Record<string, any>>} config @returns {string} */
export function tomlOf(config) {
  return tables(config, "").trim();
}

/** @param {Record<string, any>} table @param {string} path @returns {string} */
function tables(table, path) {
  const entries = Object.entries(table).filter(([, value]) =>
    value !== null && value !== undefined
  );
  const nested = entries.filter(([, value]) => isTable(value) || isList(value));
  const plain = entries.filter((entry) => !nested.includes(entry));
  const lines = plain.map(([key, value]) => `${key} = ${written(value, key)}\n`).join("");
  return lines + nested.map(([key, value]) => {
    const name = path === "" ? key : `${path}.${key}`;
    return isTable(value)
      ? `\n[${name}]\n${tables(value, name)}`
      : value.map((/** @type {any} */ item) => `\n[[${name}]]\n${tables(item, name)}`).join("");
  }).join("");
}

/** @param {unknown} value */
function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {boolean} Whether it is a list of tables. */
function isList(value) {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

/** @param {unknown} value @param {string} key @returns {string} EtherTypes as everybody writes them. */
function written(value, key) {
  if (Array.isArray(value)) return `[${value.map((each) => written(each, key)).join(", ")}]`;
  return key === "ether_types" ? `0x${Number(value).toString(16)}` : JSON.stringify(value);
}
