// The trust rules of a bundle, in order, as compliance/domain/verify/rules.py has them. What a browser
// can't do is named: ML-DSA-44, the page of the bundle, and the statistic.
import { readArchive, splitLine } from "./archive.js";
import { Broken, base64, canonical, canonicalJson, encode, equal, hex, join, sha256, unhex } from "./bytes.js";
import { leadsToRoot, parseProof, reaches, signers, verified } from "./notes.js";

class NotChecked extends Error {}

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE = "urn:assay:attestation:result:v1";

async function archive(found) {
  found.parts = readArchive(found.bytes);
  found.proof = parseProof(found.parts["entry.tlog-proof"]);
  found.lines = lines(found.parts["items.jsonl"]);
  const size = found.bytes.length.toLocaleString("en");
  return `a bundle of ${size} bytes in ${Object.keys(found.parts).length} parts, with ${found.lines.length} items`;
}

function lines(bytes) {
  const all = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    all.push(splitLine(bytes.subarray(start, end), all.length + 1));
    start = end + 1;
  }
  if (start !== bytes.length) throw new Broken("items.jsonl is cut short");
  return all;
}

async function signature(found) {
  const envelope = canonicalJson(found.parts["attestation.dsse.json"], "the attestation");
  if (Object.keys(envelope).join() !== "payload,payloadType,signatures") throw new Broken("this is no envelope");
  const payload = base64(envelope.payload, "the payload");
  const kind = encode(envelope.payloadType);
  const message = join(encode(`DSSEv1 ${kind.length} `), kind, encode(` ${payload.length} `), payload);
  const names = [];
  const unchecked = [];
  for (const one of envelope.signatures) {
    const key = found.policy.attestors.find((known) => known.label === one.keyid);
    if (!key) continue;
    const fits = await verified(key, message, base64(one.sig, "a signature"));
    if (fits === false) throw new Broken(`the signature of '${one.keyid}' does not verify`);
    (fits === null ? unchecked : names).push(one.keyid);
  }
  if (!names.length && unchecked.length) throw new NotChecked(`only ML-DSA-44 keys attest it: ${unchecked.join(", ")}`);
  if (!names.length) throw new Broken("no signature is of a key that you trust");
  if (envelope.payloadType !== PAYLOAD_TYPE) throw new Broken("what is signed is of another type");
  found.payload = payload;
  return `attested by ${names.join(", ")}${unchecked.length ? `; ML-DSA-44, not checked here: ${unchecked.join(", ")}` : ""}`;
}

function follows(estimate) {
  const bound = -Math.log10(estimate.claim.alpha);
  const [violating, compliant] = [estimate.log10_e_violating >= bound, estimate.log10_e_compliant >= bound];
  if (estimate.lead || violating === compliant) return "inconclusive";
  return violating ? "violating" : "compliant";
}

async function statement(found) {
  const value = canonicalJson(found.payload, "the statement");
  if (value._type !== STATEMENT_TYPE || value.predicateType !== PREDICATE) throw new Broken("the statement is of no result");
  found.predicate = value.predicate;
  found.subjects = value.subject;
  const said = found.predicate.verdict;
  if (follows(found.predicate.estimate) !== said) throw new Broken("the verdict does not follow from the estimate");
  const names = value.subject.map((one) => `${one.name} (${one.digest.sha256.slice(0, 12)})`).join(", ");
  return `${found.predicate.spec.name}@${found.predicate.spec.version} on ${names}: ${said}`;
}

async function commitment(opening) {
  const path = encode(opening.path);
  const length = Uint8Array.of(path.length >> 8, path.length & 255);
  const value = encode(canonical(opening.value));
  return hex(await sha256(join(encode("assay/commitment/v1\0"), length, path, unhex(opening.salt, "a salt"), value)));
}

