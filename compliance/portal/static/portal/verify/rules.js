// The trust rules of a bundle, in order, as compliance/domain/verify/rules.py has them. What a browser
// can't do is named: ML-DSA-44, the page of the bundle, and the statistic.
import { readArchive, splitLine } from "./archive.js";
import { Broken, NotChecked, canonical, canonicalJson, count, encode, equal, hex, join, keysAre, sha256, unhex } from "./bytes.js";
import { commitment, cosigned, committed, included, opened, signedByLog, standing } from "./entries.js";
import { STATEMENT_TYPE, attested, readEnvelope } from "./envelope.js";
import { leadsToRoot, parseProof } from "./notes.js";
import { applied } from "./steps.js";

const [FIRST, SECOND] = ["urn:assay:attestation:result:v1", "urn:assay:attestation:result:v2"];

async function archive(found) {
  found.parts = readArchive(found.bytes);
  found.proof = parseProof(found.parts["entry.tlog-proof"]);
  found.lines = lines(found.parts["items.jsonl"]);
  return `a bundle of ${count(found.bytes.length)} bytes in ${Object.keys(found.parts).length} parts, with ${count(found.lines.length)} items`;
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
  const envelope = readEnvelope(canonicalJson(found.parts["attestation.dsse.json"], "the attestation"));
  const said = await attested(envelope, found.policy);
  found.payload = envelope.payload;
  return said;
}

function follows(estimate) {
  const bound = -Math.log10(estimate.claim.alpha);
  const [violating, compliant] = [estimate.log10_e_violating >= bound, estimate.log10_e_compliant >= bound];
  if (estimate.lead || violating === compliant) return "inconclusive";
  return violating ? "violating" : "compliant";
}

async function statement(found) {
  const value = canonicalJson(found.payload, "the statement");
  if (value._type !== STATEMENT_TYPE || value.predicateType !== ("answersDigest" in value.predicate ? SECOND : FIRST)) throw new Broken("the statement is of no result");
  found.predicate = value.predicate;
  found.subjects = value.subject;
  const said = found.predicate.verdict;
  if (follows(found.predicate.estimate) !== said) throw new Broken("the verdict does not follow from the estimate");
  const names = value.subject.map((one) => `${one.name} (${one.digest.sha256.slice(0, 12)})`).join(", ");
  return `${found.predicate.spec.name}@${found.predicate.spec.version} on ${names}: ${said}`;
}

async function entry(found) {
  const openings = canonicalJson(found.parts["openings.json"], "openings.json");
  const told = await opened(found.parts["entry.json"], openings);
  found.entry = told.event;
  return committed(told, found.payload);
}

const inclusion = (found) => included(found.proof, found.parts["entry.json"]);

async function checkpoint(found) {
  found.standing = await standing(found.proof, found.policy);
  return signedByLog(found.standing);
}

const witnesses = async (found) => cosigned(found.standing, found.policy);

// The plan's entry stands before the result's under the same checkpoint, and the result followed it.
async function plan(found) {
  if (!found.parts["plan.json"]) throw new NotChecked("no plan is in this bundle: it may be from after the answers");
  const value = canonicalJson(found.parts["plan.json"], "plan.json");
  if (Object.keys(value).join() !== "entry,hashes,index,openings") throw new Broken("plan.json is no plan");
  const bytes = encode(value.entry);
  const { event: said, shown } = await opened(bytes, value.openings);
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
  for (const one of [...found.lines].reverse()) state = await sha256(join(await digestOf(one.item, one.written.item), state));
  if (hex(state) !== orderDigest) throw new Broken("the items are not those that were committed to, in that order");
  const whole = equal(unhex(unaskedDigest, "unaskedDigest"), await sha256(encode("assay/order/v1\0")));
  if (whole !== (found.lines.length === planned)) throw new Broken("the number of items is not the number that was planned");
  const withheld = found.lines.filter((one) => typeof one.item === "string").length;
  const alone = withheld ? `, ${count(withheld)} by their digests alone` : "";
  return `${count(found.lines.length)} items, ${whole ? "all that were planned" : `the first of ${count(planned)} planned`}${alone}, in the order committed to`;
}

async function scores(found) {
  const digests = [];
  for (const [place, one] of found.lines.entries()) {
    const both = typeof one.item === "object" && typeof one.score === "object";
    const same = both && one.item.id === one.score.item_id && one.item.part === one.score.part && one.item.cluster === one.score.cluster;
    if (both && !same) throw new Broken(`score ${place} is not of the item beside it`);
    digests.push(await digestOf(one.score, one.written.score));
  }
  const whole = hex(await sha256(join(...digests)));
  if (whole !== found.predicate.scoresDigest) throw new Broken("the scores are not those of the statement");
  return `${count(digests.length)} scores, as the statement has them`;
}

// The commitment of an answer that is shown with its salt or erased; none of one that nothing commits to.
async function committedTo({ answer, written }) {
  if (canonical(answer) !== written.answer) throw new Broken("an answer is not canonical JSON");
  if (answer === null) return "";
  if (keysAre(answer, "commitment,entry") && Number.isSafeInteger(answer.entry) && answer.entry >= 0) return answer.commitment;
  const shown = keysAre(answer, "salt,words") && keysAre(answer.words, Object.keys(answer.words ?? {}).join()) && !Array.isArray(answer.words);
  if (!shown) throw new Broken("an answer is shown with its salt, erased with its commitment, or null");
  return commitment({ path: "answer", salt: answer.salt, value: answer.words });
}

async function answers({ lines: every, predicate }) {
  const apart = every.filter((one) => "answer" in one);
  const { answersDigest } = predicate;
  if (apart.length !== (answersDigest ? every.length : 0)) throw new Broken("answers stand elsewhere than this kind of statement has them");
  if (!answersDigest) return `${count(every.length)} answers, within their scores`;
  const digests = [];
  for (const one of apart) digests.push(await committedTo(one));
  const bound = digests.filter((one) => one).map((one) => unhex(one, "a commitment"));
  if (hex(await sha256(join(...bound))) !== answersDigest) throw new Broken("the answers are not those of the statement");
  const shown = apart.filter(({ answer }) => answer && "salt" in answer).length;
  const erased = apart.filter(({ answer }) => answer && "entry" in answer).map(({ answer }) => answer.entry);
  const said = `${count(shown)} of ${count(apart.length)} answers, as they were committed to`;
  if (!erased.length) return said;
  const entries = [...new Set(erased)].sort((a, b) => a - b).join(", ");
  throw new NotChecked(`${said}; ${count(erased.length)} erased, as the operator says by entry ${entries} of the log: their commitments stand`);
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
  answers,
  page: elsewhere("the bundle's own page is compared by assay-verify alone"),
  statistic: elsewhere("not recomputed in a browser: run assay-verify with the extra 'statistics'"),
};

// Yields {rule, outcome, text}; ends with the first rule that is broken.
export const verify = (bytes, policy) => applied(RULES, { bytes, policy });
