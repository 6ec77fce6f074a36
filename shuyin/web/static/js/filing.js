// Helps for the forms that are filed. Without it everything is shown and works; nothing is kept here.
"use strict";

// Show what its condition asks for: data-when="field=a|b;other=c", all parts must hold.
const holds = (condition, form) =>
  condition.split(";").every((part) => {
    const [name, values] = part.split("=");
    const allowed = values.split("|");
    const inputs = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    if (!inputs.length) return condition !== "never=";
    return inputs.some((input) =>
      (input.type === "checkbox" || input.type === "radio" ? input.checked : true) && allowed.includes(input.value));
  });
const refresh = (form) => {
  for (const part of form.querySelectorAll("[data-when]")) part.hidden = !holds(part.dataset.when, form);
};
for (const form of document.querySelectorAll("form.filing")) {
  refresh(form);
  form.addEventListener("change", () => refresh(form));
}

// Which request of this page is the later one: on its way to the server one may overtake another.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.formData.has("turn")) detail.formData.set("turn", Date.now());
});
document.getElementById("step")?.addEventListener("submit", ({ target }) => { target.elements.turn.value = Date.now(); });

// What cannot be saved stays on the page, and the page says so; a refused dialogue is asked for as a page.
const step = document.getElementById("step");
const sayFailed = () => {
  const line = document.getElementById("line");
  line.className = "small notice";
  line.textContent = step.dataset.failed;
};
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!step || detail.xhr.status < 400) return;
  detail.shouldSwap = false;
  if (detail.target.id === "assist") step.requestSubmit(detail.requestConfig.elt);
  else sayFailed();
});
document.addEventListener("htmx:sendError", () => { if (step) sayFailed(); });

// The countdown, said aloud only now and then.
for (const clock of document.querySelectorAll("[data-deadline]")) {
  const show = () => {
    const minutes = Math.max(0, Math.ceil((Date.parse(clock.dataset.deadline) - Date.now()) / 60000));
    const text = clock.dataset.text.replace("{minutes}", minutes);
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle("soon", minutes <= 10);
    clock.setAttribute("aria-live", minutes <= 10 ? "polite" : "off");
  };
  show();
  setInterval(show, 5000);
}

// What is asked on sending is asked in a dialogue; without this it stands above the button.
for (const form of document.querySelectorAll("form[data-ask]")) {
  const send = form.querySelector("button.send");
  if (!send) continue;
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: form.dataset.ask });
  close.className = "button";
  close.addEventListener("click", () => dialog.close());
  const row = Object.assign(document.createElement("div"), { className: "row spread" });
  const confirm = send.cloneNode(true);
  row.append(close, confirm);
  dialog.append(form.querySelector(".ask"), row);
  dialog.setAttribute("aria-label", dialog.querySelector("h2").textContent);
  form.append(dialog);
  send.type = "button";
  send.addEventListener("click", () => dialog.showModal());
}

// A dialogue that the server sent; before it settles, htmx sets its attributes back.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "assist") event.target.querySelector("dialog")?.showModal();
});

// How many characters a text has, as the server counts them.
for (const line of document.querySelectorAll("[data-counts]")) {
  const field = document.getElementById(line.dataset.counts);
  const show = () => { line.textContent = line.dataset.text.replace("{n}", [...field.value.trim()].length); };
  field.addEventListener("input", show);
  show();
}

// Bring people to the list of problems.
document.getElementById("problems")?.focus();