// The fields that openings show of an entry, whose commitments they must fit.
async function disclosed({ commitments }, openings) {
  const shown = new Map();
  for (const one of openings) {
    if (shown.has(one.path) || !Object.hasOwn(commitments ?? {}, one.path)) throw new Broken(`'${one.path}' is opened twice, or no field`);
    if ((await commitment(one)) !== commitments[one.path]) throw new Broken(`'${one.path}' is not what the entry commits to`);
    shown.set(one.path, one.value);
  }
  return shown;
}

async function entry(found) {
  found.entry = canonicalJson(found.parts["entry.json"], "the log entry");
  const shown = await disclosed(found.entry, canonicalJson(found.parts["openings.json"], "openings.json"));
  const { commitments } = found.entry;
  const digest = hex(await sha256(found.payload));
  if (shown.get("statement_sha256") !== digest) throw new Broken("the log entry does not commit to this statement");
  const redacted = Object.keys(commitments).filter((path) => !shown.has(path));
  return `the log entry commits to this statement (${digest.slice(0, 12)})${redacted.length ? `; redacted: ${redacted.join(", ")}` : ""}`;
}

async function inclusion(found) {
  const leaf = await sha256(join(Uint8Array.of(0), found.parts["entry.json"]));
  if (!(await leadsToRoot(found.proof, leaf))) throw new Broken("the proof does not lead to the root");
  return `the entry is number ${found.proof.index} of ${found.proof.size} in the tree of the checkpoint`;
}

const notHere = (keys) => (keys.length ? `; ML-DSA-44, not checked here: ${keys.map((key) => key.label).join(", ")}` : "");

async function checkpoint(found) {
  const { policy, proof } = found;
  const logs = policy.logs.filter((key) => key.name === proof.origin);
  found.standing = await signers(proof, [...logs, ...policy.witnesses.values()]);
  const { signed, unchecked } = of(found.standing, logs);
  if (!signed.length && unchecked.length) throw new NotChecked(`only ML-DSA-44 keys signed it${notHere(unchecked)}`);
  if (!signed.length) throw new Broken(`no trusted key of the log '${proof.origin}' signed the checkpoint`);
  return `signed by the log ${signed.map((one) => one.key.label).join(", ")}${notHere(unchecked)}`;
}

const of = ({ signed, unchecked }, keys) => ({
  signed: signed.filter((one) => keys.includes(one.key)),
  unchecked: unchecked.filter((key) => keys.includes(key)),
});

async function witnesses(found) {
  const { policy } = found;
  const { signed, unchecked } = of(found.standing, [...policy.witnesses.values()]);
  const nameOf = (key) => [...policy.witnesses].find(([, one]) => one === key)[0];
  const names = signed.map((one) => nameOf(one.key));
  if (!reaches(policy, names)) {
    if (reaches(policy, [...names, ...unchecked.map(nameOf)])) throw new NotChecked(`the quorum needs witnesses with ML-DSA-44${notHere(unchecked)}`);
    throw new Broken(`the quorum of your policy is not reached: cosigned by ${names.join(", ") || "nobody it names"}`);
  }
  if (policy.quorum === "none") return "your policy asks for no witness: the log could show others another history";
  const said = signed.map((one) => `${nameOf(one.key)} at ${new Date(Number(one.time) * 1000).toISOString()}`);
  return `cosigned by ${said.join(", ")}${notHere(unchecked)}`;
}

