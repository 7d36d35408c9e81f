// @ts-check
/// <reference lib="dom" />
/** DOM helpers. Text from the daemon reaches the page through `textContent` only. */

/**
 * Returns the element with this id.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new ReferenceError(`Cannot find element "${id}" in the page`);
  return /** @type {T} */ (element);
}

/**
 * Creates an element.
 *
 * @param {string} tag
 * @param {{ class?: string; text?: string; title?: string; label?: string }} [facts]
 * @param {readonly Node[]} [children]
 * @returns {HTMLElement}
 */
export function element(tag, facts = {}, children = []) {
  const made = document.createElement(tag);
  if (facts.class) made.className = facts.class;
  if (facts.text !== undefined) made.textContent = facts.text;
  if (facts.title) made.title = facts.title;
  if (facts.label) made.setAttribute("aria-label", facts.label);
  made.append(...children);
  return made;
}

/**
 * Sets the text of a node only if it differs, so selections and screen readers are not disturbed.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {HTMLElement} node
 * @param {string} name
 * @param {string} value
 */
export function setData(node, name, value) {
  if (node.dataset[name] !== value) node.dataset[name] = value;
}

/**
 * Updates the children of a list or table body to match these items, in this order. A child lives as
 * long as its item, so focus and selection survive an update.
 *
 * @template T
 * @param {HTMLElement} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => HTMLElement} create
 * @param {(child: HTMLElement, item: T) => void} update
 */
export function keepChildren(parent, items, key, create, update) {
  const old = new Map(
    [...parent.children].map((child) => [
      /** @type {HTMLElement} */ (child).dataset.key,
      /** @type {HTMLElement} */ (child),
    ]),
  );
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const child = old.get(name) ?? create(item);
    old.delete(name);
    child.dataset.key = name;
    update(child, item);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  for (const child of old.values()) child.remove();
}

/**
 * Creates a table row whose cells carry these headings; narrow screens show them above each value.
 *
 * @param {readonly (readonly [heading: string, kind?: string])[]} cells
 * @returns {HTMLElement}
 */
export function row(cells) {
  const line = element(
    "tr",
    {},
    cells.map(([heading, kind = ""], index) => {
      const cell = element(index === 0 ? "th" : "td", { class: kind });
      if (index === 0) cell.setAttribute("scope", "row");
      // Narrow screens lay rows out as cards; the roles keep it a table for screen readers.
      cell.setAttribute("role", index === 0 ? "rowheader" : "cell");
      cell.dataset.heading = heading;
      return cell;
    }),
  );
  line.setAttribute("role", "row");
  return line;
}

/**
 * Shows a number for each direction, each on its own line and in its own colour.
 *
 * @param {HTMLElement} cell
 * @param {string} up
 * @param {string} down
 */
export function setPair(cell, up, down) {
  if (cell.childElementCount !== 2) {
    const part = (/** @type {string} */ way, /** @type {string} */ words) =>
      element("span", { class: way }, [element("span", { class: "unseen", text: words })]);
    cell.replaceChildren(part("up", "up "), part("down", "down "));
    for (const child of cell.children) child.append(document.createTextNode(""));
  }
  const [first, second] = cell.children;
  setText(/** @type {Node} */ (first.lastChild), up);
  setText(/** @type {Node} */ (second.lastChild), down);
}
