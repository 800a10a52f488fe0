/* What happened inside, as turns of five steps: what came in, what was understood, the rules, the database, the answer. */

const OPENS = new Set(["webhook", "chat", "rest", "clock"]);
const MOST_TURNS = 40;
const MOST_RULES = 5;
const STEPS = [
  ["in", "1 Kom in"], ["understood", "2 Förstods"], ["rules", "3 Regler"], ["rows", "4 Databas"], ["out", "5 Svar"],
];
const QUESTIONS = {
  withdraw: "Går den att ta ut nu?", same_as_last_time: "Samma som sist?", split: "Delas beställningen?",
  change: "Får den ändras?", delivery_options: "Vilka leveranssätt finns?", delivery_check: "Är leveransen klar att läsa upp?",
  delivery_day: "När kommer den?", overdue: "Borde den ha kommit?", urgent: "Får den skickas akut?", joint: "Samordnas den?",
  fee: "Vad kostar den?", fees_charged: "Vad kostar allt?", complain: "Vart går anmälan?", opening: "Har kundtjänst öppet?",
  prescribe: "Får den förskrivas?", registration: "Hur registreras personen?", overdue_order: "Är beställningen försenad?",
};
const REASONS = {
  too_early: "för tidigt", on_its_way: "redan på väg", none_left: "inga uttag kvar", expired: "förskrivningen har gått ut",
  not_yet_valid: "gäller inte än", too_many: "för många", not_prescribed: "inte förskriven",
};
const TABLES = {
  inbox: "Inkommet", outbox: "Att skicka", orders: "Beställning", order_lines: "Beställda rader", visits: "Besök",
  threads: "Tråd", access_log: "Åtkomstlogg", one_time_codes: "Engångskod", complaints: "Anmälan", pictures: "Bild",
  callbacks: "Återuppringning", people: "Person", facts: "Inställning", stopped_numbers: "STOPP", calls: "Samtal i telefon",
  pins: "PIN-kod",
};
// What tells most of a row, where it has it.
const TELLING = [
  "status", "what", "who", "number", "case_number", "kind", "option", "channel", "proof", "version", "turns", "value",
];
const WHAT = { new: "ny", changed: "ändrad", gone: "borttagen" };

/** An element: make("p", "class", "text", otherElement). Text only, never markup. */
function make(name, look, ...inside) {
  const element = document.createElement(name);
  if (look) element.className = look;
  element.append(...inside.filter((one) => one !== null && one !== undefined));
  return element;
}

const time = (at) => new Date(at).toLocaleTimeString("sv-SE", { timeZone: "Europe/Stockholm" });
const short = (text, most = 70) => (text.length > most ? `${text.slice(0, most)} …` : text);
const shown = (value) => (typeof value === "string" ? value : JSON.stringify(value));

export class Inside {
  /** ask(after): the events after that number. */
  constructor(place, ask) {
    Object.assign(this, { place, ask, after: 0, turns: [] });
  }

  /** Tells the service that somebody looks, and leaves what happened before. */
  async begin() {
    this.after = (await this.ask(0)).last;
    this.render();
  }

  async look() {
    const { events, last } = await this.ask(this.after);
    if (last < this.after) this.turns = []; // the service has started anew
    this.after = last;
    const changed = new Set(events.map((event) => this.put(event)));
    if (changed.size) this.render(changed);
  }

  put(event) {
    const goesOn = event.kind === "webhook" && event.path.includes("/wait/");
    if ((OPENS.has(event.kind) && !goesOn) || !this.turns.length) {
      this.turns.unshift({ events: [], at: event.at, number: event.id, key: event.turn });
      this.turns.length = Math.min(this.turns.length, MOST_TURNS);
    }
    const turn = this.turnOf(event);
    turn.events.push(event);
    return turn;
  }

  /** Several turns may be under way: the service tells which one an event is of, or whose number an SMS goes to. */
  turnOf({ turn, kind, to }) {
    const own = turn && this.turns.find((one) => one.key === turn);
    const theirs = kind === "sms_out" && this.turns.find((one) => one.events[0].fields?.From === to);
    return own || theirs || this.turns[0];
  }

  render(changed = new Set()) {
    if (!this.turns.length) {
      this.place.replaceChildren(make("p", "quiet", "Skriv, ring eller chatta, så syns det här."));
      return;
    }
    const there = new Map([...this.place.children].map((element) => [element.dataset.number, element]));
    const wanted = this.turns.map((turn, place) => {
      const before = there.get(String(turn.number));
      if (before && !changed.has(turn)) {
        if (place && before.open && before.dataset.own !== "yes") before.open = false;
        return before;
      }
      const fresh = this.turn(turn);
      fresh.open = before ? before.open : place === 0;
      if (before?.dataset.own) fresh.dataset.own = before.dataset.own;
      return fresh;
    });
    this.place.replaceChildren(...wanted);
  }

