/* The demo console. Everything it does goes through /demo/..., which signs and posts to the real webhooks. */
import { Inside } from "/demo/static/inside.js";
import { Phone } from "/demo/static/phone.js";
import { Sound } from "/demo/static/sound.js";

const $ = (id) => document.getElementById(id);
const POLL_MS = 1200;
const PICTURE_SIDE = 480; // pixels
const PICTURE_LENGTH = 50000; // as base64; the demo's own door takes no more
const IN_WORDS = { no_order: "Personen har ingen beställning än." };
let people = [];
let person = null;
let shownSms = "";
let picture = null;

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
  if (sender) element.append(small("b", extra?.at ? `${sender} ${extra.at}` : sender));
  element.append(text);
  if (extra?.note) element.append(small("i", extra.note));
  return element;
}

function small(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
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
  $("mobile").textContent = person.has_mobile ? person.phone_written : "ingen registrerad";
  $("region").textContent = person.region_name;
  $("sms-number").textContent = `till ${person.our_number_written}`;
  $("phone-number").textContent = `till ${person.our_number_written}`;
  $("form-link").href = `/chat/form?region=${person.region}`;
  $("thread").replaceChildren();
  shownSms = "";
  phone.reset();
  showAttached(null);
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
  add($("thread"), ...messages.filter((one) => !known.has(one.sid)).map(smsBubble));
}

function smsBubble({ who, text, at, segments, gsm7, picture: withPicture }) {
  const cost = `${segments} segment${gsm7 ? "" : ", UCS-2"}`;
  return bubble(who, text, { at, note: withPicture ? `bild, ${cost}` : cost });
}

/** Small enough for the demo's own door; a real MMS comes from Twilio. */
async function attach(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, PICTURE_SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const written = [0.7, 0.5, 0.3, 0.1].map((quality) => canvas.toDataURL("image/jpeg", quality).split(",")[1]);
  showAttached(written.find((content) => content.length < PICTURE_LENGTH) || written.at(-1));
}

function showAttached(content) {
  picture = content;
  $("attached").textContent = content ? "Bild bifogad" : "";
}

async function sendSms() {
  const text = $("sms-text").value;
  if ((!text.trim() && !picture) || !person) return;
  const content = picture;
  showAttached(null);
  $("sms-text").value = "";
  $("sms-text").focus();
  await attempt(() => call("sms", { sender: person.phone, recipient: person.our_number, text, picture: content }));
  await showSms();
}

/* Clock and courier */

function showClock(clock) {
  const moved = clock.days ? ` (${clock.days} ${clock.days === 1 ? "dag" : "dagar"} framåt)` : "";
  $("now").textContent = clock.now + moved;
  $("clock-reset").disabled = !clock.days;
}

const moveClock = (days) => attempt(async () => showClock(await call("clock", { days })));

const deliver = (status) => attempt(async () => {
  const done = await call(`people/${person.id}/deliveries`, { status });
  notice(`Beställning ${done.order}: ${status === "delivered" ? "levererad" : "på väg"}.`);
});

/* Phone */

const sound = new Sound({ on: () => $("sound").checked && !$("sound-choice").hidden });

const phone = new Phone({
  numbers: () => ({ caller: person.phone, called: person.our_number }),
  post: (path, body) => call(path, body),
  said: (who, text, language) => {
    add($("transcript"), bubble(who, text));
    if (who === "pafyll") sound.say(text, language);
  },
  cleared: () => $("transcript").replaceChildren(),
  keyed: (digits) => { $("keyed").textContent = digits; },
  quiet: () => sound.quiet(),
  ringing: (whether) => {
    $("transfer").hidden = !whether;
    $("transcript").scrollTop = $("transcript").scrollHeight;
  },
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
$("answered").addEventListener("click", () => attempt(() => phone.transferred("answered")));
$("unanswered").addEventListener("click", () => attempt(() => phone.transferred("no-answer")));
$("sound").addEventListener("change", () => sound.quiet());
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
$("picture").addEventListener("click", () => (picture ? showAttached(null) : $("picture-file").click()));
$("picture-file").addEventListener("change", () => {
  const [file] = $("picture-file").files;
  $("picture-file").value = "";
  if (file) attach(file).catch(() => notice("Filen gick inte att läsa som bild."));
});
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    document.body.dataset.shown = button.dataset.show;
    for (const one of document.querySelectorAll("[data-show]")) one.setAttribute("aria-pressed", String(one === button));
    document.querySelector(`section[data-part="${button.dataset.show}"]`).scrollIntoView();
  });
}
for (const button of document.querySelectorAll("[data-days]")) {
  button.addEventListener("click", () => moveClock(Number(button.dataset.days)));
}
$("clock-reset").addEventListener("click", () => moveClock(null));
for (const button of document.querySelectorAll("[data-delivery]")) {
  button.addEventListener("click", () => deliver(button.dataset.delivery));
}
$("thread").dataset.empty = "Inga sms än.";
$("transcript").dataset.empty = "Ring upp för att börja.";

const inside = new Inside($("turns"), (after) => call(`inside?after=${after}`));

await attempt(async () => {
  showClock(await call("clock"));
  await inside.begin();
  await loadPeople();
  const { speech } = await call("abilities");
  $("sound-choice").hidden = !speech;
});
setInterval(() => {
  if (!person || document.hidden) return;
  showSms().catch(() => {});
  inside.look().catch(() => {});
}, POLL_MS);
