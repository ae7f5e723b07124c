// Judges notes, proofs and envelopes with Node's own cryptography: one JSON object a line in, one
// out. It shares no line with the Python and no line with the page in the browser; the rules are read
// from signed-note, tlog-cosignature, RFC 6962 (section 2.1) as RFC 9162 verifies it (sections
// 2.1.3.2 and 2.1.4.2), and DSSE v1.0.2. Keys of ML-DSA-44 are of types it does not know, and passed over.
import { createHash, createPublicKey, verify } from "node:crypto";
import { createInterface } from "node:readline";

const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410
const LOG = 0x01;
const WITNESS = 0x04;

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const node = (left, right) => sha256(Buffer.from([1]), left, right);

function base64(text) {
  const data = Buffer.from(text, "base64");
  if (data.toString("base64") !== text) throw new Error("not base64 as it is written");
  return data;
}

function parseKey(vkey) {
  const [, name, id, rest] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
  const data = base64(rest);
  const hash = sha256(Buffer.from(`${name}\n`), data).subarray(0, 4).toString("hex");
  if (hash !== id) throw new Error(`the key ${name} does not have the ID ${id}`);
  return { name, id, kind: data[0], raw: data.subarray(1) };
}

function signed(raw, message, signature) {
  const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: "der", type: "spki" });
  return signature.length === 64 && verify(null, message, key, signature);
}

function holds(key, text, payload) {
  if (key.kind === LOG) return signed(key.raw, Buffer.from(text), payload);
  if (payload.length !== 72 || payload[0] & 0x80) return false;
  const message = `cosignature/v1\ntime ${payload.readBigUInt64BE()}\n${text}`;
  return signed(key.raw, Buffer.from(message), payload.subarray(8));
}

function note(request) {
  const data = base64(request.Note);
  const whole = data.toString("utf8");
  if (!Buffer.from(whole).equals(data)) throw new Error("not UTF-8");
  const split = whole.lastIndexOf("\n\n");
  if (split < 0 || !whole.endsWith("\n")) throw new Error("no note");
  const text = whole.slice(0, split + 1);
  const keys = request.Vkeys.map(parseKey).filter((key) => key.kind === LOG || key.kind === WITNESS);
  const signers = [];
  for (const line of whole.slice(split + 2, -1).split("\n")) {
    const found = /^— (\S+) (\S+)$/u.exec(line);
    if (!found) throw new Error("a line that is no signature");
    const payload = base64(found[2]);
    const id = payload.subarray(0, 4).toString("hex");
    const key = keys.find((one) => one.name === found[1] && one.id === id);
    if (!key) continue;
    if (!holds(key, text, payload.subarray(4))) throw new Error(`${key.name} did not sign this`);
    signers.push(`${key.name}+${id}`);
  }
  if (!signers.length) throw new Error("nobody known signed");
  const [, size, root] = text.split("\n");
  return { OK: true, Signers: signers, Size: Number(size), Hash: root };
}

// Indices and sizes stay below 2^53 here, so halving is exact in a number.
const half = (n) => Math.floor(n / 2);

function included({ Index, Size, Leaf, Root, Proof }) {
  if (Index >= Size) throw new Error("beyond the tree");
  let [at, last, hash] = [Index, Size - 1, base64(Leaf)];
  for (const one of Proof.map(base64)) {
    if (last === 0) throw new Error("too long");
    if (at % 2 || at === last) {
      hash = node(one, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = node(hash, one);
    }
    [at, last] = [half(at), half(last)];
  }
  return { OK: last === 0 && hash.equals(base64(Root)) };
}

function consistent({ Old, Size, OldRoot, Root, Proof }) {
  const [oldRoot, root, proof] = [base64(OldRoot), base64(Root), Proof.map(base64)];
  if (Old < 1 || Old > Size) throw new Error("no such sizes");
  if (Old === Size) return { OK: proof.length === 0 && oldRoot.equals(root) };
  if (Number.isInteger(Math.log2(Old))) proof.unshift(oldRoot);
  let [at, last] = [Old - 1, Size - 1];
  while (at % 2) [at, last] = [half(at), half(last)];
  if (!proof.length) throw new Error("too short");
  let [before, after] = [proof[0], proof[0]];
  for (const one of proof.slice(1)) {
    if (last === 0) throw new Error("too long");
    if (at % 2 || at === last) {
      [before, after] = [node(one, before), node(one, after)];
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      after = node(after, one);
    }
    [at, last] = [half(at), half(last)];
  }
  return { OK: last === 0 && before.equals(oldRoot) && after.equals(root) };
}

function envelope(request) {
  const { payload, payloadType, signatures } = JSON.parse(base64(request.Envelope).toString("utf8"));
  const [kind, body] = [Buffer.from(payloadType), base64(payload)];
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${kind.length} ${payloadType} ${body.length} `), body]);
  const key = parseKey(request.Vkeys[0]);
  const own = signatures.filter((one) => one.keyid === `${key.name}+${key.id}`);
  return { OK: own.length > 0 && own.every((one) => signed(key.raw, message, base64(one.sig))) };
}

const ASKED = { note, inclusion: included, consistency: consistent, dsse: envelope };

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = ASKED[request.Op](request);
  } catch (error) {
    answer = { OK: false, Why: String(error.message) };
  }
  console.log(JSON.stringify(answer));
}
