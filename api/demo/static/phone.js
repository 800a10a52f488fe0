/* A telephone that follows TwiML: Say, Gather, Dial (which ends the demo's call) and Hangup, with Twilio's own defaults. */

const DEFAULT_TIMEOUT_S = 5;

export class Phone {
  /** ui: numbers(), post(path, body), said(who, text), cleared(), keyed(digits), twiml(text), state(text, inCall, listening) */
  constructor(ui) {
    this.ui = ui;
    this.reset();
  }

  reset() {
    this.round = (this.round || 0) + 1;
    this.callSid = null;
    this.gather = null;
    this.setDigits("");
    this.ui.cleared();
    this.ui.twiml("");
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
    this.ui.said("event", "Du lade på.");
    await this.over();
  }

  async press(key) {
    if (!this.gather) return;
    const { numDigits, finishOnKey } = this.gather;
    if (key === finishOnKey) return this.send({ digits: this.digits });
    this.setDigits(this.digits + key);
    if (this.digits.length === numDigits) return this.send({ digits: this.digits });
    this.timer = setTimeout(() => this.send({ digits: this.digits }), this.gather.timeout * 1000);
  }

  async say(words) {
    if (this.gather) await this.send({ speech: words });
  }

  async silence() {
    if (this.gather) await this.send({});
  }

  setDigits(digits) {
    clearTimeout(this.timer);
    this.digits = digits;
    this.ui.keyed(digits);
  }

  async send(given) {
    const { action } = this.gather;
    const round = this.round;
    this.gather = null;
    this.setDigits("");
    this.ui.said(given.digits || given.speech ? "me" : "event",
      given.digits ? `Knappar: ${given.digits}` : given.speech || "(tystnad)");
    this.ui.state("Väntar på svar …", true, false);
    try {
      const answer = await this.ui.post(`calls/${this.callSid}/step`, { ...this.numbers, action, ...given });
      if (round === this.round) await this.follow(answer.twiml);
    } catch (error) {
      if (round === this.round) this.ended("Samtalet bröts.");
      throw error;
    }
  }

  /** Does what the TwiML says until it waits for the caller or ends. */
  async follow(twiml) {
    this.ui.twiml(twiml);
    const response = new DOMParser().parseFromString(twiml, "text/xml").documentElement;
    for (const verb of response.children) {
      if (verb.nodeName === "Say") this.ui.said("pafyll", verb.textContent);
      else if (verb.nodeName === "Gather") return this.listen(verb);
      else if (verb.nodeName === "Hangup") break;
      else if (verb.nodeName === "Dial") {
        this.ui.said("event", `Samtalet kopplas vidare till ${verb.textContent}.`);
        return this.over();
      }
      else throw new Error(`Telefonen förstår inte ${verb.nodeName}.`);
    }
    this.ui.said("event", "Påfyll lade på.");
    return this.over();
  }

  listen(verb) {
    for (const say of verb.children) this.ui.said("pafyll", say.textContent);
    const numDigits = Number(verb.getAttribute("numDigits")) || null;
    this.gather = {
      action: verb.getAttribute("action"),
      numDigits,
      finishOnKey: verb.getAttribute("finishOnKey") ?? "#",
      timeout: Number(verb.getAttribute("timeout")) || DEFAULT_TIMEOUT_S,
    };
    const how = numDigits === 1 ? "Tryck en knapp" : numDigits ? `Tryck ${numDigits} siffror` : "Tryck siffror och #";
    this.ui.state(`${how}, eller säg något.`, true, true);
  }

  async over() {
    const { callSid, numbers } = this;
    this.ended("Samtalet är slut.");
    if (callSid) await this.ui.post(`calls/${callSid}/end`, numbers);
  }

  ended(text) {
    this.round += 1;
    this.callSid = null;
    this.gather = null;
    this.setDigits("");
    this.ui.state(text, false, false);
  }
}
