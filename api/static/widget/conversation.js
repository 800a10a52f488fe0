const MOST_KEPT = 200;
const LISTEN_MS = 250;

/** What has been said and what waits to be sent: the same in all tabs of the web site, and kept over a reload.

    It lies in the tab's session storage, and tabs tell each other: when the last one is closed nothing is left on a
    computer that others may use. Nothing secret is kept or told: such messages are only in `queue`, in memory.

      talk     which conversation; a new one follows an old one
      entries  {id, at, who: "you" | "bot", text, language, state: undefined | "waiting"}, masked
      picture  whether a picture may be sent now
      endsAt   when the login ends, however much is said until then; null: nobody has logged in
      queue    messages to send, each with an id that stays the same however often it is sent */
class Conversation {
  constructor(key, changed) {
    this.key = key;
    this.changed = changed;
    Object.assign(this, this.blank());
    try { Object.assign(this, JSON.parse(sessionStorage.getItem(key))); } catch { /* storage is off or spoilt */ }
    if (typeof BroadcastChannel === "undefined") return;
    this.others = new BroadcastChannel(key);
    this.others.onmessage = (event) => this.hear(event.data);
  }

  blank() {
    return { talk: newId(), follows: null, since: 0, session: null, entries: [], choices: [], expects: "anything",
      picture: false, spokenAt: 0, endsAt: null, queue: [] };
  }

  /** What another tab or the storage may know. */
  shared() {
    const { talk, follows, since, session, entries, choices, expects, picture, spokenAt, endsAt } = this;
    const queue = this.queue.filter((message) => !message.secret);
    return { talk, follows, since, session, entries, choices, expects, picture, spokenAt, endsAt, queue };
  }

  /** Asks the other tabs for their conversation. Done when one has answered, or none did in a moment. */
  async join() {
    this.others?.postMessage({ hello: true });
    const until = Date.now() + LISTEN_MS;
    while (this.others && !this.since && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 25));
  }

  update(change) {
    if (this.closed) return; // an answer that comes when the chat has been taken out of the page
    Object.assign(this, change);
    this.entries = this.entries.slice(-MOST_KEPT);
    this.keep();
    this.others?.postMessage({ now: this.shared() });
    this.changed();
  }

  keep() {
    try { sessionStorage.setItem(this.key, JSON.stringify(this.shared())); } catch { /* then a reload starts afresh */ }
  }

  startOver() {
    this.update({ ...this.blank(), follows: this.talk, since: Date.now() });
  }

  /** This page goes away: another tab sends what is still waiting. Sent twice it counts once. */
  leave() {
    const { queue } = this.shared();
    if (queue.length) this.others?.postMessage({ take: queue, talk: this.talk });
  }

  close() {
    this.closed = true;
    this.others?.close();
  }

  hear(told) {
    if (told.hello) {
      if (this.since) this.others.postMessage({ now: this.shared() });
    } else if (told.take) {
      if (told.talk === this.talk) this.take(told.take);
    } else if (told.now.talk === this.talk) {
      this.merge(told.now);
    } else if (this.givesWayTo(told.now)) {
      Object.assign(this, told.now, { queue: [] });
      this.keep();
      this.changed();
    }
  }

  take(messages) {
    const known = new Set([...this.queue, ...this.entries].map((one) => one.id));
    const taken = messages.filter(({ id }) => !known.has(`${id}.0`) && !this.queue.some((one) => one.id === id));
    if (taken.length) this.update({ queue: [...this.queue, ...taken] });
  }

  merge(other) {
    const mine = new Map(this.entries.map((entry) => [entry.id, entry]));
    const sending = new Set(this.queue.map((message) => message.id));
    for (const entry of other.entries) if (!sending.has(entry.id)) mine.set(entry.id, entry);
    this.entries = [...mine.values()].sort((one, next) => one.at - next.at).slice(-MOST_KEPT);
    // After a login the newer one holds.
    if (!this.session || (other.session && other.spokenAt >= this.spokenAt)) this.session = other.session;
    if (other.spokenAt >= this.spokenAt && !this.queue.length) {
      const { choices, expects, picture, spokenAt, endsAt } = other;
      Object.assign(this, { choices, expects, picture, spokenAt, endsAt });
    }
    this.keep();
    this.changed();
  }

  /** A tab that has nothing takes part in any conversation; one where something was said only in what follows it. */
  givesWayTo(other) {
    const spoken = this.entries.some((entry) => entry.who === "you");
    return !this.since || other.follows === this.talk || (!spoken && other.since > this.since);
  }
}
