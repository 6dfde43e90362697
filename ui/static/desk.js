/* The desk's one script. Personal data live in this tab alone (sessionStorage): they are put back in the letter here, in
   the page, in the clipboard and in the .docx, and are sent to nobody. Without it, tokens are replaced by hand. */
"use strict";
(() => {
  const key = (id) => `cite:${id}`;
  const known = (id) => JSON.parse(sessionStorage.getItem(key(id)) || "{}");

  /* What was masked, shown by the page once, is remembered until the tab is closed. */
  const table = document.querySelector("[data-hidden]");
  if (table) {
    const words = known(table.dataset.hidden);
    for (const row of table.querySelectorAll("tbody tr")) {
      words[row.querySelector("[data-token]").textContent] = row.querySelector("[data-words]").textContent;
    }
    sessionStorage.setItem(key(table.dataset.hidden), JSON.stringify(words));
    document.querySelector("[data-no-script]")?.remove();
  }

  /* What the agent types again of it is sent masked. */
  const draft = document.querySelector("[data-letter]");
  if (draft) {
    const words = Object.entries(known(draft.dataset.letter)).sort((a, b) => b[1].length - a[1].length);
    for (const form of draft.querySelectorAll("form:not([data-raw])")) {
      form.addEventListener("submit", () => {
        for (const field of form.querySelectorAll("textarea, input:not([type])")) {
          for (const [token, said] of words) field.value = field.value.split(said).join(token);
        }
      });
    }
  }

  const out = document.querySelector("[data-export]");
  if (!out) return;
  const words = known(out.dataset.export);
  const status = document.querySelector("[data-status]");
  const paper = document.querySelector("[data-text]");
  const fill = (text, written) => Object.entries(words).reduce((so, [token, said]) => so.split(token).join(written(said)), text);
  const left = (text) => [...new Set(text.match(/\[[\p{L}][^\[\]\d]{0,40} \d{1,3}\]/gu) || [])];

  paper.textContent = fill(paper.textContent, (said) => said);
  if (left(paper.textContent).length) status.textContent = out.dataset.unfilled.replace("@", left(paper.textContent).join(", "));

  const copy = out.querySelector("[data-copy]");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(paper.textContent);
      status.textContent = out.dataset.copied;
    } catch {
      /* No clipboard without https: the text is selected, to be copied by the keyboard. */
      getSelection().selectAllChildren(paper);
      status.textContent = out.dataset.failed;
    }
  });

  out.querySelector("[data-docx]").addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(event.currentTarget.href, { headers: { accept: "application/octet-stream" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const made = filled(new Uint8Array(await answer.arrayBuffer()));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([made]));
      link.download = "reponse.docx";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      status.textContent = out.dataset.saved;
    } catch {
      status.textContent = out.dataset.failed;
    }
  });

  /* The server stores the parts of the .docx without compression: the archive is read, its text filled, and written anew. */
  function filled(bytes) {
    const view = new DataView(bytes.buffer);
    let end = bytes.length - 22;
    while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
    let at = view.getUint32(end + 16, true);
    const parts = [];
    for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
      const size = view.getUint32(at + 20, true), long = view.getUint16(at + 28, true);
      const local = view.getUint32(at + 42, true);
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      if (view.getUint16(at + 10, true) !== 0) throw new Error("compressed");
      const name = bytes.slice(at + 46, at + 46 + long);
      parts.push([name, content(new TextDecoder().decode(name), bytes.slice(start, start + size))]);
      at += 46 + long + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return archive(parts);
  }

  function content(name, data) {
    if (name !== "word/document.xml") return data;
    const escaped = (said) => said.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
    return new TextEncoder().encode(fill(new TextDecoder().decode(data), escaped));
  }

  function archive(parts) {
    const pieces = [], index = [];
    let offset = 0;
    for (const [name, data] of parts) {
      const head = new DataView(new ArrayBuffer(30)), entry = new DataView(new ArrayBuffer(46));
      const sum = crc(data);
      head.setUint32(0, 0x04034b50, true);
      entry.setUint32(0, 0x02014b50, true);
      entry.setUint16(4, 20, true);
      for (const [to, from] of [[head, 4], [entry, 6]]) {
        to.setUint16(from, 20, true);
        to.setUint16(from + 2, 0x0800, true);
        to.setUint16(from + 8, 0x21, true);
        to.setUint32(from + 10, sum, true);
        to.setUint32(from + 14, data.length, true);
        to.setUint32(from + 18, data.length, true);
        to.setUint16(from + 22, name.length, true);
      }
      entry.setUint32(42, offset, true);
      pieces.push(head, name, data);
      index.push(entry, name);
      offset += 30 + name.length + data.length;
    }
    const last = new DataView(new ArrayBuffer(22));
    const size = index.reduce((so, one) => so + one.byteLength, 0);
    last.setUint32(0, 0x06054b50, true);
    last.setUint16(8, parts.length, true);
    last.setUint16(10, parts.length, true);
    last.setUint32(12, size, true);
    last.setUint32(16, offset, true);
    const whole = new Uint8Array(offset + size + 22);
    let at = 0;
    for (const one of [...pieces, ...index, last]) {
      whole.set(one instanceof DataView ? new Uint8Array(one.buffer) : one, at);
      at += one.byteLength;
    }
    return whole;
  }

  function crc(data) {
    let sum = 0xffffffff;
    for (const byte of data) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return (sum ^ 0xffffffff) >>> 0;
  }
})();
