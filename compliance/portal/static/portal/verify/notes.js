// Keys, policies, signed notes and proofs by the C2SP specifications: compliance/domain/tlog.
import { Broken, base64, decimal, decode, encode, equal, hex, join, sha256 } from "./bytes.js";

export const ED25519 = 1;
export const COSIGNER = 4;
export const MLDSA = 6;
const MAX_HASHES = 63;
const LENGTHS = { [ED25519]: 32, [COSIGNER]: 32, [MLDSA]: 1312 };

export async function parseKey(text) {
  const [name, id, ...rest] = text.split("+");
  const material = base64(rest.join("+"), `the key ${name}`);
  const kind = material[0];
  const key = { name, kind, bytes: material.slice(1), id: material.slice(0, 0) };
  if (!name || /\s/.test(name) || LENGTHS[kind] !== key.bytes.length) throw new Broken(`'${name}' is no key that is known here`);
  key.id = (await sha256(join(encode(`${name}\n`), material))).slice(0, 4);
  if (hex(key.id) !== id) throw new Broken(`the key '${name}' has another id`);
  key.label = `${name}+${id}`;
  return key;
}

// True, false, or null where this browser can't tell.
export async function verified(key, message, signature) {
  if (key.kind === MLDSA) return null;
  const usable = await crypto.subtle.importKey("raw", key.bytes, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, usable, signature, message);
}

export async function parsePolicy(text) {
  const policy = { logs: [], attestors: [], witnesses: new Map(), groups: [], quorum: "" };
  const known = new Set(["none"]);
  for (const line of text.split("\n")) {
    const [word, ...rest] = line.trim().split(/[ \t]+/);
    if (!word || word.startsWith("#")) continue;
    if (word === "log") policy.logs.push(await parseKey(rest[0] ?? ""));
    else if (word === "attestor") policy.attestors.push(await parseKey(rest[0] ?? ""));
    else if (word === "witness" && !known.has(rest[0])) policy.witnesses.set(rest[0], await parseKey(rest[1] ?? ""));
    else if (word === "group" && rest.length > 2 && !known.has(rest[0])) policy.groups.push(group(rest, known));
    else if (word === "quorum" && known.has(rest[0]) && !policy.quorum) [policy.quorum] = rest;
    else throw new Broken(`this line of your policy can't be read: ${line.slice(0, 60)}`);
    if (word === "witness" || word === "group") known.add(rest[0]);
  }
  if (!policy.logs.length) throw new Broken("your policy names no log");
  if (!policy.quorum) throw new Broken("your policy has no quorum line");
  if (!policy.attestors.length) policy.attestors = policy.logs;
  return policy;
}

function group([name, count, ...members], known) {
  const threshold = { any: 1, all: members.length }[count] ?? Number(decimal(count, "a threshold"));
  if (threshold < 1 || threshold > members.length || !members.every((one) => known.has(one) && one !== "none")) {
    throw new Broken(`the group '${name}' of your policy can't be reached, or names what is not defined before it`);
  }
  return { name, threshold, members };
}

export function parseProof(bytes) {
  const said = decode(bytes, "the proof");
  const blank = said.indexOf("\n\n");
  const [header, ...lines] = said.slice(0, blank).split("\n");
  if (blank < 0 || header !== "c2sp.org/tlog-proof@v1") throw new Broken("this is no proof");
  if (lines[0]?.startsWith("extra ")) base64(lines.shift().slice(6), "the extra data");
  if (!lines[0]?.startsWith("index ")) throw new Broken("the proof says no index");
  const index = decimal(lines.shift().slice(6), "the index");
  if (lines.length > MAX_HASHES) throw new Broken("the proof has more hashes than any tree has levels");
  const hashes = lines.map((line) => hash(line, "a hash of the proof"));
  const note = said.slice(blank + 2);
  return { index, hashes, note, ...parseCheckpoint(note) };
}

function parseCheckpoint(note) {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) throw new Broken("the checkpoint has no signatures");
  const text = note.slice(0, split + 1);
  const [origin, size, root] = text.split("\n");
  const lines = note.slice(split + 2, -1).split("\n").map(signature);
  return { text, origin, size: decimal(size ?? "", "the size"), root: hash(root ?? "", "the root"), lines };
}

function signature(line) {
  const [dash, name, encoded, ...rest] = line.split(" ");
  const data = base64(encoded ?? "", "a signature");
  if (dash !== "—" || rest.length || data.length < 5) throw new Broken("a line of the checkpoint is no signature");
  return { name, id: data.slice(0, 4), payload: data.slice(4) };
}

function hash(text, what) {
  const found = base64(text, what);
  if (found.length !== 32) throw new Broken(`${what} has not 32 bytes`);
  return found;
}

// RFC 6962: the leaf leads by its siblings to the root. Left siblings are those of set bits.
export async function leadsToRoot(proof, leaf) {
  let [index, last, found] = [proof.index, proof.size - 1n, leaf];
  if (index > last) return false;
  const hashes = [...proof.hashes];
  while (last > 0n) {
    if (index % 2n === 1n || index < last) {
      const sibling = hashes.shift();
      if (!sibling) return false;
      const pair = index % 2n === 1n ? [sibling, found] : [found, sibling];
      found = await sha256(join(Uint8Array.of(1), ...pair));
    }
    [index, last] = [index >> 1n, last >> 1n];
  }
  return hashes.length === 0 && equal(found, proof.root);
}

const isOf = (line, key) => line.name === key.name && equal(line.id, key.id);

// Who of these keys signed the checkpoint: labels, and those that this browser can't check.
export async function signers(checkpoint, keys) {
  const [signed, unchecked] = [[], []];
  for (const line of checkpoint.lines) {
    for (const key of keys.filter((one) => isOf(line, one))) {
      const time = new DataView(line.payload.buffer, line.payload.byteOffset, 8).getBigUint64(0);
      const message = key.kind === COSIGNER ? `cosignature/v1\ntime ${time}\n${checkpoint.text}` : checkpoint.text;
      const bare = key.kind === COSIGNER ? line.payload.slice(8) : line.payload;
      const fits = await verified(key, encode(message), bare);
      if (fits === false || (key.kind === COSIGNER && time >= 1n << 63n)) throw new Broken(`the signature of '${key.label}' does not verify`);
      if (fits === null) unchecked.push(key);
      else if (key.kind !== COSIGNER || time > 0n) signed.push({ key, time });
    }
  }
  return { signed, unchecked };
}

// Whether these witnesses reach the quorum.
export function reaches(policy, names) {
  const there = new Set(names);
  for (const one of policy.groups) {
    if (one.members.filter((member) => there.has(member)).length >= one.threshold) there.add(one.name);
  }
  return policy.quorum === "none" || there.has(policy.quorum);
}