  turn(turn) {
    const of = (...kinds) => turn.events.filter((event) => kinds.includes(event.kind));
    const [opening] = turn.events;
    const rules = distinct(of("rule"));
    const parts = {
      in: [cameIn(opening), ...of("report").map(reported)],
      understood: of("rasa").map(understood),
      rules: ruleCards(rules),
      rows: rows(of("sql")),
      out: [...of("twiml").map(twiml), ...of("sms_out").map(smsOut), ...of("answer").map(answered)],
    };
    if (!parts.understood.length) parts.understood = [make("p", "quiet", withoutRasa(opening))];
    if (!parts.rules.length) parts.rules = [make("p", "quiet", "Ingen regel behövdes.")];
    if (!parts.rows.length) parts.rows = [make("p", "quiet", "Inga rader ändrades.")];
    if (!parts.out.length) parts.out = [make("p", "quiet", opening.kind === "clock" ? "Inget svar behövs." : "Inget svar än.")];
    const intent = of("rasa").map((event) => event.intent).filter(Boolean).at(-1);
    const counts = [intent, rules.length && `${rules.length} regelsvar`, of("sql").length && `${of("sql").length} rader`];
    const summary = make("summary", "", make("time", "", time(turn.at)), make("b", "", channel(opening)),
      make("span", "words", headline(opening)), make("span", "counts", counts.filter(Boolean).join(" · ")));
    const element = make("details", "turn", summary, make("ol", "steps",
      ...STEPS.map(([name, title]) => make("li", name, make("h3", "", title), ...parts[name]))));
    element.dataset.number = turn.number;
    summary.addEventListener("click", () => { element.dataset.own = "yes"; });
    return element;
  }
}

/* 1: what came in */

function channel({ kind, path = "" }) {
  if (kind === "webhook") return path.includes("/voice") ? "Telefon" : "Sms";
  return { chat: "Chatt", rest: "Distributören", clock: "Klockan" }[kind] || "Bakgrund";
}

function headline({ kind, fields = {}, text, event, clicked, picture, json, now }) {
  if (kind === "webhook") {
    if (fields.DialCallStatus) return `kopplingen: ${fields.DialCallStatus}`;
    const said = fields.Body || fields.SpeechResult || (fields.Digits && `knappar ${fields.Digits}`);
    return said ? short(said) : fields.Body === "" ? "bild" : fields.CallStatus === "ringing" ? "ringer upp" : "tystnad";
  }
  if (kind === "chat") return event === "start" ? "öppnar chatten" : picture ? "bild" : clicked ? "valde en knapp" : short(text);
  if (kind === "rest") return json.status === "delivered" ? "levererad" : "på väg";
  return kind === "clock" ? `är nu ${now}` : "något som hörde till en tidigare tur";
}

function cameIn(event) {
  if (event.kind === "webhook") {
    return make("div", "", make("p", "code", `POST ${event.path}`),
      make("p", "ok", "Signerad av Twilio"), more("fält", table(event.fields)));
  }
  if (event.kind === "rest") {
    return make("div", "", make("p", "code", `POST ${event.path}`), table(event.json), make("p", "ok", "Distributörens nyckel"));
  }
  if (event.kind === "chat") {
    const what = event.event === "start" ? "Chatten öppnades." : event.picture ? "En bild, omskriven utan metadata."
      : event.clicked ? "Ett val: en engångssträng, som ingen kan gissa eller skriva." : `“${event.text}”`;
    return make("div", "", make("p", "code", "WS /chat/ws"), make("p", "", what));
  }
  return make("p", "", event.kind === "clock" ? "Demons klocka flyttades. Koder och tidsgränser går efter riktig tid." : "–");
}

const reported = (event) => make("p", "quiet", `Leveransrapport: ${event.fields.MessageStatus || event.fields.CallStatus}`);

/* 2: what was understood */

function withoutRasa({ kind }) {
  return kind === "webhook" || kind === "chat"
    ? "Avgjordes utan språkmodellen: inloggning, en kod, en upprepning eller ett ord som STOPP." : "–";
}

