// Searches of a reader without an account: kept in this browser alone, and only if its reader wants that.
"use strict";

const KEPT = "shuyin.searches";
const OFF = "shuyin.searches.off";
const MOST = 50;

// Where storage is forbidden (private windows, settings) nothing is kept.
const storage = (() => {
  try {
    window.localStorage.getItem(OFF);
    return window.localStorage;
  } catch {
    return null;
  }
})();

const read = () => {
  try {
    const kept = JSON.parse(storage.getItem(KEPT) || "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one.url === "string" && one.url.startsWith("/books")) : [];
  } catch {
    return [];
  }
};

const write = (searches) => {
  try {
    storage.setItem(KEPT, JSON.stringify(searches.slice(0, MOST)));
  } catch {
    storage.removeItem(KEPT); // full: the history is what can be spared
  }
};

const note = () => {
  const list = document.getElementById("list");
  if (!storage || storage.getItem(OFF) || !list || !list.dataset.search) return;
  const { search: words, address: url, total } = list.dataset;
  write([{ words, url, total, at: new Date().toISOString() }, ...read().filter((one) => one.url !== url)]);
};

const show = () => {
  const place = document.getElementById("browser-searches");
  if (!place || !storage) return;
  const off = Boolean(storage.getItem(OFF));
  const searches = read();
  place.hidden = false;
  place.querySelector("[data-history=stop]").hidden = off;
  place.querySelector("[data-history=keep]").hidden = !off;
  place.querySelector("[data-history=clear]").hidden = !searches.length;
  place.querySelector("[role=status]").textContent = off ? place.dataset.off : searches.length ? "" : place.dataset.empty;
  place.querySelector("ul").replaceChildren(
    ...searches.map((one) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = one.url;
      link.textContent = one.words;
      const about = document.createElement("span");
      about.className = "muted small figures";
      about.textContent = ` ${one.total} · ${new Date(one.at).toLocaleString(document.documentElement.lang)} `;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "button slim quiet";
      remove.dataset.forget = one.url;
      remove.textContent = place.dataset.remove;
      remove.setAttribute("aria-label", `${place.dataset.remove} ${one.words}`);
      item.append(link, about, remove);
      return item;
    }),
  );
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-history], [data-forget]");
  if (!button || !storage) return;
  if (button.dataset.forget) write(read().filter((one) => one.url !== button.dataset.forget));
  else {
    if (button.dataset.history !== "keep") storage.removeItem(KEPT);
    if (button.dataset.history === "stop") storage.setItem(OFF, "1");
    if (button.dataset.history === "keep") storage.removeItem(OFF);
  }
  show();
  const next = document.querySelector("#browser-searches button:not([hidden])");
  if (next) next.focus();
});

document.addEventListener("htmx:afterSettle", note);
note();
show();
