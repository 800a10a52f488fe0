const ANSWER_MS = 25000;
const SOCKET_MS = 3000;

/** The server said no for good: sending the same again would not help. */
class Refused extends Error {}

/** Sends one message at a time and gives its answer: over the socket where there is one, else over HTTP. */
class Line {
  constructor(base) {
    this.base = base;
    this.socket = null;
    this.drop = () => {};
  }

  async newSession(region) {
    return (await this.post("/chat/session", { region })).session;
  }

  async ask(session, message) {
    if (message.picture) return this.post("/chat/picture", formOf({ session, ...message }));
    const socket = await this.open(session);
    return socket ? this.overSocket(socket, message) : this.post("/chat/message", { session, ...message });
  }

  async post(path, body) {
    const aborting = new AbortController();
    const late = setTimeout(() => aborting.abort(), ANSWER_MS);
    this.drop = () => aborting.abort();
    try {
      const asJson = body instanceof FormData ? { body }
        : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
      const response = await fetch(this.base + path, { method: "POST", signal: aborting.signal, ...asJson });
      const answer = await response.json().catch(() => ({}));
      if (response.ok || answer.error) return answer;
      if (response.status < 500 && response.status !== 429) throw new Refused();
      throw new Error(String(response.status));
    } finally {
      clearTimeout(late);
    }
  }

  /** The socket, opened if need be; null where none can be had. Where none ever could, it is not tried again. */
  open(session) {
    if (this.session !== session) { this.close(); this.session = session; }
    else if (this.socket?.readyState === WebSocket.OPEN) return this.socket;
    if (this.neverOpened) return null;
    return new Promise((resolve) => {
      let socket;
      const give = (found) => {
        clearTimeout(late);
        if (found) this.everOpened = true; else this.neverOpened = !this.everOpened;
        this.socket = found;
        resolve(found);
      };
      const late = setTimeout(() => { socket.close(); give(null); }, SOCKET_MS);
      try { socket = new WebSocket(this.base.replace(/^http/, "ws") + "/chat/ws"); } catch { return give(null); }
      socket.onopen = () => socket.send(JSON.stringify({ session }));
      // Told of a bad session we turn to HTTP, where the same is said as an answer.
      socket.onmessage = (event) => give(JSON.parse(event.data).ready ? socket : null);
      socket.onerror = socket.onclose = () => give(null);
    });
  }

  overSocket(socket, message) {
    return new Promise((resolve, reject) => {
      const fail = () => {
        clearTimeout(late);
        if (this.socket === socket) this.socket = null;
        socket.onerror = socket.onclose = socket.onmessage = null;
        socket.close();
        reject(new Error("closed"));
      };
      const late = setTimeout(fail, ANSWER_MS);
      this.drop = socket.onerror = socket.onclose = fail;
      socket.onmessage = (event) => {
        const answer = JSON.parse(event.data);
        if (answer.id && answer.id !== message.id) return;
        clearTimeout(late);
        this.drop = () => {};
        resolve(answer);
      };
      socket.send(JSON.stringify(message));
    });
  }

  /** What is under way fails at once; the next message opens the line again. */
  close() {
    this.drop();
    this.socket?.close();
    this.socket = null;
  }
}
