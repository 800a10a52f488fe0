const WARN_MINUTES = Math.min(5, CONFIG.silence_minutes / 2);
const ESCAPE = "Escape";

class PafyllChat extends HTMLElement {
  connectedCallback() {
    const sheet = new CSSStyleSheet(); // where a browser is too old for it, what stands between the tags stays
    sheet.replaceSync(STYLE);
    const root = this.shadowRoot || this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.base = (this.getAttribute("src-base") || SCRIPT_BASE).replace(/\/$/, "");
    this.region = this.getAttribute("region") || "";
    this.inline = this.hasAttribute("inline");
    this.key = ["pafyll-chat", this.base, this.region, this.getAttribute("conversation") || ""].join(":");
    this.talk = new Conversation(this.key, () => this.render());
    this.sender = new Sender(this.talk, new Line(this.base), this.region, {
      changed: () => this.render(), opening: () => this.opening(),
    });
    this.remember(this.remembered());
    this.build(root);
    this.page = new AbortController();
    const listen = (target, name, action) => target.addEventListener(name, action, { signal: this.page.signal });
    listen(window, "online", () => this.sender.wake());
    listen(window, "offline", () => this.sender.line.close());
    listen(window, "pagehide", () => this.talk.leave());
    listen(window, "pageshow", (event) => event.persisted && this.comeBack());
    listen(document, "visibilitychange", () => this.render());
    listen(this, "focusout", (event) => this.giveWay(event.relatedTarget));
    this.translate();
    if (this.inline) this.begin();
    else if (this.own.open) this.show(false);
  }

  disconnectedCallback() {
    this.page.abort();
    clearTimeout(this.timer);
    this.talk.leave();
    this.talk.close();
    this.sender.stop();
    this.began = false;
  }

  /* What this tab remembers of itself: whether it is open, and the language. */

  remembered() {
    const asked = this.getAttribute("language") || this.closest("[lang]")?.lang || "";
    const own = { open: false, language: asked.startsWith("en") ? "en" : "sv" };
    try { Object.assign(own, JSON.parse(sessionStorage.getItem(this.key + ":own"))); } catch { /* as if new */ }
    return own;
  }

  remember(change) {
    this.own = { ...this.own, ...change };
    try { sessionStorage.setItem(this.key + ":own", JSON.stringify(this.own)); } catch { /* until the next page */ }
  }

  /* The elements. `words` are translated in place when the language changes. */

  build(root) {
    this.words = [];
    this.launch = this.button("open", () => this.show(true), "launch strong");
    this.dialog = make("dialog", { "aria-labelledby": "dialog-title", close: () => this.dialogClosed() });
    this.contact = make("p", { class: "contact" });
    const frame = make("div", { class: "frame" },
      this.buildHeader(), this.buildLog(), ...this.buildState(), this.buildForm(), this.contact);
    this.panel = make("section", { class: "panel", keydown: (event) => this.onEscape(event) }, frame, this.dialog);
    this.word(this.panel, "title", "aria-label");
    this.panel.hidden = !this.inline;
    this.launch.hidden = this.inline;
    root.replaceChildren(this.launch, this.panel);
  }

  buildHeader() {
    const chosen = (action) => () => { this.menu.open = false; action(); };
    this.menu = make("details", { class: "menu" }, this.word(make("summary"), "menu"), make("div", {},
      this.button("restart", chosen(() => this.askToStartOver())),
      this.button("save", chosen(() => this.save())),
      this.button("about", chosen(() => this.tellAbout()))));
    this.switch = this.button("other_language", () => this.changeLanguage());
    const close = this.inline ? [] : [this.button("close", () => this.hide())];
    return make("header", {},
      make("div", { class: "name" }, this.word(make("h2"), "title"), this.word(make("p"), "automated")),
      make("div", { class: "tools" }, this.switch, this.menu, ...close));
  }

  buildLog() {
    this.notice = make("p", { class: "notice" });
    this.history = this.word(make("div", { role: "group", hidden: true }), "history", "aria-label");
    this.log = this.word(make("div", { role: "log" }), "log", "aria-label");
    this.choices = this.word(make("div", { class: "choices", role: "group", hidden: true }), "choices", "aria-label");
    this.scroll = this.word(make("div", { class: "scroll", tabindex: "0", role: "region" },
      this.notice, this.history, this.log, this.choices), "log", "aria-label");
    return this.scroll;
  }

