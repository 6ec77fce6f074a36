// Helps for the cataloguing desk. Without it everything works by buttons and access keys.
"use strict";

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
