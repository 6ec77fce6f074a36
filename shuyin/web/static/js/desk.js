// Helps for the cataloguing desk. Without it everything works by buttons and access keys.
"use strict";

// Alt and the letter or digit beside a button, the same in every browser (access keys differ from one to the next).
document.addEventListener("keydown", (event) => {
  const key = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1]?.toLowerCase();
  if (!key || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const wanted = document.querySelector(`main [accesskey="${key}"]:not(:disabled)`);
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
  if (wanted.matches("a, button")) wanted.click();
});

const form = document.getElementById("record-form");
form?.addEventListener("keydown", (event) => {
  if (event.target.name !== "content" || event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault(); // a field has no lines: Enter saves, as in any input
  form.requestSubmit(form.querySelector('[value="save"]'));
});

// Leaving with edits that are not saved is asked about.
let edited = false;
form?.addEventListener("input", () => { edited = true; });
form?.addEventListener("submit", () => { edited = false; });
window.addEventListener("beforeunload", (event) => { if (edited) event.preventDefault(); });