  buildState() {
    this.counted = make("p", { role: "status", class: "unseen" });
    this.status = make("p", { role: "status" });
    this.action = make("button", { type: "button", hidden: true, click: () => this.act() });
    return [this.counted, make("div", { class: "state" }, this.status, this.action)];
  }

  buildForm() {
    this.label = make("label", { for: "text" });
    this.input = make("textarea", { id: "text", rows: "1", maxlength: "1000", keydown: (event) => this.onKey(event) });
    this.file = make("input", { type: "file", accept: "image/*", hidden: true, change: () => this.sendPicture() });
    this.picture = this.button("picture", () => this.file.click());
    this.form = make("form", { submit: (event) => { event.preventDefault(); this.sendText(); } },
      this.label, this.input, this.word(make("button", { class: "send strong" }), "send"), this.file, this.picture);
    return this.form;
  }

  button(key, action, look = "") {
    return this.word(make("button", { type: "button", class: look, click: action }), key);
  }

  word(element, key, attribute = null) {
    this.words.push([element, key, attribute]);
    return element;
  }

  /** The dialogue is asked to follow, in the word that is on the button: it knows "English" and "Svenska". */
  changeLanguage() {
    const wish = this.texts.other_language;
    this.remember({ language: this.own.language === "sv" ? "en" : "sv" });
    this.translate();
    if (this.talk.entries.length) this.sender.send({ text: wish }, wish, this.own.language);
  }

  /** What begins a conversation. The service greets in Swedish. */
  opening() {
    return this.own.language === "sv" ? { event: "start" } : { text: TEXTS.sv.other_language };
  }

  translate() {
    const t = this.texts = TEXTS[this.own.language];
    this.panel.lang = this.launch.lang = this.own.language;
    this.switch.lang = this.own.language === "sv" ? "en" : "sv";
    for (const [element, key, attribute] of this.words) {
      if (attribute) element.setAttribute(attribute, t[key]);
      else element.textContent = t[key];
    }
    this.notice.replaceChildren(
      ...withElements(t.notice, { emergency: phoneLink("112"), advice: phoneLink("1177") }));
    this.contact.replaceChildren(t.person, " ", ...this.customerService());
    this.shown = null;
    this.render();
  }

  customerService() {
    const { phone, hours } = CONFIG.contacts[this.region] || { phone: this.getAttribute("phone") || "1177" };
    if (!hours) return [phoneLink(phone)];
    const lunch = hours.lunch ? ", " + fill(this.texts.lunch, { from: hours.lunch[0], to: hours.lunch[1] }) : "";
    return [phoneLink(phone), ` (${fill(this.texts.hours, hours)}${lunch})`];
  }

  show(focus) {
    this.panel.hidden = false;
    this.launch.hidden = true;
    this.remember({ open: true });
    this.begin();
    this.bring();
    if (focus) this.input.focus();
  }

  hide() {
    this.panel.hidden = true;
    this.launch.hidden = false;
    this.remember({ open: false });
    this.launch.focus();
  }

  /** Where it covers the whole window it closes when focus goes on to the page, which would be hidden behind it. */
  giveWay(next) {
    const covers = this.panel.offsetWidth >= document.documentElement.clientWidth;
    if (!next || this.inline || this.panel.hidden || !covers) return;
    this.panel.hidden = true;
    this.launch.hidden = false;
    this.remember({ open: false });
  }

  onEscape(event) {
    if (event.key !== ESCAPE || this.dialog.open) return;
    if (this.menu.open) {
      this.menu.open = false;
      this.menu.firstChild.focus();
    } else if (!this.inline) this.hide();
  }

  /* Menu */

  ask(title, content, ...buttons) {
    this.dialog.replaceChildren(make("h2", { id: "dialog-title" }, title), ...content, make("div", {}, ...buttons));
    this.dialog.showModal();
  }

  dialogClosed() {
    const anew = this.dialog.returnValue === "restart";
    this.dialog.returnValue = "";
    (anew ? this.input : this.menu.firstChild).focus();
    if (anew) this.sender.startOver();
  }

  askToStartOver() {
    const t = this.texts;
    this.ask(t.restart_question, [make("p", {}, t.restart_explained)],
      make("button", { type: "button", class: "strong", click: () => this.dialog.close("restart") }, t.restart),
      make("button", { type: "button", click: () => this.dialog.close() }, t.cancel));
  }

