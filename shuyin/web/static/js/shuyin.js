// Small helps on top of pages that work without them. The URL and the form say everything; the one thing kept beside
// them is which rows are ticked for download, for as long as the tab is open.
"use strict";

// Tell screen readers what a search brought, after the list was replaced in place.
document.addEventListener("htmx:afterSettle", () => {
  const list = document.getElementById("list");
  const status = document.getElementById("announce");
  if (list && list.dataset.announce && status.textContent !== list.dataset.announce) {
    status.textContent = list.dataset.announce;
  }
});

// Send what the browser itself would send: the pressed button too; and leave empty controls out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { formData, triggeringEvent } = event.detail;
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter((value) => value !== "");
    formData.delete(name);
    for (const value of values) formData.append(name, value);
  }
  const button = triggeringEvent && triggeringEvent.submitter;
  if (button && button.name && !formData.getAll(button.name).includes(button.value)) {
    formData.append(button.name, button.value);
  }
});

// A button that leads to a page of its own (all values of a facet) goes there, with what the form holds.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[formaction]");
  if (!button || !button.form || !button.form.hasAttribute("hx-get")) return;
  event.preventDefault();
  const pairs = [...new FormData(button.form)].filter(([, value]) => value !== "");
  window.location.assign(`${button.formAction}?${new URLSearchParams(pairs)}`);
});

// An answer that cannot be swapped in (the server is down): let the browser go there and show what it says.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500 && event.detail.elt.id === "refine") {
    window.location.assign(event.detail.xhr.responseURL);
  }
});

// Ticked rows of a list stay ticked for the visit: on its other pages, after a new search, on the way back.
const bar = () => document.querySelector("[data-ticks]");
const boxes = () => [...document.querySelectorAll("input.tick[form=export]")];
const readTicks = (name) => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(`ticks:${name}`));
    return new Set(Array.isArray(kept) ? kept.map(String) : []);
  } catch {
    return new Set(); // storage is switched off: ticks then hold for one page
  }
};
const writeTicks = (name, ticks) => {
  try {
    sessionStorage.setItem(`ticks:${name}`, JSON.stringify([...ticks]));
  } catch {
    // as above
  }
};
const sayTicks = (at, number) => {
  const limit = Number(at.dataset.limit);
  const text = number > limit ? at.dataset.over : number ? at.dataset.count : at.dataset.none;
  const values = { n: number, limit, over: number - limit };
  const shown = text.replace(/\{(\w+)\}/g, (_, key) => values[key].toLocaleString());
  const status = document.getElementById("ticked");
  if (status.textContent !== shown) status.textContent = shown;
  at.classList.toggle("over", number > limit);
  const above = document.getElementById("ticked-above");
  if (above) {
    above.hidden = !number;
    above.textContent = shown;
  }
  at.querySelector("[data-ticks-clear]").disabled = !number;
};
const showTicks = () => {
  const at = bar();
  if (!at) return;
  const ticks = readTicks(at.dataset.ticks);
  const carried = document.querySelectorAll("input[data-carried]");
  for (const input of carried) {
    ticks.add(input.value); // an address that brought ticks along (made without scripts)
    if (input.type === "hidden") input.remove();
    else input.removeAttribute("data-carried");
  }
  if (carried.length) {
    writeTicks(at.dataset.ticks, ticks);
    const plain = new URL(window.location.href);
    for (const name of ["id", "choose"]) plain.searchParams.delete(name);
    window.history.replaceState(window.history.state, "", plain);
  }
  for (const box of boxes()) box.checked = ticks.has(box.value);
  sayTicks(at, ticks.size);
};
const keepTicks = (changed, checked) => {
  const at = bar();
  const ticks = readTicks(at.dataset.ticks);
  for (const box of changed) {
    box.checked = checked(box);
    if (box.checked) ticks.add(box.value);
    else ticks.delete(box.value);
  }
  writeTicks(at.dataset.ticks, ticks);
  sayTicks(at, ticks.size);
};
document.addEventListener("change", (event) => {
  if (bar() && event.target.matches("input.tick[form=export]")) keepTicks([event.target], (box) => box.checked);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-ticks-page]")) keepTicks(boxes(), () => true);
  if (event.target.closest("[data-ticks-clear]")) {
    writeTicks(bar().dataset.ticks, new Set());
    showTicks();
  }
});
document.addEventListener("submit", (event) => {
  const at = bar();
  if (!at || !event.target.matches("#export")) return; // its inputs are called "id", which hides `form.id`
  for (const former of event.target.querySelectorAll("input[data-elsewhere]")) former.remove();
  const here = new Set(boxes().map((box) => box.value));
  for (const id of readTicks(at.dataset.ticks)) {
    if (here.has(id)) continue;
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "id", value: id });
    input.dataset.elsewhere = "";
    event.target.append(input);
  }
});
window.addEventListener("pageshow", showTicks); // also where the browser brings a page back as it was
document.addEventListener("htmx:afterSettle", showTicks);

