const DOTS = "•••";
const PICTURE_SIDE = 2000; // pixels
const PICTURE_BYTES = 1e7;
const SECRET = new Set(["identity", "code"]);
const PERSONAL_NUMBER = /\b\d{6,8}[-+ ]?[\dA-Za-z]{2}\d{2}\b/g;
const CODE_LIKE = /\b\w?\d{4,8}\b/g;
const CODE_TOLD = /((?:kod|code)\w*\D{0,15}?)\b\w?\d{3,8}\b/gi;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const withoutPersonalNumbers = (text) => text.replace(PERSONAL_NUMBER, DOTS);

/** A text as it may stand in a saved file. What the patient wrote loses more, since nobody knows what it answered. */
function withoutCodes({ who, text }) {
  const shown = withoutPersonalNumbers(text).replace(CODE_TOLD, `$1${DOTS}`);
  return who === "you" ? shown.replace(CODE_LIKE, DOTS) : shown;
}

/** An element: make("p", {class: "x"}, "text", otherElement). Text only, never markup. */
function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside);
  return element;
}

/** The text as nodes, with the elements in place of {their names}. */
function withElements(text, elements) {
  return text.split(/\{(\w+)\}/).map((part, place) => (place % 2 ? elements[part] : part));
}

const phoneLink = (number) => make("a", { href: "tel:" + number.replace(/[^\d+]/g, "") }, number);

/** Nothing but web addresses: no script in a link. */
const webAddress = (address) => (/^https?:\/\//i.test(address || "") ? address : null);

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The values as a form; a value may be a file. */
function formOf(values) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  return form;
}

/** A photo small enough to send over any line, and without what the camera wrote into it: drawn anew here. */
async function smaller(file) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, PICTURE_SIDE / Math.max(image.width, image.height));
    const canvas = make("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85)) || file;
  } catch { return file; } // the service reads it, or says that it cannot
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
