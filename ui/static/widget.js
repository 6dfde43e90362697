// The assistant on a page of the City: <script src="https://cite.example/static/widget.js" defer></script>
// Optional: data-label="Texte du bouton". The page must be listed in CITE_ORIGINS. Nothing is kept; no cookie is set.
"use strict";
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const host = document.createElement("div");
  host.lang = "fr";
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; }
    * { box-sizing: border-box; font: 16px/1.5 system-ui, sans-serif; color: #1b1b1b; }
    button, a { color: #0a3d62; }
    button { min-height: 44px; padding: 6px 14px; border: 2px solid #0a3d62; border-radius: 4px; background: #fff; cursor: pointer; text-align: start; }
    button.primary, .open { background: #0a3d62; color: #fff; font-weight: 700; }
    :focus-visible { outline: 3px solid #0a3d8f; outline-offset: 2px; }
    .open { position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483000; }
    .panel { position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483001; width: min(26rem, calc(100vw - 32px)); max-height: calc(100vh - 32px); overflow: auto; background: #fff; border: 2px solid #0a3d62; border-radius: 8px; padding: 12px 16px; }
    [hidden] { display: none !important; }
    .top { display: flex; justify-content: space-between; align-items: center; gap: 8px; }
    h2 { font-size: 18px; font-weight: 700; margin: 0; } h3 { font-weight: 700; margin: 12px 0 4px; }
    .demo, .warning { background: #fdecea; color: #8a1c00; font-weight: 600; padding: 8px; }
    .you { background: #f3f4f6; padding: 8px; border-radius: 8px; margin: 12px 0 8px 32px; white-space: pre-wrap; overflow-wrap: anywhere; }
    blockquote { margin: 4px 0; padding: 8px; background: #f3f4f6; border-inline-start: 4px solid #767676; }
    textarea { width: 100%; border: 2px solid #767676; border-radius: 4px; padding: 8px; }
    label { font-weight: 600; } p, ul { margin: 6px 0; } .options { display: flex; flex-direction: column; gap: 6px; }
    details { border: 1px solid #767676; border-radius: 4px; padding: 0 8px; margin: 6px 0; } summary { min-height: 44px; padding: 8px 0; cursor: pointer; }`);
  root.adoptedStyleSheets = [style];

  function make(name, text, more = {}) {
    const node = document.createElement(name);
    if (text) node.textContent = text;
    for (const [key, value] of Object.entries(more)) if (value != null) node.setAttribute(key, value);
    return node;
  }
  const link = (text, href) => make("a", `${text} (nouvelle fenêtre)`, { href, target: "_blank", rel: "noopener" });

  const open = make("button", script.dataset.label || "Poser une question sur une démarche", { class: "open", type: "button", "aria-expanded": "false" });
  const panel = make("section", "", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: "" });
  const top = make("div", "", { class: "top" });
  const close = make("button", "Fermer", { type: "button" });
  top.append(make("h2", "Cité, l’assistant qui cite", { id: "title" }), close);
  const demo = make("p", "Démonstration : version non approuvée par le comité d’éthique.", { class: "demo", hidden: "" });
  const log = make("div", "", { role: "log", "aria-live": "off", "aria-label": "Conversation", tabindex: "0" });
  const status = make("p", "", { role: "status" });
  const form = make("form", "");
  const field = make("textarea", "", { id: "q", rows: "3", maxlength: "4000", required: "", autocomplete: "off", "aria-describedby": "hint" });
  const send = make("button", "Envoyer", { class: "primary" });
  form.append(make("label", "Votre question", { for: "q" }), make("p", "4000 caractères au plus. N’écrivez ni nom ni numéro.", { id: "hint" }), field, send);
  const human = make("p", "Parler à une personne : ");
  human.append(make("a", "3975", { href: "tel:3975" }));
  panel.append(top, demo,
    make("p", "Vous écrivez à un programme, pas à une personne. Il cite des documents officiels ; quand il n’a rien à citer, il le dit. Rien n’est gardé de vos questions."),
    log, status, form, human);
  root.append(open, panel);

  let conversation, running = false;
  function shut() { panel.hidden = true; open.hidden = false; open.setAttribute("aria-expanded", "false"); open.focus(); }
  async function show() {
    panel.hidden = false; open.hidden = true; open.setAttribute("aria-expanded", "true"); field.focus();
    try { demo.hidden = !(await (await fetch(`${home}/api/v1/status`)).json()).demo; } catch { status.textContent = "Le service ne répond pas : appelez le 3975."; }
  }

  function answered(answer) {
    const article = make("article", "", { tabindex: "-1", "aria-label": "Réponse" });
    const add = (...nodes) => article.append(...nodes);
    for (const one of answer.notices) add(make("p", one.text));
    if (answer.branch.length) add(make("p", `Pour cette situation : ${answer.branch.join(" › ")}`));
    if (answer.text) add(make("p", answer.text));
    const numbers = new Map();
    let heading = "";
    for (const sentence of answer.sentences) {
      if (sentence.heading && sentence.heading !== heading) add(make("h3", sentence.heading.replaceAll(" > ", " › ")));
      heading = sentence.heading;
      const line = make("p", sentence.text);
      for (const cited of sentence.citations) {
        const key = cited.passage + "\n" + cited.quote;
        if (!numbers.has(key)) numbers.set(key, { number: numbers.size + 1, cited });
        line.append(` [${numbers.get(key).number}]`);
      }
      if (sentence.link) line.append(" ", link(new URL(sentence.link).hostname, sentence.link));
      add(line);
    }
    for (const one of answer.warnings) add(make("p", one.text, { class: "warning" }));
    if (answer.question) {
      add(make("h3", answer.question.text));
      const options = make("div", "", { class: "options" });
      answer.question.options.forEach((label, rank) => {
        const button = make("button", label, { type: "button" });
        button.addEventListener("click", () => ask(answer.asked, answer.question.documents.length
          ? { document: answer.question.documents[rank] } : { picked: [[answer.question.choice, label]] }));
        options.append(button);
      });
      add(options);
    }
    if (answer.also.length) {
      const list = make("ul");
      for (const one of answer.also) list.append(make("li", one.label));
      add(make("h3", "Autres cas et exceptions"), list);
    }
    for (const { number, cited } of numbers.values()) {
      const source = make("details");
      source.append(make("summary", `Source ${number} : ${cited.title}`), make("blockquote", cited.quote));
      source.append(make("p", `${cited.publisher}, ${cited.licence}${cited.updated ? `, mis à jour le ${new Date(cited.updated).toLocaleDateString("fr-FR", { dateStyle: "long" })}` : ""}`));
      if (cited.url) source.append(link("Lire la page officielle", cited.url));
      add(source);
    }
    if (answer.contact) add(make("p", `À qui vous adresser : ${[answer.contact.name, answer.contact.phone, answer.contact.address].filter(Boolean).join(", ")}`));
    if (!answer.generated) add(make("p", "Sans intelligence artificielle générative."));
    if (answer.receipt) {
      const proof = make("p", "");
      proof.append(link(`Reçu ${answer.receipt}`, `${home}/recu/${answer.receipt}`), " ", link("Contester", `${home}/contester?recu=${answer.receipt}`));
      add(proof);
    }
    return article;
  }

  async function ask(text, chosen = {}) {
    if (running) return;
    running = true;
    status.textContent = "Recherche en cours…";
    try {
      const before = conversation ? { ...conversation, ...chosen } : undefined;
      let response, answer, tries = 0;
      do {
        // In a crowd, the answer is a rank, and a ticket that keeps it.
        const place = answer ? { "queue-ticket": answer.ticket } : {};
        response = await fetch(`${home}/api/v1/ask`, { method: "POST", headers: { "content-type": "application/json", ...place }, body: JSON.stringify({ q: text, conversation: before }) });
        answer = await response.json();
        if (answer.ticket) status.textContent = answer.position === 1 ? "Beaucoup de monde : c’est bientôt votre tour." : `Beaucoup de monde : vous êtes ${answer.position}e dans la file.`;
        tries += 1;
      } while (answer.ticket && tries < 6);
      if (answer.ticket) { status.textContent = "Il y a toujours beaucoup de monde : réessayez plus tard, ou appelez le 3975."; return; }
      if (!response.ok) { status.textContent = `${answer.title}. ${answer.detail}`; return; }
      conversation = answer.conversation;
      answer.asked = text;
      const article = answered(answer);
      log.append(make("p", `Vous avez demandé : ${text}`, { class: "you" }), article);
      field.value = "";
      status.textContent = "Réponse affichée.";
      article.focus();
    } catch { status.textContent = "La réponse n’est pas arrivée. Réessayez, ou appelez le 3975."; }
    finally { running = false; }
  }

  open.addEventListener("click", show);
  close.addEventListener("click", shut);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); if (field.value.trim()) ask(field.value); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  document.body.append(host);
})();