// A visitor's shelf lives in a cookie. The browser's storage remembers its books beside it, so that they can be put
// back when the cookie is lost; who signs in has them in the account, and nothing stays behind.
const readShelf = () => {
  try {
    const kept = JSON.parse(localStorage.getItem("shelf"));
    return Array.isArray(kept) ? kept.map(String).filter((id) => /^\d+$/.test(id)) : [];
  } catch {
    return []; // storage is switched off: the cookie alone will do
  }
};
const writeShelf = (ids) => {
  try {
    if (ids.length) localStorage.setItem("shelf", JSON.stringify(ids));
    else localStorage.removeItem("shelf");
  } catch {
    // as above
  }
};
const isSignedIn = () => document.querySelector('form[action="/account/logout"]') !== null;
const mirrorShelf = () => {
  if (isSignedIn()) writeShelf([]);
  const shown = document.querySelector("[data-shelf]");
  if (shown) writeShelf([...shown.querySelectorAll("input.tick")].map((box) => box.value));
  const offer = document.getElementById("shelf-remembered");
  const ids = offer ? readShelf() : [];
  if (!ids.length) return;
  for (const id of ids) {
    offer.append(Object.assign(document.createElement("input"), { type: "hidden", name: "add", value: id }));
  }
  offer.querySelector("b").textContent = ids.length;
  offer.querySelector("button[type=button]").addEventListener("click", () => {
    writeShelf([]);
    offer.hidden = true;
  });
  offer.hidden = false;
};
mirrorShelf();
document.addEventListener("htmx:afterRequest", (event) => {
  const button = event.detail.requestConfig.elt; // `detail.elt` is what stands in its place by now
  if (!event.detail.successful || !button.matches("button.keep") || isSignedIn()) return;
  const others = readShelf().filter((id) => id !== button.value);
  writeShelf(button.name === "add" ? [...others, button.value] : others);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("#shelf-clear")) writeShelf([]);
});

// ARIA combobox with a listbox of suggestions (WAI-ARIA authoring practices, "editable combobox with list autocomplete").
for (const input of document.querySelectorAll("input[data-combobox]")) {
  const list = document.getElementById(input.dataset.combobox);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];
  const close = () => {
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const select = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const go = (option) => {
    if (option.dataset.href) window.location.assign(option.dataset.href);
    else {
      input.value = option.dataset.value;
      close();
      input.form.requestSubmit();
    }
  };

  list.addEventListener("htmx:afterSwap", () => {
    const expanded = document.activeElement === input && options().length > 0;
    if (expanded) input.setAttribute("aria-expanded", "true");
    else close();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      event.preventDefault();
      go(option);
    }
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      select(all[(at + step + (at < 0 && step < 0 ? 1 : 0) + all.length) % all.length]);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      go(all[at]);
    } else if (event.key === "Escape" && all.length) {
      event.preventDefault();
      close();
    }
  });
}

// The drop-down entries of the menu close by Escape (back to the entry) and by a click elsewhere.
const openEntries = () => document.querySelectorAll("#menu details[open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const entry of openEntries()) {
    if (entry.contains(document.activeElement)) entry.querySelector("summary").focus();
    entry.open = false;
  }
});
document.addEventListener("click", (event) => {
  for (const entry of openEntries()) if (!entry.contains(event.target)) entry.open = false;
});
