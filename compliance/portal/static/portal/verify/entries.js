// What is checked of any log entry, be it a bundle's or a page's: what it commits to, that it is in the
// log, and who saw that log. compliance/domain/verify: entry.py, rules.py and page_proof.py.
import { Broken, NotChecked, canonical, canonicalJson, encode, hex, join, sha256, unhex } from "./bytes.js";
import { leadsToRoot, reaches, signers } from "./notes.js";

const MAX_ENTRY = 65535;
const LONGEST_PATH = 200;

export async function commitment({ path: field, salt, value }) {
  const path = encode(field);
  if (!path.length || path.length > LONGEST_PATH) throw new Broken(`a path has 1 to ${LONGEST_PATH} bytes`);
  const length = Uint8Array.of(path.length >> 8, path.length & 255);
  const parts = [encode("assay/commitment/v1\0"), length, path, unhex(salt, "a salt"), encode(canonical(value))];
  return hex(await sha256(join(...parts)));
}

// The event of an entry, its fields that are shown, and the names of those that are not.
export async function opened(bytes, openings) {
  const event = canonicalJson(bytes, "the log entry");
  const { commitments } = event ?? {};
  if (bytes.length > MAX_ENTRY || commitments === null || typeof commitments !== "object" || Array.isArray(commitments)) {
    throw new Broken("the log entry has no commitments");
  }
  Object.values(commitments).forEach((one) => unhex(one, "a commitment"));
  const shown = new Map();
  for (const one of openings) {
    if (shown.has(one.path) || !Object.hasOwn(commitments, one.path)) throw new Broken(`'${one.path}' is opened twice, or no field`);
    if ((await commitment(one)) !== commitments[one.path]) throw new Broken(`'${one.path}' is not what the entry commits to`);
    shown.set(one.path, one.value);
  }
  return { event, shown, redacted: Object.keys(commitments).filter((path) => !shown.has(path)).sort() };
}

// That an entry commits to the statement in hand.
export async function committed({ shown, redacted }, statement) {
  const digest = hex(await sha256(statement));
  if (shown.get("statement_sha256") !== digest) throw new Broken("the log entry does not commit to this statement");
  return `the log entry commits to this statement (${digest.slice(0, 12)})${redacted.length ? `; redacted: ${redacted.join(", ")}` : ""}`;
}

export async function included(proof, bytes) {
  const leaf = await sha256(join(Uint8Array.of(0), bytes));
  if (!(await leadsToRoot(proof, leaf))) throw new Broken("the proof does not lead to the root");
  return `the entry is number ${proof.index} of ${proof.size} in the tree of the checkpoint`;
}

// Who signed the checkpoint of a proof: keys of its log and of witnesses, those not checked apart.
export async function standing(proof, policy) {
  const logs = policy.logs.filter((key) => key.name === proof.origin);
  const all = await signers(proof, [...logs, ...policy.witnesses.values()]);
  return { origin: proof.origin, log: of(all, logs), witnesses: of(all, [...policy.witnesses.values()]) };
}

const of = ({ signed, unchecked }, keys) => ({
  signed: signed.filter((one) => keys.includes(one.key)),
  unchecked: unchecked.filter((key) => keys.includes(key)),
});

const YEAR_10000 = 253402300800n;

const moment = (time) => (time < YEAR_10000 ? `${new Date(Number(time) * 1000).toISOString().slice(0, 19)}+00:00` : `second ${time}`);

const notHere = (keys) => (keys.length ? `; ML-DSA-44, not checked here: ${keys.map((key) => key.label).join(", ")}` : "");

export function signedByLog({ origin, log: { signed, unchecked } }) {
  if (!signed.length && unchecked.length) throw new NotChecked(`only ML-DSA-44 keys signed it${notHere(unchecked)}`);
  if (!signed.length) throw new Broken(`no trusted key of the log '${origin}' signed the checkpoint`);
  return `signed by the log ${signed.map((one) => one.key.label).join(", ")}${notHere(unchecked)}`;
}

export function cosigned({ witnesses: { signed, unchecked } }, policy) {
  const nameOf = (key) => [...policy.witnesses].find(([, one]) => one === key)[0];
  const names = signed.map((one) => nameOf(one.key));
  if (!reaches(policy, names)) {
    if (reaches(policy, [...names, ...unchecked.map(nameOf)])) throw new NotChecked(`the quorum needs witnesses with ML-DSA-44${notHere(unchecked)}`);
    throw new Broken(`the quorum of your policy is not reached: cosigned by ${names.join(", ") || "nobody it names"}`);
  }
  if (policy.quorum === "none") return "your policy asks for no witness: the log could show others another history";
  const said = signed.map((one) => `${nameOf(one.key)} at ${moment(one.time)}`).sort();
  return `cosigned by ${said.join(", ")}${notHere(unchecked)}`;
}
