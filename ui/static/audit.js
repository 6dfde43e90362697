/* Reading answers by the keyboard: one key a label, Enter for the next one. Everything is in the form without it.
   The keys can be turned off, and never act while somebody types (WCAG 2.1.4). */
"use strict";
(() => {
  const form = document.querySelector("[data-read]");
  if (!form) return;
  const labels = [...form.querySelectorAll("[data-label]")];
  const [correct, ...wrong] = labels;
  const severe = form.querySelector("#severe");
  const marks = [...form.querySelectorAll("input[name=mark]")];
  const toggle = form.querySelector("[data-shortcuts]");
  const kept = "cite:audit-keys";

  form.querySelector("[data-keys]").hidden = false;
  try {
    toggle.checked = localStorage.getItem(kept) !== "off";
  } catch {
    /* Storage may be refused: the keys are then on at each page, and can be turned off there. */
  }
  const shown = () => {
    for (const key of document.querySelectorAll("[data-key]")) key.hidden = !toggle.checked;
  };
  shown();
  toggle.addEventListener("change", () => {
    shown();
    try {
      localStorage.setItem(kept, toggle.checked ? "on" : "off");
    } catch {
      /* As above. */
    }
  });

  /* A right answer has nothing wrong in it: choosing one side takes the other off. */
  correct.addEventListener("change", () => {
    if (correct.checked) for (const one of [...wrong, ...marks, severe]) one.checked = false;
  });
  for (const one of [...wrong, ...marks, severe]) {
    one.addEventListener("change", () => {
      if (one.checked) correct.checked = false;
    });
  }

  const acts = {
    g: () => severe.click(),
    r: () => form.querySelector("#comment").focus(),
    s: () => marks[(marks.indexOf(document.activeElement) + 1) % marks.length]?.focus(),
    a: () => document.querySelector("[data-back]")?.click(),
    enter: () => form.requestSubmit(form.querySelector("[data-save]")),
  };
  labels.forEach((label, rank) => {
    acts[String(rank + 1)] = () => label.click();
  });

  /* The digits of a French keyboard ask for the shift key: the place of the key counts, not what it prints. */
  const named = (event) => (/^(Digit|Numpad)\d$/.test(event.code) ? event.code.slice(-1) : event.key.toLowerCase());
  const typing = "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])";
  const acting = "a, button, summary";

  document.addEventListener("keydown", (event) => {
    if (!toggle.checked || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = named(event);
    if (!(key in acts) || event.target.closest(typing)) return;
    if (key === "enter" && event.target.closest(acting)) return;
    event.preventDefault();
    acts[key]();
  });
})();
