/* Plays what the phone says, one sentence after the other, as the server's voice reads it. */

export class Sound {
  /** on(): whether to play. */
  constructor({ on }) {
    this.on = on;
    this.audio = new Audio();
    this.audio.onended = () => this.next();
    this.audio.onerror = () => this.next();
    this.waiting = [];
  }

  say(text, language) {
    if (!this.on()) return;
    const wave = fetch("/demo/speech", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text, language }),
    }).then((response) => (response.ok ? response.blob() : null)).catch(() => null);
    this.waiting.push(wave);
    if (!this.playing) this.next();
  }

  async next() {
    const { waiting } = this;
    this.playing = waiting.length > 0;
    if (!this.playing) return;
    const wave = await waiting.shift();
    if (waiting !== this.waiting) return; // cut meanwhile
    if (!wave) return this.next();
    URL.revokeObjectURL(this.audio.src);
    this.audio.src = URL.createObjectURL(wave);
    await this.audio.play().catch(() => { this.playing = false; });
  }

  /** What is being said is cut, and what was to be said is dropped. */
  quiet() {
    this.waiting = [];
    this.playing = false;
    this.audio.pause();
  }
}
