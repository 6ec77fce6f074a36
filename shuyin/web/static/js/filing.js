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

// Bring people to the list of problems.
document.getElementById("problems")?.focus();
