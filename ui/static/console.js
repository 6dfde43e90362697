/* The console's one script: keys are made and used here (WebCrypto, Ed25519), and no private key leaves this browser.
   Without it, the pages say how to sign from the command line. */
"use strict";
(() => {
  const TYPE = "application/vnd.in-toto+json";
  const ALGORITHM = "Ed25519";
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const base64 = (data) => btoa(Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join(""));
  const hex = (data) => Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const able = () => Boolean(globalThis.crypto && crypto.subtle && globalThis.indexedDB);

  /* The keys of this browser, by public key. They are not extractable: this page can use them, not read them. */
  const opened = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open("cite-cles", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("cles", { keyPath: "public" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const stored = async (mode, act) => {
    const base = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = base.transaction("cles", mode);
        const asked = act(transaction.objectStore("cles"));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      base.close();
    }
  };

  const say = (status, text) => {
    status.textContent = text;
    status.hidden = !text;
  };

  const withScript = () => document.querySelectorAll("[data-no-script]").forEach((one) => one.remove());

  /* Signing: the bytes shown are the bytes signed (DSSE pre-authentication encoding). */
  const form = document.querySelector("form[data-sign]");
  if (form) {
    const status = form.querySelector("[data-status]");
    const payload = bytes(form.elements.payload.value);
    document.querySelector("[data-exact]").textContent = new TextDecoder("utf-8", { fatal: true }).decode(payload);
    form.hidden = false;
    withScript();

    const encoded = () => {
      const head = new TextEncoder().encode(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `);
      const all = new Uint8Array(head.length + payload.length);
      all.set(head);
      all.set(payload, head.length);
      return all;
    };
    const send = async (key) => {
      say(status, form.dataset.wait);
      form.elements.signature.value = base64(await crypto.subtle.sign(ALGORITHM, key, encoded()));
      form.submit();
    };

    form.querySelector("[data-kept]").addEventListener("click", async () => {
      if (!able()) return say(status, form.dataset.noCrypto);
      try {
        const kept = await stored("readonly", (keys) => keys.get(form.dataset.key));
        if (!kept) return say(status, form.dataset.noKey);
        await send(kept.private);
      } catch {
        say(status, form.dataset.noCrypto);
      }
    });

    form.querySelector("[data-with-file]").addEventListener("click", async () => {
      if (!able()) return say(status, form.dataset.noCrypto);
      const input = form.querySelector("[data-file]");
      let key;
      try {
        const text = await input.files[0].text();
        const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text)[1];
        key = await crypto.subtle.importKey("pkcs8", bytes(body.replace(/\s/g, "")), ALGORITHM, false, ["sign"]);
      } catch {
        return say(status, form.dataset.badFile);
      }
      await send(key);
    });
  }

  /* The first key. */
  const make = document.querySelector("[data-make]");
  if (make) {
    const status = make.querySelector("[data-status]");
    const list = make.querySelector("[data-keys]");
    const seat = document.querySelector("[data-seat]")?.dataset.seat;
    make.hidden = false;
    withScript();

    const show = async () => {
      const keys = (await stored("readonly", (all) => all.getAll())).filter((one) => one.owner === make.dataset.owner);
      list.replaceChildren(...keys.map((one) => {
        const item = document.createElement("li");
        const code = document.createElement("code");
        code.textContent = one.public;
        const forget = document.createElement("button");
        forget.type = "button";
        forget.textContent = make.dataset.forget;
        forget.setAttribute("aria-label", `${make.dataset.forget} ${one.public.slice(0, 8)}`);
        forget.addEventListener("click", async () => {
          await stored("readwrite", (all) => all.delete(one.public));
          say(status, make.dataset.forgotten);
          await show();
        });
        item.append(code, one.public === seat ? ` (${make.dataset.mine}) ` : " ", forget);
        return item;
      }));
      if (!keys.length) {
        const item = document.createElement("li");
        item.textContent = list.dataset.none;
        list.append(item);
      }
    };

    const download = (text) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" }));
      link.download = "ma-cle.pem";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    };

    make.querySelector("[data-create]").addEventListener("click", async () => {
      if (!able()) return say(status, make.dataset.noCrypto);
      try {
        const here = make.querySelector("#here").checked;
        const pair = await crypto.subtle.generateKey(ALGORITHM, !here, ["sign", "verify"]);
        const name = hex(await crypto.subtle.exportKey("raw", pair.publicKey));
        if (here) {
          await stored("readwrite", (all) => all.put({ public: name, private: pair.privateKey, owner: make.dataset.owner }));
          /* So that the browser does not drop it when it wants room. */
          navigator.storage?.persist?.();
        } else {
          const body = base64(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).replace(/.{64}/g, "$&\n").trim();
          download(`-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`);
        }
        make.querySelector("[data-public]").textContent = name;
        const line = make.querySelector("[data-line]");
        line.value = line.dataset.line.replace("@key@", name);
        make.querySelector("[data-made]").hidden = false;
        say(status, here ? make.dataset.keptTold : make.dataset.fileTold);
        await show();
      } catch {
        say(status, make.dataset.noCrypto);
      }
    });
    if (able()) show().catch(() => say(status, make.dataset.noCrypto));
  }

  /* The digest of the City's act, before it is sent (the same is shown afterwards), or of minutes that stay on paper. */
  for (const input of document.querySelectorAll("[data-act]")) {
    input.addEventListener("change", async () => {
      const status = document.querySelector("[data-digest]");
      const file = input.files[0];
      if (!file || !able()) return;
      const found = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const field = document.querySelector("[data-digest-field]");
      if (field) field.value = found;
      status.textContent = `${status.dataset.digest} ${found}`;
    });
  }
})();