// The plan's entry stands before the result's under the same checkpoint, and the result followed it.
async function plan(found) {
  if (!found.parts["plan.json"]) throw new NotChecked("no plan is in this bundle: it may be from after the answers");
  const value = canonicalJson(found.parts["plan.json"], "plan.json");
  if (Object.keys(value).join() !== "entry,hashes,index,openings") throw new Broken("plan.json is no plan");
  const bytes = encode(value.entry);
  const said = canonicalJson(bytes, "the plan");
  const shown = await disclosed(said, value.openings);
  if (said.type !== "run.planned" || said.subject !== found.entry.subject) throw new Broken(`what stands as the plan is '${said.type}' of ${said.subject}, not the plan of this run`);
  const hashes = value.hashes.map((one) => unhex(one, "a hash of the plan"));
  const place = { index: BigInt(value.index), hashes, size: found.proof.size, root: found.proof.root };
  if (place.index < 0n || !(await leadsToRoot(place, await sha256(join(Uint8Array.of(0), bytes))))) throw new Broken("the plan's proof does not lead to the root");
  if (place.index >= found.proof.index) throw new Broken(`the plan is entry ${place.index}, not before the result's ${found.proof.index}`);
  const did = await followed(found);
  const other = Object.keys(did).find((path) => shown.has(path) && !did[path].includes(shown.get(path)));
  if (other) throw new Broken(`the result did not follow its plan: ${other} is another`);
  const redacted = Object.keys(did).filter((path) => !shown.has(path));
  if (redacted.length) throw new NotChecked(`of the plan is redacted: ${redacted.join(", ")}`);
  return `logged before the result, as entry ${place.index}; the result followed it`;
}

async function followed({ predicate, subjects }) {
  return {
    spec_sha256: [hex(await sha256(encode(canonical(predicate.spec))))],
    seed: [predicate.seed],
    planned: [predicate.planned],
    order_sha256: [predicate.orderDigest],
    subject_sha256: subjects.map((one) => one.digest.sha256),
  };
}

const digestOf = async (value, written) => (typeof value === "string" ? unhex(value, "what is withheld") : sha256(encode(written)));

async function items(found) {
  const { unaskedDigest, orderDigest, planned } = found.predicate;
  if (!unaskedDigest) throw new NotChecked("the run is from before its order could be checked offline");
  let state = unhex(unaskedDigest, "unaskedDigest");
  for (const one of [...found.lines].reverse()) state = await sha256(join(await digestOf(one.item, one.written[0]), state));
  if (hex(state) !== orderDigest) throw new Broken("the items are not those that were committed to, in that order");
  const whole = equal(unhex(unaskedDigest, "unaskedDigest"), await sha256(encode("assay/order/v1\0")));
  if (whole !== (found.lines.length === planned)) throw new Broken("the number of items is not the number that was planned");
  return `${found.lines.length} items, ${whole ? "all that were planned" : `the first of ${planned} planned`}, in the order committed to`;
}

async function scores(found) {
  const digests = [];
  for (const [place, one] of found.lines.entries()) {
    const both = typeof one.item === "object" && typeof one.score === "object";
    const same = both && one.item.id === one.score.item_id && one.item.part === one.score.part && one.item.cluster === one.score.cluster;
    if (both && !same) throw new Broken(`score ${place} is not of the item beside it`);
    digests.push(await digestOf(one.score, one.written[1]));
  }
  const whole = hex(await sha256(join(...digests)));
  if (whole !== found.predicate.scoresDigest) throw new Broken("the scores are not those of the statement");
  return `${digests.length} scores, as the statement has them`;
}

const elsewhere = (why) => async () => {
  throw new NotChecked(why);
};

const RULES = {
  archive,
  signature,
  statement,
  entry,
  inclusion,
  checkpoint,
  witnesses,
  plan,
  items,
  scores,
  page: elsewhere("the bundle's own page is compared by assay-verify alone"),
  statistic: elsewhere("not recomputed in a browser: run assay-verify with the extra 'statistics'"),
};

// Yields {rule, outcome, text}; ends with the first rule that is broken.
export async function* verify(bytes, policy) {
  const found = { bytes, policy };
  for (const [rule, apply] of Object.entries(RULES)) {
    try {
      yield { rule, outcome: "holds", text: await apply(found), found };
    } catch (error) {
      const skipped = error instanceof NotChecked;
      const known = skipped || error instanceof Broken;
      const text = known ? error.message : `it can't be read (${error.message})`;
      yield { rule, outcome: skipped ? "not checked" : "broken", text, found };
      // Nothing is parsed whose signature was not verified.
      if (!skipped || rule === "signature") return;
    }
  }
}
