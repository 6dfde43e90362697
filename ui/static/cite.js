// The pages are whole without this file. It shows answers in place, sentence by sentence, and moves the focus once.
"use strict";
(() => {
  const log = document.querySelector("[data-log]");
  const status = document.querySelector("[data-status]");
  const form = document.querySelector("form.ask");
  if (!log || !form || !window.fetch || !window.TextDecoderStream) return;
  const field = form.elements.q, hidden = form.elements.c, stop = form.querySelector("[data-stop]");
  let running = null;
  // The end is told to screen readers; others see the answer itself.
  const say = (key) => { status.className = key === "done" ? "sr" : "status"; status.textContent = key ? status.dataset[key] : ""; };

  async function* events(response) {
    let rest = "";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      let end;
      while ((end = rest.indexOf("\n\n")) >= 0) {
        const [name, data] = rest.slice(0, end).split("\n");
        rest = rest.slice(end + 2);
        yield [name.slice(7), JSON.parse(data.slice(6))];
      }
    }
  }

  // The markup comes from this server, escaped there; scripts in it would not run, and the policy forbids them.
  function show(html) {
    const piece = document.createElement("template");
    piece.innerHTML = html;
    log.append(piece.content);
  }

  async function ask(data) {
    if (running) running.abort();
    running = new AbortController();
    log.querySelectorAll("form.wait").forEach((one) => { one.remove(); });
    const draft = document.createElement("div");
    draft.setAttribute("aria-busy", "true");
    draft.setAttribute("aria-hidden", "true");
    log.append(draft);
    stop.hidden = false;
    say("waiting");
    try {
      const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), signal: running.signal,
        headers: { accept: "text/event-stream" } });
      if (!(response.headers.get("content-type") || "").startsWith("text/event-stream")) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        draft.remove();
        show(page.querySelector("main [role=alert]").outerHTML);
        say("");
        return;
      }
      for await (const [name, event] of events(response)) {
        if (name === "sentence") {
          const line = document.createElement("p");
          line.textContent = event.text;
          draft.append(line);
        } else if (name === "queue") {
          status.textContent = event.text;
        } else {
          draft.remove();
          show(event.html);
          if (event.c) hidden.value = event.c;
          if (name !== "answer") { say(""); continue; }
          document.querySelectorAll("[data-intro]").forEach((part) => { part.hidden = true; });
          document.querySelectorAll("[data-after]").forEach((part) => { part.hidden = false; });
          document.querySelectorAll("[data-title]").forEach((part) => { part.className = "sr"; });
          const label = form.querySelector("label[data-again]");
          label.textContent = label.dataset.again;
          const last = log.querySelector("article:last-of-type");
          if (last) { last.scrollIntoView(); last.querySelector("h2").focus({ preventScroll: true }); }
          if (!data.get("again")) field.value = "";
          say("done");
        }
      }
    } catch (error) {
      draft.remove();
      say(error.name === "AbortError" ? "stopped" : "failed");
    } finally {
      stop.hidden = true;
      running = null;
    }
  }

  document.addEventListener("submit", (event) => {
    const sent = event.target.closest("form[data-ask]");
    if (!sent) return;
    event.preventDefault();
    const data = new FormData(sent, event.submitter);
    if (!data.get("c")) data.set("c", hidden.value);
    if (!String(data.get("q") || "").trim()) { field.focus(); return; }
    ask(data);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  // Whether it was useful: told in place, and the page stays.
  document.addEventListener("submit", async (event) => {
    const sent = event.target.closest("form[data-useful]");
    if (!sent) return;
    event.preventDefault();
    try {
      const response = await fetch(sent.action, { method: "POST", body: new URLSearchParams(new FormData(sent, event.submitter)) });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const told = page.querySelector("[data-thanks], [role=alert]");
      sent.textContent = told.textContent;
      sent.tabIndex = -1;
      sent.focus();
    } catch (error) { say("failed"); }
  });
  const dress = () => document.querySelectorAll("[data-copy], [data-print]").forEach((button) => { button.hidden = false; });
  new MutationObserver(dress).observe(log, { childList: true });
  dress();
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    if ("erase" in button.dataset) {
      event.preventDefault();
      log.replaceChildren();
      hidden.value = "";
      field.value = "";
      status.textContent = button.dataset.erase;
      field.focus();
    }
    if ("copy" in button.dataset) {
      const answer = button.closest("article").cloneNode(true);
      answer.querySelectorAll("form, .tools, .sr").forEach((part) => part.remove());
      try { await navigator.clipboard.writeText(answer.innerText || answer.textContent); status.textContent = button.dataset.copied; }
      catch (error) { getSelection().selectAllChildren(button.closest("article")); }
    }
  });
  stop.addEventListener("click", () => { if (running) running.abort(); field.focus(); });
  document.addEventListener("click", (event) => {
    const ref = event.target.closest("a.ref");
    const target = ref && document.getElementById(ref.hash.slice(1));
    if (target) target.open = true;
  });
})();
