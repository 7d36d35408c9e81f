/** The search box of each page: MiniSearch over the sections of all documents, made on first use. */
/* global MiniSearch, documentSections */
(() => {
  const MOST = 12;
  const EXCERPT = 160;
  const root = document.currentScript.dataset.root;
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  let index;

  function makeIndex() {
    index = new MiniSearch({
      idField: "url",
      fields: ["heading", "page", "text"],
      storeFields: ["url", "page", "heading", "text"],
      // Words such as host-uniq-unknown are found whole and by their parts.
      tokenize: (text) => text.split(/[\s,;:()[\]{}"'`=<>/|]+/).flatMap(parts),
      searchOptions: {
        prefix: true,
        fuzzy: 0.15,
        combineWith: "AND",
        boost: { heading: 4, page: 2 },
      },
    });
    index.addAll(documentSections);
  }

  function parts(word) {
    const plain = word.replace(/^[.\-_]+|[.\-_]+$/g, "");
    const inner = plain.split(/[-_.]/);
    return inner.length > 1 ? [plain, ...inner.filter((part) => part !== "")] : [plain];
  }

  function excerpt(text, terms) {
    const lower = text.toLowerCase();
    const places = terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0);
    const start = Math.max(0, Math.min(...places, text.length) - 40);
    const from = places.length === 0 ? 0 : start;
    const to = from + EXCERPT;
    return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
  }

  function entry({ url, page, heading, text, terms }) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = root + url;
    const title = document.createElement("strong");
    title.textContent = heading;
    const place = document.createElement("small");
    place.textContent = page === heading ? "" : page;
    const words = document.createElement("span");
    words.textContent = excerpt(text, terms);
    link.append(title, " ", place, words);
    item.append(link);
    return item;
  }

  function show() {
    const asked = input.value.trim();
    if (asked === "") {
      list.hidden = true;
      return;
    }
    if (index === undefined) makeIndex();
    const results = index.search(asked).slice(0, MOST);
    const nothing = document.createElement("li");
    nothing.textContent = `Nothing found for “${asked}”`;
    list.replaceChildren(...(results.length > 0 ? results.map(entry) : [nothing]));
    list.hidden = false;
  }

  function move(step) {
    const links = [input, ...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement) + step;
    links[Math.max(0, Math.min(at, links.length - 1))].focus();
  }

  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  document.addEventListener("keydown", (event) => {
    const isInside = event.target === input || list.contains(event.target);
    if (event.key === "/" && !isInside && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      return;
    }
    if (!isInside) return;
    if (event.key === "Escape") {
      input.blur();
      list.hidden = true;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target === input) {
      list.querySelector("a")?.click();
    }
  });
  document.addEventListener("click", (event) => {
    const isInside = event.target === input || list.contains(event.target);
    if (!isInside || event.target.closest("a")) list.hidden = true;
  });
  // A phone begins with the text, not with the menu.
  if (matchMedia("(max-width: 60rem)").matches) document.querySelector("nav details").open = false;
})();
