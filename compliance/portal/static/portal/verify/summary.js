// The trust rules of a verification summary, as compliance/domain/verify: summary.py has them.
import { Broken, NotChecked, canonical, canonicalJson, decode, encode, unhex } from "./bytes.js";
import { committed, cosigned, included, opened, signedByLog, standing } from "./entries.js";
import { STATEMENT_TYPE, attested, readEnvelope } from "./envelope.js";
import { proved } from "./page_proof.js";
import { applied } from "./steps.js";

const PREDICATE = "https://slsa.dev/verification_summary/v1";
const POLICY = "urn:assay:policy:";
const STATEMENT = "urn:assay:statement:";
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MAX_SUMMARY = (1 << 22) + (1 << 21);
const MAX_SUBJECTS = 100;
const STARTS = ['{"log":', '{"payload":'];

export function isSummary(bytes) {
  return STARTS.some((start) => encode(start).every((byte, at) => bytes[at] === byte));
}

function archive(found) {
  if (found.bytes.length > MAX_SUMMARY) throw new Broken(`a summary has at most ${MAX_SUMMARY} bytes`);
  const { log, ...envelope } = canonicalJson(found.bytes, "the summary");
  found.envelope = readEnvelope(envelope);
  found.place = log === undefined ? null : proved(log);
  return `an envelope with ${found.envelope.signatures.length} signatures${found.place ? ", and its place in the log" : ""}`;
}

const signature = (found) => attested(found.envelope, found.policy);

function text(value) {
  if (typeof value !== "string" || !value) throw new Broken("a field that must be text is none");
  return value;
}

function digest(value) {
  unhex(value?.sha256, "a digest");
  return value.sha256;
}

function list(value, what) {
  if (!Array.isArray(value)) throw new Broken(`${what} is no list`);
  return value;
}

// What a statement says, and only that: written again, it must give the very same bytes.
function readStatement(value) {
  const predicate = value?.predicate;
  const [passed, levels] = [predicate?.verificationResult === "PASSED", list(predicate?.verifiedLevels, "verifiedLevels")];
  const subjects = list(value.subject, "subject").map((one) => ({ name: text(one?.name), digest: { sha256: digest(one?.digest) } }));
  if (!subjects.length || subjects.length > MAX_SUBJECTS) throw new Broken(`a statement has 1 to ${MAX_SUBJECTS} subjects`);
  if ((!passed && predicate.verificationResult !== "FAILED") || !levels.length) throw new Broken("a summary says PASSED or FAILED, and a level");
  const inputs = list(predicate.inputAttestations, "inputAttestations").map((one) => digest(one?.digest));
  if (passed && (levels.includes("FAILED") || !inputs.length)) throw new Broken("what PASSED has a level of its own, and rests on something");
  const time = text(predicate.timeVerified);
  if (!MOMENT.test(time) || !time.startsWith(instant(time))) throw new Broken("the time is no moment in UTC");
  const pack = text(predicate.policy?.uri);
  const said = {
    verifier: { id: text(predicate.verifier?.id) },
    timeVerified: time,
    resourceUri: text(predicate.resourceUri),
    policy: { uri: pack.startsWith(POLICY) ? pack : `${POLICY}${pack}`, digest: { sha256: digest(predicate.policy.digest) } },
    inputAttestations: inputs.map((one) => ({ uri: `${STATEMENT}${one}`, digest: { sha256: one } })),
    verificationResult: passed ? "PASSED" : "FAILED",
    verifiedLevels: passed ? levels.map(text) : ["FAILED"],
    slsaVersion: "1.1",
  };
  return { _type: STATEMENT_TYPE, subject: subjects, predicateType: PREDICATE, predicate: said };
}

function instant(time) {
  const found = new Date(time);
  return Number.isNaN(found.getTime()) ? "never" : found.toISOString().slice(0, 19);
}

function statement(found) {
  const read = readStatement(canonicalJson(found.envelope.payload, "the statement"));
  if (canonical(read) !== decode(found.envelope.payload, "the statement")) throw new Broken("the summary is not written as its content is");
  found.summary = read;
  const { subject, predicate } = read;
  const named = subject.map((one) => `${one.name} (sha256 ${one.digest.sha256})`).join(", ");
  const pack = `${predicate.policy.uri.slice(POLICY.length)} (sha256 ${predicate.policy.digest.sha256})`;
  return (
    `${predicate.verificationResult}: ${named}, ${predicate.resourceUri}, against ${pack}, by ${predicate.verifier.id}, as of ${predicate.timeVerified};` +
    ` it rests on ${predicate.inputAttestations.length} attested results, by digest, each proved by its own bundle`
  );
}

async function entry(found) {
  if (!found.place) {
    found.ended = true;
    throw new NotChecked("the file is without its place in the log");
  }
  return committed(await opened(found.place.entry, found.place.openings), found.envelope.payload);
}

const inclusion = (found) => included(found.place.proof, found.place.entry);

async function checkpoint(found) {
  found.standing = await standing(found.place.proof, found.policy);
  return signedByLog(found.standing);
}

const witnesses = (found) => cosigned(found.standing, found.policy);

const RULES = { archive, signature, statement, entry, inclusion, checkpoint, witnesses };

// Yields {rule, outcome, text}; ends with the first rule that is broken.
export const verifySummary = (bytes, policy) => applied(RULES, { bytes, policy });