  tellAbout() {
    const t = this.texts;
    const links = ["privacy", "accessibility"].map((name) => [t[name], webAddress(this.getAttribute(name))])
      .filter(([, address]) => address)
      .map(([name, address]) => make("p", {}, make("a", { href: address, target: "_blank", rel: "noopener" }, name)));
    const content = [t.about_what, t.about_data, t.about_device, t.about_problem].map((text) => make("p", {}, text));
    this.ask(t.about, [...content, make("p", {}, t.person, " ", ...this.customerService()), ...links],
      make("button", { type: "button", click: () => this.dialog.close() }, t.close));
  }

  save() {
    const t = this.texts;
    const when = new Date().toLocaleString(this.own.language === "sv" ? "sv-SE" : "en-GB");
    const lines = this.talk.entries.map((entry) => `${t[entry.who]}: ${withoutCodes(entry)}`);
    download(`${t.save_name}.txt`, [fill(t.saved_on, { when }), t.saved_note, "", ...lines, ""].join("\r\n"));
    this.menu.firstChild.focus();
  }

  /* Conversation */

  async begin() {
    if (this.began) return;
    this.began = true;
    await this.talk.join();
    if (!this.isConnected) return;
    if (this.talk.since) this.sender.pump();
    else this.sender.startOver();
    this.comeBack();
  }

  /** The browser itself goes to the electronic ID and comes back to this page. No other window: those get lost. */
  logIn() {
    const { session } = this.talk;
    const fields = { session, id: newId(), back: location.href, language: this.own.language };
    this.remember({ login: fields.id });
    // The service asks which page this comes from, where a web site's policy may keep that to itself.
    document.head.append(make("meta", { name: "referrer", content: "strict-origin" }));
    const form = make("form", { method: "post", action: this.base + "/chat/login", hidden: true },
      ...Object.entries(fields).map(([name, value]) => make("input", { type: "hidden", name, value })));
    document.body.append(form);
    form.submit();
  }

  comeBack() {
    const { login } = this.own;
    if (!login) return;
    this.remember({ login: null });
    if (this.talk.session) this.sender.send({ id: login, event: "login" });
  }

  onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.sendText();
  }

  sendText() {
    const text = this.input.value.trim();
    this.input.focus();
    if (!text) return;
    this.input.value = "";
    const masked = withoutPersonalNumbers(text);
    const asked = SECRET.has(this.talk.expects);
    this.sender.send({ text, secret: asked || masked !== text }, asked ? DOTS : masked);
  }

  async sendPicture() {
    const [file] = this.file.files;
    this.file.value = "";
    this.input.focus();
    if (!file) return;
    const picture = await smaller(file);
    if (picture.size > PICTURE_BYTES) return this.sender.tell("picture_rejected");
    // As what is secret it is kept in memory only, until it has been sent.
    this.sender.send({ picture, secret: true }, this.texts.picture_sent, this.own.language);
  }

  sendChoice(choice, language, byKeyboard) {
    // Before the buttons go, or focus would be lost. After a tap not the text field: it would open the keyboard.
    (byKeyboard ? this.input : this.scroll).focus();
    this.sender.send({ choice: choice.token }, choice.label, language);
  }

  /* On the screen */

  render() {
    if (!this.texts) return;
    if (this.shown?.talk !== this.talk.talk) this.clear();
    this.watchTime();
    const changes = [this.renderEntries(), this.renderQuestion(), this.renderState()];
    if (changes.includes(true)) this.bring(); // last, since a change of height would stop the scrolling
    if (this.began) this.sender.pump();
  }

  clear() {
    // What is there already, after a reload or in another tab, is not announced as new.
    this.shown = { talk: this.talk.talk, bubbles: new Map() };
    this.log.replaceChildren();
    this.history.replaceChildren(...this.talk.entries.map((entry) => this.bubble(entry)));
    this.history.hidden = !this.talk.entries.length;
    this.newest = this.history.lastChild;
    this.offered = null;
  }

  renderEntries() {
    const before = this.log.lastChild;
    for (const entry of this.talk.entries) {
      const bubble = this.shown.bubbles.get(entry.id);
      if (bubble) bubble.lastChild.hidden = !entry.state;
      else this.log.append(this.bubble(entry));
    }
    const added = before ? before.nextSibling : this.log.firstChild;
    if (added) this.newest = added;
    return Boolean(added);
  }

  bubble({ id, who, text, language, state }) {
    const mark = make("span", { class: "mark", hidden: !state }, this.texts.waiting);
    const goesOn = /\.[1-9]/.test(id); // the same answer's next text
    const name = goesOn ? [] : [make("span", { class: "who" }, this.texts[who] + ": ")];
    const bubble = make("p", { class: `said ${who}${goesOn ? " on" : ""}` }, ...name,
      make("span", { class: "what", lang: language || false }, text), mark);
    this.shown.bubbles.set(id, bubble);
    return bubble;
  }

  renderQuestion() {
    const { choices, expects, entries, picture } = this.talk;
    if (!picture && this.picture === this.shadowRoot.activeElement) this.input.focus();
    this.picture.hidden = !picture;
    const language = entries.at(-1)?.language;
    const offered = JSON.stringify([choices, expects]);
    if (offered === this.offered) return false;
    this.offered = offered;
    const t = this.texts;
    const eid = CONFIG.eid && expects === "identity"
      ? [make("button", { type: "button", class: "strong", click: () => this.logIn() }, t.eid)] : [];
    this.choices.replaceChildren(...eid, ...choices.map((choice) => make("button", { type: "button", lang: language || false,
      click: (event) => this.sendChoice(choice, language, event.detail === 0) }, choice.label)));
    const { length } = this.choices.children;
    this.choices.hidden = !length;
    this.counted.textContent = length ? fill(t.choices_count, { count: length }) : "";
    this.label.textContent = { identity: t.label_identity, code: t.label_code }[expects] || t.label;
    this.input.inputMode = ["code", "number"].includes(expects) ? "numeric" : "text";
    this.input.autocomplete = expects === "code" ? "one-time-code" : "off";
    return true;
  }

  renderState() {
    const t = this.texts;
    const sending = this.talk.queue.length ? "writing" : null;
    const now = this.sender.trouble || sending || this.sender.note || this.idle;
    const text = now ? fill(t[now], { minutes: WARN_MINUTES }) : "";
    if (this.status.textContent === text) return false;
    this.status.textContent = text;
    const action = { offline: "retry", failed: "retry", idle_soon: "stay", idle_past: "stay" }[now];
    if (!action && this.action === this.shadowRoot.activeElement) this.input.focus();
    this.action.hidden = !action;
    this.action.textContent = action ? t[action] : "";
    return true;
  }

  act() {
    if (this.sender.trouble) return this.sender.wake();
    this.input.focus();
    this.sender.send({ text: "igen" }, this.texts.stay); // the dialogue then says its last question again
  }

  /** After silence a visit ends and login has to be done again: said in time, and a button puts it off. */
  watchTime() {
    clearTimeout(this.timer);
    this.idle = null;
    const { entries, expects, spokenAt, endsAt } = this.talk;
    if (!entries.some((entry) => entry.who === "you") || SECRET.has(expects)) return;
    const silent = spokenAt + CONFIG.silence_minutes * 60000;
    const anyway = endsAt && endsAt < silent;
    const ends = anyway ? endsAt : silent;
    const warns = ends - WARN_MINUTES * 60000;
    const now = Date.now();
    if (now >= warns) this.idle = now >= ends ? "idle_past" : anyway ? "login_ends" : "idle_soon";
    if (now < ends) this.timer = setTimeout(() => this.render(), (now < warns ? warns : ends) - now + 50);
  }

  /** Scrolls to what is new. The choices come first: they never lie below the edge while there is room for them. */
  bring() {
    if (this.panel.hidden) return;
    const frame = this.panel.firstChild;
    const single = getComputedStyle(this.scroll).overflowY === "visible"; // small heights: all of it scrolls as one
    const area = single ? frame : this.scroll;
    const place = (element) => element.getBoundingClientRect();
    const top = place(area).top - area.scrollTop;
    const room = area.clientHeight - (single ? this.contact.offsetHeight : 0);
    const choosing = !this.choices.hidden;
    const first = choosing ? this.choices : this.newest || this.log;
    const start = place(first).top - top;
    const ends = [place(choosing ? this.choices : this.log).bottom - top];
    if (single) ends.unshift(place(this.form).bottom - top);
    const end = ends.find((one) => one - start <= room);
    area.scrollTop = end === undefined ? start : end - room;
    if (this.inline && this.shadowRoot.activeElement) this.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("pafyll-chat", PafyllChat);
