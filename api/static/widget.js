/* Påfyll chat widget: <script src="https://HOST/chat/widget.js"></script> <pafyll-chat region="vg"></pafyll-chat>

   region    whose patients chat here (needed)
   src-base  where the service answers; default: where this script came from
   inline    shown at once in the page instead of behind a button
   Colours and font: --pafyll-accent, --pafyll-on-accent, --pafyll-ink, --pafyll-paper, --pafyll-soft, --pafyll-line,
   --pafyll-font. What stands between the tags is for browsers without script: link to /chat/form?region=... there.
   Wire format: see api/channels/chat_wire.py. */
(() => {
  "use strict";
  if (customElements.get("pafyll-chat")) return;

  const SCRIPT_BASE = new URL(document.currentScript?.src || location.href).origin;
  const CONTACT = /*CONTACTS*/ {};
  const RETRY_SECONDS = [1, 2, 4, 8, 15];
  const ANSWER_MS = 25000;
  const SOCKET_MS = 3000;
  const DOTS = "•••";
  const SECRET = new Set(["identity", "code"]);
  const PERSONAL_NUMBER = /\b\d{6,8}[-+ ]?\d{4}\b/g;

  const TEXTS = {
    sv: {
      open: "Beställ hjälpmedel", title: "Beställ hjälpmedel", close: "Stäng", restart: "Börja om",
      notice: "Du skriver med en automatisk assistent. Vid fara för livet: ring 112. Råd om sjukdom: ring 1177.",
      person: "Prata med en människa:", hours: "vardagar {opens}–{closes}", lunch: "lunchstängt {0}–{1}",
      log: "Samtal", history: "Tidigare meddelanden", you: "Du", bot: "Påfyll", choices: "Välj ett svar",
      label: "Skriv här", labelIdentity: "Personnummer (syns inte i chatten)", labelCode: "Sexsiffrig kod",
      send: "Skicka", writing: "Påfyll skriver …", sent: "Skickat.",
      offline: "Ingen kontakt just nu. Meddelandet skickas när det går.",
      failed: "Det gick inte att skicka. Försök igen, eller ring kundtjänst.", retry: "Försök igen",
      rejected: "Det meddelandet gick inte att ta emot. Skriv kortare och utan specialtecken.",
    },
  };

  const STYLE = `
    :host { --accent: var(--pafyll-accent, #0b5c74); --on-accent: var(--pafyll-on-accent, #fff);
      --ink: var(--pafyll-ink, #17202a); --paper: var(--pafyll-paper, #fff); --soft: var(--pafyll-soft, #eef3f6);
      --line: var(--pafyll-line, #6b7a86); display: block; color: var(--ink); color-scheme: light dark;
      font: 1rem/1.5 var(--pafyll-font, system-ui, sans-serif); }
    @media (prefers-color-scheme: dark) { :host { --accent: var(--pafyll-accent, #8fd0e6);
      --on-accent: var(--pafyll-on-accent, #10222a); --ink: var(--pafyll-ink, #eef3f6);
      --paper: var(--pafyll-paper, #121a21); --soft: var(--pafyll-soft, #1e2a33); --line: var(--pafyll-line, #93a3af); } }
    [hidden] { display: none !important; }
    button, textarea, input { font: inherit; min-height: 44px; border-radius: 8px; box-sizing: border-box; }
    button { padding: .4rem .9rem; cursor: pointer; color: var(--accent); background: var(--paper);
      border: 2px solid var(--accent); text-align: left; }
    button:hover { text-decoration: underline; }
    button.strong { color: var(--on-accent); background: var(--accent); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .launch { position: fixed; right: 1rem; bottom: 1rem; z-index: 9998; border-radius: 24px; }
    .panel { display: flex; flex-direction: column; background: var(--paper); border: 1px solid var(--line);
      border-radius: 12px; overflow: hidden; min-width: 0; }
    :host(:not([inline])) .panel { position: fixed; right: 1rem; bottom: 1rem; z-index: 9999;
      width: min(26rem, calc(100vw - 2rem)); height: min(42rem, calc(100vh - 2rem)); box-shadow: 0 6px 30px #0004; }
    :host([inline]) .panel { height: 100%; min-height: 22rem; }
    header { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .5rem .75rem;
      background: var(--soft); border-bottom: 1px solid var(--line); }
    h2 { font-size: 1.1rem; margin: 0; flex: 1 1 8rem; }
    .scroll { flex: 1 1 12rem; overflow-y: auto; padding: .75rem; overflow-wrap: anywhere; }
    .notice, .contact { font-size: .9rem; margin: 0; }
    .notice { padding-bottom: .75rem; }
    .contact { padding: .5rem .75rem; background: var(--soft); border-top: 1px solid var(--line); }
    a { color: var(--accent); }
    .said { margin: 0 0 .75rem; max-width: 88%; }
    .said .who { display: block; font-size: .85rem; font-weight: 600; }
    .said .what { display: block; white-space: pre-wrap; padding: .5rem .75rem; border-radius: 8px;
      background: var(--soft); width: fit-content; max-width: 100%; box-sizing: border-box; }
    .you { margin-left: auto; } .you .who { text-align: right; }
    .you .what { margin-left: auto; background: var(--paper); border: 1px solid var(--line); }
    .choices { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0 .75rem .5rem; max-height: 40%; overflow-y: auto; }
    .status { min-height: 1.5em; margin: 0; padding: 0 .75rem; font-size: .9rem; }
    form { display: flex; flex-wrap: wrap; gap: .25rem .5rem; padding: .5rem .75rem .75rem; align-items: end; }
    label { flex: 1 1 100%; font-weight: 600; font-size: .9rem; }
    textarea { flex: 1 1 8rem; min-width: 0; padding: .5rem .75rem; resize: vertical; color: inherit;
      background: var(--paper); border: 2px solid var(--line); }
    @media (prefers-reduced-motion: no-preference) { .scroll { scroll-behavior: smooth; } }`;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /** An element: make("p", {class: "x"}, "text", otherElement). Text only, never markup. */
  function make(name, attributes = {}, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(key, value);
      else if (value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...inside);
    return element;
  }

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  class ServerRefused extends Error {}

  /** Sends one message at a time and gives its answer: over the socket where there is one, else over HTTP. */
  class Line {
    constructor(base) { this.base = base; this.socket = null; }

    async newSession(region) {
      return (await this.post("/chat/session", { region })).session;
    }

    async ask(session, message) {
      const socket = await this.open(session);
      if (!socket) return this.post("/chat/message", { session, ...message });
      return this.overSocket(socket, message);
    }

    async post(path, body) {
      const response = await fetch(this.base + path, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const answer = await response.json().catch(() => ({}));
      if (!response.ok && !answer.error) throw new ServerRefused(String(response.status));
      return answer;
    }

    /** The socket, opened if need be; null where none can be had (then it is not tried again for this session). */
    open(session) {
      if (this.session === session && this.socket?.readyState === WebSocket.OPEN) return this.socket;
      if (this.session === session && this.noSocket) return null;
      this.close();
      this.session = session;
      this.noSocket = false;
      return new Promise((resolve) => {
        const give = (socket) => { this.noSocket = !socket; this.socket = socket; resolve(socket); };
        const ready = () => { socket.onerror = null; socket.onclose = () => { this.socket = null; }; give(socket); };
        let socket;
        try { socket = new WebSocket(this.base.replace(/^http/, "ws") + "/chat/ws"); } catch { return give(null); }
        const late = setTimeout(() => { socket.close(); give(null); }, SOCKET_MS);
        socket.onopen = () => socket.send(JSON.stringify({ session }));
        // Told of a bad session we turn to HTTP, where the same is said as an answer.
        socket.onmessage = (event) => { clearTimeout(late); (JSON.parse(event.data).ready ? ready : give)(null); };
        socket.onerror = socket.onclose = () => { clearTimeout(late); give(null); };
      });
    }

    overSocket(socket, message) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => socket.close(), ANSWER_MS);
        socket.onerror = socket.onclose = () => { clearTimeout(late); this.socket = null; reject(new Error("closed")); };
        socket.onmessage = (event) => {
          const answer = JSON.parse(event.data);
          if (answer.id && answer.id !== message.id) return;
          clearTimeout(late);
          resolve(answer);
        };
        socket.send(JSON.stringify(message));
      });
    }

    close() {
      if (this.socket) { this.socket.onclose = this.socket.onerror = null; this.socket.close(); }
      this.socket = null;
    }
  }

  class PafyllChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.base = (this.getAttribute("src-base") || SCRIPT_BASE).replace(/\/$/, "");
      this.region = this.getAttribute("region") || "";
      this.texts = TEXTS.sv;
      this.key = `pafyll-chat:${this.base}:${this.region}`;
      this.line = new Line(this.base);
      this.secretQueue = [];
      this.build();
      this.restore();
      if (this.hasAttribute("inline")) this.begin();
      else if (this.state.open) this.show(false);
    }

    disconnectedCallback() { this.line?.close(); }

    build() {
      const t = this.texts;
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.launch = make("button", { type: "button", class: "launch strong", "aria-expanded": "false",
        click: () => this.show(true) }, t.open);
      this.history = make("div", { role: "region", "aria-label": t.history, hidden: true });
      this.log = make("div", { role: "log", "aria-label": t.log });
      this.status = make("p", { role: "status", class: "status" });
      this.choices = make("div", { class: "choices", role: "group", "aria-label": t.choices, hidden: true });
      this.label = make("label", { for: "text" }, t.label);
      this.input = make("textarea", { id: "text", rows: "1", maxlength: "1000", autocomplete: "off",
        keydown: (event) => this.onKey(event) });
      this.scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t.title },
        make("p", { class: "notice" }, t.notice), this.history, this.log);
      this.panel = make("section", { class: "panel", lang: "sv", "aria-label": t.title,
        keydown: (event) => { if (event.key === "Escape") this.hide(); } },
      make("header", {}, make("h2", {}, t.title),
        make("button", { type: "button", class: "restart", click: () => this.restart() }, t.restart),
        ...(this.hasAttribute("inline") ? [] : [make("button", { type: "button", class: "close",
          click: () => this.hide() }, t.close)])),
      this.scroll, this.status, this.choices,
      make("form", { submit: (event) => { event.preventDefault(); this.sendText(); } },
        this.label, this.input, make("button", { class: "send strong" }, t.send)),
      this.contact());
      this.panel.hidden = !this.hasAttribute("inline");
      this.launch.hidden = !this.panel.hidden;
      root.append(this.launch, this.panel);
    }

    contact() {
      const t = this.texts;
      const known = CONTACT[this.region] || { phone: this.getAttribute("phone") || "1177" };
      const line = make("p", { class: "contact" }, t.person, " ",
        make("a", { href: "tel:" + known.phone.replace(/[^\d+]/g, "") }, known.phone));
      if (known.hours) {
        const lunch = known.hours.lunch ? ", " + fill(t.lunch, known.hours.lunch) : "";
        line.append(` (${fill(t.hours, known.hours)}${lunch})`);
      }
      return line;
    }

    show(focus) {
      this.panel.hidden = false;
      this.launch.hidden = true;
      this.toEnd();
      this.keep({ open: true });
      this.begin();
      if (focus) this.input.focus();
    }

    hide() {
      if (this.hasAttribute("inline")) return;
      this.panel.hidden = true;
      this.launch.hidden = false;
      this.keep({ open: false });
      this.launch.focus();
    }

    /* What is kept for a reload of the page: never anything secret. */

    restore() {
      let kept = null;
      try { kept = JSON.parse(sessionStorage.getItem(this.key)); } catch { /* storage is off or spoilt: start afresh */ }
      this.state = { session: null, history: [], choices: [], expects: "anything", pending: null, open: false, ...kept };
      for (const one of this.state.history) this.history.append(this.bubble(one.who, one.text));
      this.history.hidden = !this.state.history.length;
      this.offer(this.state.choices, this.state.expects);
      this.toEnd();
    }

    keep(change) {
      Object.assign(this.state, change);
      try { sessionStorage.setItem(this.key, JSON.stringify(this.state)); } catch { /* then a reload starts afresh */ }
    }

    begin() {
      if (this.began) return;
      this.began = true;
      if (this.state.pending) this.deliver(this.state.pending);
      else if (!this.state.history.length) this.send({ event: "start" });
    }

    restart() {
      this.line.close();
      this.round = (this.round || 0) + 1;
      this.busy = false;
      this.secretQueue = [];
      this.log.replaceChildren();
      this.history.replaceChildren();
      this.history.hidden = true;
      this.keep({ session: null, history: [], choices: [], expects: "anything", pending: null });
      this.offer([], "anything");
      this.input.focus();
      this.send({ event: "start" });
    }

    /* Out */

    onKey(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.sendText();
    }

    sendText() {
      const text = this.input.value.trim();
      if (!text || this.busy) { this.input.focus(); return; }
      const secret = SECRET.has(this.state.expects);
      this.say("you", secret ? DOTS : text.replace(PERSONAL_NUMBER, DOTS));
      this.input.value = "";
      this.input.focus();
      this.send({ text }, secret || text.search(PERSONAL_NUMBER) >= 0);
    }

    sendChoice(choice, byKeyboard) {
      if (this.busy) return;
      this.say("you", choice.label);
      // Before the buttons go, or focus would be lost. After a tap not the text field: it would open the keyboard.
      (byKeyboard ? this.input : this.scroll).focus();
      this.send({ choice: choice.token });
    }

    send(content, secret = false) {
      const message = { id: newId(), ...content };
      this.offer([], this.state.expects);
      this.keep({ choices: [], pending: secret ? null : message });
      return this.deliver(message);
    }

    /** Sends until answered. The id stays the same, so what arrived twice counts once. */
    async deliver(message) {
      const round = this.round;
      const over = () => this.round !== round;
      this.busy = true;
      this.tell(this.texts.writing);
      for (let attempt = 0; !over(); attempt++) {
        try {
          const answer = await this.attempt(message);
          if (over()) return;
          if (answer.error === "bad_message") return this.stop(this.texts.rejected);
          if (answer.texts) return this.receive(answer);
        } catch (error) {
          if (over()) return;
          if (error instanceof ServerRefused && /^4/.test(error.message)) attempt = RETRY_SECONDS.length;
        }
        if (attempt >= RETRY_SECONDS.length) return this.giveUp(message);
        this.tell(this.texts.offline);
        await new Promise((resolve) => setTimeout(resolve, RETRY_SECONDS[attempt] * 1000));
      }
    }

    async attempt(message) {
      if (!this.state.session) this.keep({ session: await this.line.newSession(this.region) });
      const answer = await this.line.ask(this.state.session, message);
      if (answer.error === "bad_session") this.keep({ session: null });
      return answer;
    }

    giveUp(message) {
      this.stop(this.texts.failed);
      const again = make("button", { type: "button", click: () => { this.input.focus(); this.deliver(message); } },
        this.texts.retry);
      this.status.append(" ", again);
    }

    stop(text) { this.busy = false; this.tell(text); }

    /* In */

    receive(answer) {
      this.busy = false;
      this.tell("");
      this.panel.lang = answer.language || "sv";
      for (const text of answer.texts) this.say("bot", text);
      this.keep({ choices: answer.choices, expects: answer.expects, pending: null });
      this.offer(answer.choices, answer.expects);
    }

    say(who, text) {
      this.log.append(this.bubble(who, text));
      this.keep({ history: [...this.state.history, { who, text }].slice(-200) });
      this.toEnd();
    }

    bubble(who, text) {
      return make("p", { class: `said ${who}` },
        make("span", { class: "who" }, this.texts[who] + ": "), make("span", { class: "what" }, text));
    }

    offer(choices, expects) {
      this.choices.replaceChildren(...choices.map((choice) =>
        make("button", { type: "button", click: (event) => this.sendChoice(choice, event.detail === 0) }, choice.label)));
      this.choices.hidden = !choices.length;
      const t = this.texts;
      this.label.textContent = { identity: t.labelIdentity, code: t.labelCode }[expects] || t.label;
      this.input.inputMode = ["code", "number"].includes(expects) ? "numeric" : "text";
      this.input.autocomplete = expects === "code" ? "one-time-code" : "off";
      this.toEnd();
    }

    tell(text) { this.status.textContent = text; }

    toEnd() { this.scroll.scrollTop = this.scroll.scrollHeight; }
  }

  customElements.define("pafyll-chat", PafyllChat);
})();
