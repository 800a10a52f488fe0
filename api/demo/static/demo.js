/* The demo console. Everything it does goes through /demo/..., which signs and posts to the real webhooks. */
import { Phone } from "/demo/static/phone.js";

const $ = (id) => document.getElementById(id);
const POLL_MS = 1200;
const IN_WORDS = { no_order: "Personen har ingen beställning än." };
let people = [];
let person = null;
let shownSms = "";

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(`/demo/${path}`, options);
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) {
    const detail = typeof answer?.detail === "string" ? answer.detail : `Fel ${response.status}`;
    throw new Error(IN_WORDS[detail] ?? detail);
  }
  return answer;
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

/** Runs something a button does and shows what went wrong. */
async function attempt(work) {
  notice("");
  try { return await work(); } catch (error) { notice(error.message); return undefined; }
}

function bubble(who, text, extra) {
  const element = document.createElement("p");
  element.className = `bubble ${who}`;
  const sender = { me: "Du", pafyll: "Påfyll" }[who];
  if (sender) {
    const name = document.createElement("b");
    name.textContent = extra ? `${sender} ${extra}` : sender;
    element.append(name);
  }
  element.append(text);
  return element;
}

function add(list, ...bubbles) {
  list.append(...bubbles);
  list.scrollTop = list.scrollHeight;
}

/* Who */

async function loadPeople() {
  people = await call("people");
  const groups = Map.groupBy(people, (one) => one.region_name);
  $("person").replaceChildren(...[...groups].map(([region, members]) => {
    const group = document.createElement("optgroup");
    group.label = region;
    group.append(...members.map((one) => new Option(`${one.name} – ${one.title}`, one.id)));
    return group;
  }));
  const kept = sessionStorage.getItem("demo-person");
  if (people.some((one) => String(one.id) === kept)) $("person").value = kept;
  choosePerson();
}

function choosePerson() {
  person = people.find((one) => String(one.id) === $("person").value);
  if (!person) return notice("Databasen har inga personer. Kör: pafyll demo-data");
  sessionStorage.setItem("demo-person", person.id);
  $("shows").textContent = person.shows;
  $("identity").textContent = person.identity_number;
  $("mobile").textContent = person.has_mobile ? person.phone : "ingen registrerad";
  $("region").textContent = person.region_name;
  $("sms-number").textContent = `till ${person.our_number}`;
  $("phone-number").textContent = `till ${person.our_number}`;
  $("form-link").href = `/chat/form?region=${person.region}`;
  $("thread").replaceChildren();
  shownSms = "";
  phone.reset();
  showChat();
  showSms();
}

function showChat() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("pafyll-chat:") && sessionStorage.getItem("demo-chat-of") !== String(person.id)) {
      sessionStorage.removeItem(key); // another person sits down at the keyboard
    }
  }
  sessionStorage.setItem("demo-chat-of", person.id);
  const chat = document.createElement("pafyll-chat");
  chat.setAttribute("region", person.region);
  chat.setAttribute("inline", "");
  chat.setAttribute("conversation", person.id); // another tab may have another person
  $("chat").replaceChildren(chat);
}

/* SMS */

async function showSms() {
  const number = person.phone;
  const messages = await call(`sms?number=${encodeURIComponent(number)}`);
  const newest = messages.map((one) => one.sid).join();
  if (number !== person.phone || newest === shownSms) return;
  const known = new Set(shownSms.split(","));
  shownSms = newest;
  add($("thread"), ...messages.filter((one) => !known.has(one.sid)).map((one) => bubble(one.who, one.text, one.at)));
}

async function sendSms() {
  const text = $("sms-text").value;
  if (!text.trim() || !person) return;
  $("sms-text").value = "";
  $("sms-text").focus();
  await attempt(() => call("sms", { sender: person.phone, recipient: person.our_number, text }));
  await showSms();
}

/* Clock and courier */

function showClock(clock) {
  const moved = clock.days ? `, ${clock.days} ${clock.days === 1 ? "dag" : "dagar"} framåt` : "";
  $("now").textContent = clock.now + moved;
  $("clock-reset").disabled = !clock.days;
}

const moveClock = (days) => attempt(async () => showClock(await call("clock", { days })));

const deliver = (status) => attempt(async () => {
  const done = await call(`people/${person.id}/deliveries`, { status });
  notice(`Beställning ${done.order}: ${status === "delivered" ? "levererad" : "på väg"}.`);
});

/* Phone */

const phone = new Phone({
  numbers: () => ({ caller: person.phone, called: person.our_number }),
  post: (path, body) => call(path, body),
  said: (who, text) => add($("transcript"), bubble(who, text)),
  cleared: () => $("transcript").replaceChildren(),
  keyed: (digits) => { $("keyed").textContent = digits; },
  twiml: (text) => { $("twiml").textContent = text.replace(/></g, ">\n<"); },
  state: (text, inCall, listening) => {
    $("phone-state").textContent = text;
    $("call").disabled = inCall;
    $("hang-up").disabled = !inCall;
    for (const button of [...$("keypad").children, $("silence"), $("speech-form").querySelector("button")]) {
      button.disabled = !listening;
    }
  },
});

$("keypad").append(...["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"].map((key) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = key;
  button.addEventListener("click", () => attempt(() => phone.press(key)));
  return button;
}));
$("call").addEventListener("click", () => attempt(() => phone.call()));
$("hang-up").addEventListener("click", () => attempt(() => phone.hangUp()));
$("silence").addEventListener("click", () => attempt(() => phone.silence()));
$("speech-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("speech").value.trim();
  if (!words) return;
  $("speech").value = "";
  attempt(() => phone.say(words));
});

$("person").addEventListener("change", choosePerson);
$("identity").addEventListener("click", () => navigator.clipboard?.writeText(person.identity_number));
$("sms-form").addEventListener("submit", (event) => { event.preventDefault(); sendSms(); });
$("sms-text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); sendSms(); }
});
for (const button of document.querySelectorAll("[data-days]")) {
  button.addEventListener("click", () => moveClock(Number(button.dataset.days)));
}
$("clock-reset").addEventListener("click", () => moveClock(null));
for (const button of document.querySelectorAll("[data-delivery]")) {
  button.addEventListener("click", () => deliver(button.dataset.delivery));
}
$("thread").dataset.empty = "Inga sms än.";
$("transcript").dataset.empty = "Ring upp för att börja.";

await attempt(async () => { showClock(await call("clock")); await loadPeople(); });
setInterval(() => { if (person && !document.hidden) showSms().catch(() => {}); }, POLL_MS);