function understood(event) {
  const box = make("div", "meaning");
  if (event.text) {
    const percent = Math.round((event.confidence || 0) * 100);
    const bar = make("span", "bar");
    bar.append(make("span", ""));
    bar.firstChild.style.inlineSize = `${percent}%`;
    box.append(make("p", "", "Språkmodellen läste: ", make("q", "", short(event.text, 140))),
      make("p", "", make("b", "code", event.intent || "–"), ` ${percent} % säker`), bar);
  } else {
    box.append(make("p", "", "Ett val, så inget behövde tolkas:"), make("p", "", make("b", "code", event.chosen || "–"),
      Object.keys(event.entities).length ? ` ${Object.values(event.entities).join(", ")}` : ""));
  }
  box.append(more("mer", table({ svarade: event.said.join(", "), språk: event.language, samtal: event.conversation,
    tid: `${event.ms} ms`, ...(event.failed.length ? { fel: event.failed.join(", ") } : {}) })));
  return box;
}

/* 3: the rules */

/** The same question about the same thing is asked more than once in a turn; the last answer holds. */
function distinct(rules) {
  const last = new Map();
  for (const rule of rules) last.set(JSON.stringify([rule.question, rule.about]), rule);
  const weight = (rule) => (rule.answer.verdict === "refused" ? 0 : rule.question === "withdraw" ? 1 : 2);
  return [...last.values()].sort((one, next) => weight(one) - weight(next));
}

function ruleCards(rules) {
  const cards = rules.map(ruleCard);
  if (cards.length <= MOST_RULES) return cards;
  return [...cards.slice(0, MOST_RULES), more(`${cards.length - MOST_RULES} svar till`, ...cards.slice(MOST_RULES))];
}

function ruleCard({ question, about, answer }) {
  const { verdict, reason, rules, numbers, sources } = answer;
  const card = make("div", "rule", make("p", "", make("b", "", QUESTIONS[question] || question)));
  if (about.product) card.append(make("p", "quiet", about.product));
  if (verdict) {
    const text = verdict === "allowed" ? "ja" : `nej, ${REASONS[reason] || reason}`;
    card.append(make("p", `verdict ${verdict}`, text));
  }
  if (answer.possible_from) card.append(make("p", "", `möjligt från ${answer.possible_from}`));
  card.append(make("p", "ids", ...rules.map((id) => make("span", "id", id))));
  const [first] = sources;
  if (first) card.append(make("p", "source", `Källa: ${first.title === "Our reading" ? "vår tolkning" : first.title}, ${first.heading}`));
  const other = sources.slice(1).map((one) => `${one.title}, ${one.heading}`);
  const told = Object.fromEntries(Object.entries({ dag: about.day, ...numbers }).filter(([, value]) => value !== null));
  card.append(more("tal och källor", table(told), ...other.map((text) => make("p", "source", text))));
  return card;
}

/* 4: the database */

function rows(changes) {
  return changes.map(({ table: name, key, what, columns }) => {
    const cells = Object.entries(columns).map(([column, value]) => [column,
      what === "changed" ? `${shown(value[0])} → ${shown(value[1])}` : shown(value)]);
    const telling = cells.filter(([column]) => TELLING.includes(column)).slice(0, 3).map((cell) => cell.join(" "));
    return make("div", `change ${what}`,
      make("p", "", make("b", "", TABLES[name] || name), " ", make("span", "what", WHAT[what])),
      telling.length ? make("p", "quiet", telling.join(", ")) : null,
      cells.length ? more(`${name}, rad ${key}`, table(Object.fromEntries(cells))) : null);
  });
}

/* 5: the answer */

function twiml({ xml }) {
  const say = [...new DOMParser().parseFromString(xml, "text/xml").querySelectorAll("Say")].map((one) => one.textContent);
  if (!say.length && !/<(Dial|Hangup|Redirect)/.test(xml)) {
    return make("p", "quiet", "Tom TwiML: meddelandet är mottaget. Svaret går som eget sms.");
  }
  return make("div", "", ...say.map((text) => make("p", "said", text)),
    more("TwiML", make("pre", "", xml.replace(/></g, ">\n<"))));
}

function smsOut({ text, segments, gsm7 }) {
  return make("div", "", make("p", "said", text),
    make("p", "quiet", `Sms till mobilen: ${text.length} tecken, ${segments} segment, ${gsm7 ? "GSM-7" : "UCS-2"}`));
}

function answered({ texts, choices }) {
  return make("div", "", ...texts.map((text) => make("p", "said", text)),
    choices.length ? make("p", "choices", ...choices.map((label) => make("span", "id", label))) : null);
}

/* Pieces */

/** Fields and their values. */
function table(values) {
  const body = make("dl", "values");
  for (const [name, value] of Object.entries(values)) body.append(make("dt", "", name), make("dd", "", shown(value) ?? ""));
  return body;
}

const more = (title, ...inside) => make("details", "more", make("summary", "", title), ...inside);
