const RETRY_SECONDS = [1, 2, 4, 8, 15, 30];
const NOT_TAKEN = { bad_message: "rejected", bad_picture: "picture_rejected" };

/** Sends what waits in a conversation, one message after the other, each until it is answered.

    trouble  null, or why nothing can be sent now: "offline" (tried again by itself) or "failed" (when asked to)
    note     null, or what to tell about the last message: "rejected" */
class Sender {
  constructor(talk, line, region, { changed, opening }) {
    Object.assign(this, { talk, line, region, changed, opening, trouble: null, note: null, wake: () => {} });
  }

  stop() {
    this.stopped = true;
    this.line.close();
    this.wake();
  }

  tell(note) {
    this.note = note;
    this.changed();
  }

  startOver() {
    this.note = null;
    this.talk.startOver();
    this.send(this.opening());
    this.line.close();
    this.wake();
  }

  /** `shown`: how it stands in the conversation; null: not at all. */
  send(content, shown = null, language = undefined) {
    const message = { id: newId(), ...content };
    const entry = { id: message.id, at: Date.now(), who: "you", text: shown, language };
    const { queue, entries } = this.talk;
    this.talk.update({
      queue: [...queue, message], choices: [], spokenAt: entry.at,
      entries: shown === null ? entries : [...entries, entry],
    });
    if (this.trouble === "failed") this.wake();
  }

  async pump() {
    if (this.pumping || !this.talk.queue.length) return;
    this.pumping = true;
    for (let failures = 0; this.talk.queue.length && !this.stopped;) {
      const message = this.talk.queue[0];
      const answer = await this.attempt(message).catch((error) => ({ refused: error instanceof Refused }));
      if (this.talk.queue[0] !== message) failures = 0; // started over meanwhile
      else if (answer.error === "bad_session") this.beginAnew(message);
      else if (answer.texts || NOT_TAKEN[answer.error]) {
        failures = 0;
        this.receive(message, answer);
      } else await this.rest(answer.refused ? "failed" : "offline", failures++);
    }
    this.pumping = false;
    this.changed();
  }

  async attempt({ secret, ...message }) {
    if (!this.talk.session) await this.newSession();
    const { session } = this.talk;
    const answer = await this.line.ask(session, message);
    // Another tab has logged in meanwhile: once more, under the new session.
    return answer.error === "bad_session" && session !== this.talk.session ? {} : answer;
  }

  /** One tab at a time, so that all get the same. */
  newSession() {
    const make = async () => {
      const { talk } = this.talk;
      const session = this.talk.session || await this.line.newSession(this.region);
      if (talk === this.talk.talk) this.talk.update({ session });
    };
    return navigator.locks ? navigator.locks.request(this.talk.key, make) : make();
  }

  /** The server does not know the session any more. What was asked is gone; what the patient wrote may still tell. */
  beginAnew({ text, secret }) {
    this.talk.startOver();
    if (text && !secret) this.send({ text }, text);
    else this.send(this.opening());
  }

  receive(message, answer) {
    const at = Date.now();
    const said = (answer.texts || []).map((text, place) =>
      ({ id: `${message.id}.${place}`, at, who: "bot", text, language: answer.language }));
    const known = new Set(this.talk.entries.map((entry) => entry.id));
    const sent = this.talk.entries.map((entry) => (entry.id === message.id ? { ...entry, state: undefined } : entry));
    const change = { queue: this.talk.queue.slice(1), spokenAt: at,
      entries: [...sent, ...said.filter((entry) => !known.has(entry.id))] };
    if (answer.texts) {
      const { choices, expects, picture, session = this.talk.session, ends_in: seconds } = answer;
      Object.assign(change, { choices, expects, picture, session, endsAt: seconds >= 0 ? at + seconds * 1000 : null });
    }
    this.note = answer.texts ? null : NOT_TAKEN[answer.error];
    this.talk.update(change);
  }

  /** Waits before the next attempt. `wake` ends the wait, as does the network's coming back. */
  async rest(trouble, failures) {
    this.trouble = trouble;
    const waits = new Set(this.talk.queue.map((message) => message.id));
    const mark = (entry) => (waits.has(entry.id) ? { ...entry, state: "waiting" } : entry);
    this.talk.update({ entries: this.talk.entries.map(mark) });
    const seconds = RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length - 1)] * (0.8 + Math.random() / 2.5);
    await new Promise((resolve) => {
      this.wake = resolve;
      if (trouble === "offline") setTimeout(resolve, seconds * 1000);
    });
    this.trouble = null;
    this.changed();
  }
}
