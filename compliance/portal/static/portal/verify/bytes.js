// Bytes, digests and canonical JSON (RFC 8785), each with one way to write it.

export class Broken extends Error {}

// What a browser can't check, which is no fault of what it was given.
export class NotChecked extends Error {}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

export const encode = (text) => ENCODER.encode(text);

export function decode(bytes, what) {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new Broken(`${what} is no UTF-8`);
  }
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const equal = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// A number of things, as people write it.
export const count = (number) => number.toLocaleString("en");

export const keysAre = (value, names) => value !== null && typeof value === "object" && Object.keys(value).join() === names;

export function unhex(text, what) {
  if (typeof text !== "string" || !/^[0-9a-f]{64}$/.test(text)) throw new Broken(`${what} is no SHA-256 in hex`);
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

export function base64(text, what) {
  let raw;
  try {
    raw = atob(text);
  } catch {
    throw new Broken(`${what} is no base64`);
  }
  // Decoders ignore white space and the bits before "=": another spelling of the same bytes.
  if (btoa(raw) !== text) throw new Broken(`${what} is not canonical base64`);
  return Uint8Array.from(raw, (one) => one.charCodeAt(0));
}

export function decimal(text, what) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) throw new Broken(`${what} is no decimal number`);
  const found = BigInt(text);
  if (found >= 1n << 63n) throw new Broken(`${what} is beyond 2^63`);
  return found;
}

function text(value) {
  if (/\p{Surrogate}/u.test(value)) throw new Broken("half a surrogate pair is no text");
  return JSON.stringify(value);
}

export function canonical(value) {
  if (typeof value === "string") return text(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new Broken("JSON has no infinity");
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) {
    throw new Broken("an integer beyond 2^53 - 1");
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = Object.keys(value).sort().map((name) => `${text(name)}:${canonical(value[name])}`);
  return `{${fields.join(",")}}`;
}

// A name twice, NaN, odd spacing or numbers that readers round do not come back as they were.
export function canonicalJson(bytes, what) {
  const said = decode(bytes, what);
  let value;
  try {
    value = JSON.parse(said);
    if (canonical(value) === said) return value;
  } catch (error) {
    throw new Broken(`${what}: ${error.message}`);
  }
  throw new Broken(`${what} is not canonical JSON`);
}
