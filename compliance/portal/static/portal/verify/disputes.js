// The law of disputes that a docket is held against: compliance/domain: disputes.py, batteries.py,
// drawing.py.
import { Broken, canonical, encode, hex, sha256, unhex } from "./bytes.js";
import { general } from "./figures.js";

// What a dispute may become, by what it is.
export const MOVES = {
  opened: ["answered", "ordered", "ruled", "withdrawn"],
  answered: ["ordered", "ruled", "withdrawn"],
  ordered: ["running", "ruled", "withdrawn"],
  running: ["heard"],
  heard: ["ordered_again", "ruled"],
  ordered_again: ["running", "ruled"],
  ruled: [],
  withdrawn: [],
};

// Every step of a dispute, and what it makes of one; null where it leaves one as it was.
export const STEPS = {
  "dispute.opened": null,
  "dispute.filed": null,
  "dispute.reviewer.appointed": null,
  "dispute.battery.proposed": null,
  "dispute.battery.objected": null,
  "dispute.battery.agreed": "ordered",
  "dispute.battery.ordered": "ordered",
  "dispute.committed": null,
  "dispute.revealed": null,
  "dispute.seed.drawn": "running",
  "dispute.heard": "heard",
  "dispute.ruled": "ruled",
  "dispute.dissented": null,
  "dispute.withdrawn": "withdrawn",
};

export const SIDES = ["claimant", "respondent", "court", "reviewer"];
export const PARTIES = ["claimant", "respondent"];
export const MOST_TESTS = 8;
export const MOST_BATTERIES = 3;
export const OUTCOMES = ["upheld", "not_upheld", "dismissed"];
const FOUND = "alpha,finding,measured,result,spec_digest,statement,statement_sha256,test";

const SAID = {
  shown: (test, respondent, claimant) => `Shown: ${test} finds that ${respondent} shares its origin with ${claimant}`,
  not_shown: (test, respondent, claimant) => `Not shown: ${test} does not find that ${respondent} shares its origin with ${claimant}; what is not shown may still be so`,
  not_compared: (test, respondent, claimant) => `Not compared: ${test} cannot speak of ${respondent} and ${claimant}`,
  untested: (test, respondent, claimant) => `Not tested: ${test} gave no result for ${respondent} and ${claimant}`,
};
export const FINDINGS = Object.keys(SAID);

export const digestOf = async (value) => hex(await sha256(encode(canonical(value))));

export function move(old, next) {
  if (!MOVES[old].includes(next)) throw new Broken(`a dispute that is ${old} cannot become ${next}`);
  return next;
}

export async function shareCommitment(share) {
  return hex(await sha256(unhex(share, "a share")));
}

export function seedDrawn(dispute, plan, shares) {
  const said = Object.fromEntries(["court", ...PARTIES].map((side) => [side, shares.get(side) ?? null]));
  return digestOf({ format: "assay/draw/v1", dispute, plan, shares: said });
}

// The seed of one spec of the battery, below 2^53.
export async function seedFrom(drawn, spec) {
  return parseInt((await digestOf({ drawn, spec })).slice(0, 13), 16);
}

// One finding as it was told of; it has all its fields and no other.
export function readFound(value) {
  const texts = [value?.test, value?.result, value?.statement].every((one) => typeof one === "string");
  if (!texts || Object.keys(value).sort().join() !== FOUND || !FINDINGS.includes(value.finding)) throw new Broken("this is no finding");
  return value;
}

export function findingOf(estimate, verdict) {
  if (verdict === "violating" && !estimate.lead) return "shown";
  const compared = estimate.parts.length ? estimate.parts.some((part) => part.n) : Boolean(estimate.n);
  return compared ? "not_shown" : "not_compared";
}

// The one sentence that page, ruling and docket quote, with the estimate's figures.
export function findingStatement({ finding, test, respondent, claimant, estimate }) {
  const { claim } = estimate;
  const figure = (number) => general(number, 4);
  return (
    `${SAID[finding](test, respondent, claimant)}. ` +
    `${claim.statistic}: ${figure(estimate.value)} (${general(100 * (1 - claim.alpha))}% confidence sequence` +
    ` ${figure(estimate.lower)} to ${figure(estimate.upper)}), limit ${figure(claim.limit)}; log10 of the` +
    ` e-value ${figure(estimate.log10_e_violating)}; chance that it is shown of versions that share` +
    ` nothing at most ${general(claim.alpha)}.`
  );
}

export function checkRuling(outcome, findings) {
  if (!OUTCOMES.includes(outcome)) throw new Broken("the ruling decides nothing that a court can");
  if (outcome === "upheld" && !findings.some((one) => one.finding === "shown")) throw new Broken("nothing was shown, so the claim cannot be upheld");
  if (outcome === "not_upheld" && !findings.length) throw new Broken("nothing was tested, so nothing can be said of the claim");
  if (outcome === "dismissed" && findings.length) throw new Broken("the claim was tested, and is not dismissed untested");
}

const spoke = (one) => ["shown", "not_shown"].includes(one.finding);

// Whether a battery of these tests may follow on what each battery before it found.
export function checkNext(told, names) {
  const every = told.flat();
  const over = told.length >= MOST_BATTERIES || every.some((one) => one.finding === "shown");
  const places = !told.length ? MOST_TESTS : over ? 0 : told.at(-1).filter((one) => !spoke(one)).length;
  if (!places) throw new Broken(told.length >= MOST_BATTERIES ? `a dispute has at most ${MOST_BATTERIES} batteries` : "the battery was answered, so nothing is left to be tested in this dispute");
  if (names.length > places) throw new Broken(`more than ${places} tests`);
  const again = names.find((name) => every.some((one) => spoke(one) && one.test.split("@")[0] === name));
  if (again !== undefined) throw new Broken(`${again} has spoken in this dispute`);
}
