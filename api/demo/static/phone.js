/* A telephone that follows TwiML: Say, Gather, Dial, Redirect, Pause and Hangup, with Twilio's own defaults. */

const DEFAULT_TIMEOUT_S = 5;
const IGNORED = new Set(["Pause"]);

export class Phone {
  /** ui: numbers(), post(path, body), said(who, text, language), cleared(), keyed(digits), quiet(), ringing(whether),
      state(text, inCall, listening) */
  constructor(ui) {
    this.ui = ui;
    this.reset();
  }

  reset() {
    this.round = (this.round || 0) + 1;
    this.callSid = null;
    this.ui.quiet();
    this.ui.cleared();
    this.stopListening();
    this.ui.state("Inget samtal.", false, false);
  }

  async call() {
    this.reset();
    this.ui.state("Ringer …", true, false);
    const round = this.round;
    const numbers = this.ui.numbers();
    try {
      const answer = await this.ui.post("calls", numbers);
      if (round !== this.round) return;
      this.callSid = answer.call;
      this.numbers = numbers;
      await this.follow(answer.twiml);
    } catch (error) {
      if (round === this.round) this.ended("Samtalet kom inte fram.");
      throw error;
    }
  }

  async hangUp() {
    this.ui.quiet();
    this.ui.said("event", "Du lade på.");
    if (this.dial?.answered) return this.transferred("completed");
    return this.over();
  }

  async press(key) {
    if (!this.gather) return;
    this.ui.quiet(); // keys cut the speech
    const { numDigits, finishOnKey } = this.gather;
    if (key === finishOnKey) return this.send({ digits: this.digits });
    this.setDigits(this.digits + key);
    if (this.digits.length === numDigits) return this.send({ digits: this.digits });
    this.timer = setTimeout(() => this.send({ digits: this.digits }).catch(() => {}), this.gather.timeout * 1000);
  }

  async say(words) {
    this.ui.quiet();
    if (this.gather) await this.send({ speech: words });
  }

  async silence() {
    this.ui.quiet();
    if (!this.gather) return;
    if (this.gather.tellsOfSilence) return this.send({});
    const { rest } = this.gather;
    this.stopListening();
    this.ui.said("event", "(tystnad)");
    await this.carryOut(rest);
  }

  /** How customer service's telephone, which this call was passed on to, was treated: "answered", or as Twilio says. */
  async transferred(how) {
    if (!this.dial) return;
    this.ui.ringing(false);
    if (how === "answered") {
      this.dial.answered = true;
      this.ui.said("event", "Kundtjänst svarar. Lägg på när ni har talat färdigt.");
      this.ui.state("Du talar med kundtjänst.", true, false);
      return;
    }
    if (how === "no-answer") this.ui.said("event", "Kundtjänst svarar inte.");
    const { action } = this.dial;
    this.dial = null;
    await this.step({ action, transfer: how });
  }

  setDigits(digits) {
    clearTimeout(this.timer);
    this.digits = digits;
    this.ui.keyed(digits);
  }

  async send(given) {
    const { action } = this.gather;
    this.stopListening();
    this.ui.said(given.digits || given.speech ? "me" : "event",
      given.digits ? `Knappar: ${given.digits}` : given.speech || "(tystnad)");
    await this.step({ action, ...given });
  }

  async step(given) {
    const round = this.round;
    this.ui.state("Väntar på svar …", true, false);
    try {
      const answer = await this.ui.post(`calls/${this.callSid}/step`, { ...this.numbers, ...given });
      if (round === this.round) await this.follow(answer.twiml);
    } catch (error) {
      if (round === this.round) this.ended("Samtalet bröts.");
      throw error;
    }
  }

  /** Does what the TwiML says until it waits for the caller or ends. */
  async follow(twiml) {
    return this.carryOut([...new DOMParser().parseFromString(twiml, "text/xml").documentElement.children]);
  }

  async carryOut(verbs) {
    for (const [place, verb] of verbs.entries()) {
      if (verb.nodeName === "Say") this.speak(verb);
      else if (verb.nodeName === "Gather") return this.listen(verb, verbs.slice(place + 1));
      else if (verb.nodeName === "Redirect") return this.step({ action: verb.textContent.trim(), redirect: true });
      else if (verb.nodeName === "Dial") return this.pass(verb);
      else if (verb.nodeName === "Hangup") break;
      else if (!IGNORED.has(verb.nodeName)) throw new Error(`Telefonen förstår inte ${verb.nodeName}.`);
    }
    this.ui.said("event", "Påfyll lade på.");
    return this.over();
  }

  speak(verb) {
    this.ui.said("pafyll", verb.textContent, (verb.getAttribute("language") || "sv").slice(0, 2));
  }

  pass(verb) {
    this.ui.said("event", `Samtalet kopplas vidare till ${verb.textContent}.`);
    this.dial = { action: verb.getAttribute("action"), answered: false };
    this.ui.state("Det ringer hos kundtjänst …", true, false);
    this.ui.ringing(true);
  }

  /** rest: what comes next in the document when nothing is heard. */
  listen(verb, rest) {
    for (const inner of verb.children) if (inner.nodeName === "Say") this.speak(inner);
    const numDigits = Number(verb.getAttribute("numDigits")) || null;
    this.gather = {
      action: verb.getAttribute("action"),
      numDigits,
      finishOnKey: verb.getAttribute("finishOnKey") ?? "#",
      timeout: Number(verb.getAttribute("timeout")) || DEFAULT_TIMEOUT_S,
      tellsOfSilence: verb.getAttribute("actionOnEmptyResult") === "true",
      rest,
    };
    const how = numDigits === 1 ? "Tryck en knapp" : numDigits ? `Tryck ${numDigits} siffror` : "Tryck siffror och #";
    this.ui.state(`${how}, eller säg något.`, true, true);
  }

  stopListening() {
    this.gather = null;
    this.dial = null;
    this.ui.ringing(false);
    this.setDigits("");
  }

  async over() {
    const { callSid, numbers } = this;
    this.ended("Samtalet är slut.");
    if (callSid) await this.ui.post(`calls/${callSid}/end`, numbers);
  }

  ended(text) {
    this.round += 1;
    this.callSid = null;
    this.stopListening();
    this.ui.state(text, false, false);
  }
}
