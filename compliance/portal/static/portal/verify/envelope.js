// Envelopes (DSSE) and who signed them: compliance/domain/dsse.py.
import { Broken, NotChecked, base64, encode, join, keysAre } from "./bytes.js";
import { verified } from "./notes.js";

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const MAX_SIGNATURES = 16;

// An envelope, of which nothing is verified yet.
export function readEnvelope(value) {
  if (!keysAre(value, "payload,payloadType,signatures") || typeof value.payloadType !== "string" || typeof value.payload !== "string") {
    throw new Broken("this is no envelope");
  }
  const { signatures } = value;
  if (!Array.isArray(signatures) || !signatures.length || signatures.length > MAX_SIGNATURES) {
    throw new Broken(`an envelope has 1 to ${MAX_SIGNATURES} signatures`);
  }
  return { type: value.payloadType, payload: base64(value.payload, "the payload"), signatures: signatures.map(signature) };
}

function signature(one) {
  if (!keysAre(one, "keyid,sig") || typeof one.keyid !== "string" || typeof one.sig !== "string") {
    throw new Broken("a signature has keyid and sig");
  }
  return { keyid: one.keyid, sig: base64(one.sig, "a signature") };
}

// Which attestors of the policy signed it: their names, those that were not checked here apart.
export async function attested({ type, payload, signatures }, policy) {
  const kind = encode(type);
  const message = join(encode(`DSSEv1 ${kind.length} `), kind, encode(` ${payload.length} `), payload);
  const [names, unchecked] = [new Set(), new Set()];
  for (const one of signatures) {
    const key = policy.attestors.find((known) => known.label === one.keyid);
    if (!key) continue;
    const fits = await verified(key, message, one.sig);
    if (fits === false) throw new Broken(`the signature of '${one.keyid}' does not verify`);
    (fits === null ? unchecked : names).add(one.keyid);
  }
  const left = [...unchecked].join(", ");
  if (!names.size && unchecked.size) throw new NotChecked(`only ML-DSA-44 keys attest it: ${left}`);
  if (!names.size) throw new Broken("no signature is of a key that you trust");
  if (type !== PAYLOAD_TYPE) throw new Broken(`what is signed is of the type '${type}'`);
  return `attested by ${[...names].join(", ")}${left ? `; ML-DSA-44, not checked here: ${left}` : ""}`;
}
