// The trust rules of a docket, in order, as compliance/domain/verify/docket_rules.py has them.
import { Broken, NotChecked, canonical, canonicalJson, count, hex, sha256 } from "./bytes.js";
import { PARTIES, SIDES, STEPS, checkRuling, digestOf, findingOf, findingStatement, move, readFound, seedDrawn, seedFrom, shareCommitment } from "./disputes.js";
import { isObject, readDocket } from "./docket.js";
import { opened } from "./entries.js";
import { readPage, verifyPage } from "./page_proof.js";
import { verify } from "./rules.js";
import { applied, failed } from "./steps.js";

const PROOFS = ["signature", "checkpoint", "witnesses"];

// A step as its entry tells it.
async function toldOf({ entry, openings, proof }) {
  const { type, subject, organization } = canonicalJson(entry, "the log entry");
  const { shown } = await opened(entry, openings);
  if (!Object.hasOwn(STEPS, type)) throw new Broken(`entry ${proof.index} is no step of a dispute`);
  return { index: proof.index, type, subject, organization, shown };
}

function said(step, name) {
  if (!step.shown.has(name)) throw new NotChecked(`${name} of entry ${step.index} is redacted`);
  return step.shown.get(name);
}

function field(object, name) {
  if (!isObject(object) || !Object.hasOwn(object, name)) throw new Broken(`a step is not told as steps are: ${name} is missing`);
  return object[name];
}

const same = (a, b) => canonical(a) === canonical(b);
const one = (found, type) => found.told.find((step) => step.type === type);

function bySide(found, type) {
  const steps = found.told.filter((step) => step.type === type);
  return new Map(steps.map((step) => [sideOf(said(step, "side")), step]));
}

function sideOf(name) {
  if (!SIDES.includes(name)) throw new Broken(`'${name}' is no side of a dispute`);
  return name;
}

function heard(found) {
  const step = one(found, "dispute.heard");
  const findings = step ? said(step, "findings") : [];
  if (!Array.isArray(findings)) throw new Broken("what was found is no list");
  return findings.map(readFound);
}

function steps(found) {
  const [first] = found.told;
  if (first?.type !== "dispute.opened") throw new Broken("the first step is not the opening");
  const court = said(first, "court");
  let [place, state] = [-1n, "opened"];
  for (const step of found.told) {
    if (step.subject !== `dispute/${found.docket.dispute}` || step.organization !== court) throw new Broken(`entry ${step.index} is not of this dispute before its court`);
    if (step.index <= place) throw new Broken(`entry ${step.index} is not after the one before it`);
    place = step.index;
    state = moved(found, step, state);
  }
  return `${found.told.length} steps in the order that the rules allow; now ${state}`;
}

function moved(found, step, state) {
  if (step.type === "dispute.filed" && state === "opened" && said(step, "side") === "respondent") return "answered";
  const next = STEPS[step.type];
  if (next === null) return state;
  move(state, next);
  if (next === "ruled") found.before = state;
  return next;
}

async function plan(found) {
  const ordered = one(found, "dispute.battery.ordered");
  const { plan: ours } = found.docket;
  if (!ordered) {
    if (ours !== null) throw new Broken("there is a plan that nobody ordered");
    return "no battery was ordered";
  }
  const digest = ours === null ? "" : await digestOf(ours);
  if (ours === null || digest !== said(ordered, "plan")) throw new Broken("the plan is not the one that was ordered");
  for (const side of PARTIES) {
    const [named, first] = [field(ours, side), said(found.told[0], side)];
    if (!["version", "weights_digest"].every((key) => same(field(named, key), field(first, key)))) throw new Broken(`the plan names another version of the ${side}`);
  }
  return `the plan in hand was ordered, in entry ${ordered.index} (${digest.slice(0, 12)})`;
}

async function seed(found) {
  const [drawn, ordered] = [one(found, "dispute.seed.drawn"), one(found, "dispute.battery.ordered")];
  if (!drawn || !ordered) return "no seed was drawn";
  const told = said(drawn, "shares");
  if (!isObject(told)) throw new Broken("the shares are no object");
  const shares = new Map(Object.keys(told).map((name) => [sideOf(name), told[name]]));
  const committed = bySide(found, "dispute.committed");
  const revealed = bySide(found, "dispute.revealed");
  if ((await shareCommitment(shares.get("court"))) !== said(ordered, "court_commitment")) throw new Broken("the court's share is not the one that it committed to");
  const sides = [...shares.keys()].filter((side) => side !== "court");
  if (sides.length !== revealed.size || !sides.every((side) => revealed.has(side))) throw new Broken("the shares are not those that were revealed");
  for (const [side, step] of revealed) await checkShare(side, step, shares.get(side), committed);
  const follows = await seedDrawn(found.docket.dispute, said(ordered, "plan"), shares);
  if (follows !== said(drawn, "seed")) throw new Broken("the seed does not follow from plan and shares");
  const withheld = PARTIES.filter((side) => !shares.has(side));
  return `${follows.slice(0, 12)} follows from the plan and ${shares.size} shares${withheld.length ? `; withheld by the ${withheld.join(" and the ")}` : ""}`;
}

async function checkShare(side, step, share, committed) {
  if (share !== said(step, "share")) throw new Broken(`the share of the ${side} is another than was revealed`);
  if (!committed.has(side)) throw new Broken(`the ${side} committed to no share`);
  if ((await shareCommitment(share)) !== said(committed.get(side), "commitment")) throw new Broken(`the share of the ${side} is not what it committed to`);
  if (PARTIES.some((party) => !committed.has(party) || step.index < committed.get(party).index)) throw new Broken("a share was revealed before both parties had committed");
}

async function results(found) {
  const all = heard(found);
  const proved = all.filter((finding) => finding.statement_sha256);
  if (proved.length !== found.docket.bundles.length) throw new Broken("there is not one bundle for each result that was heard");
  const unchecked = [];
  for (const [place, finding] of proved.entries()) {
    let result;
    for await (const step of verify(found.docket.bundles[place], found.policy)) {
      if (step.outcome === "broken") throw new Broken(`${finding.test}: ${step.rule}: ${step.text}`);
      if (step.outcome === "not checked") unchecked.push(`${finding.test}: ${step.rule}: ${step.text}`);
      if (step.outcome === "not checked" && PROOFS.includes(step.rule)) found.unproved.add(step.rule);
      result = step.found;
    }
    if (result.predicate) await belongs(found, finding, result);
  }
  const told = all.map((finding) => finding.statement).join(" ") || "nothing was heard";
  if (unchecked.length) throw new NotChecked(`${told} Every proof holds, but ${unchecked.join("; ")}`);
  return told;
}

async function belongs(found, finding, { predicate, subjects, payload, proof }) {
  const [drawn, ordered] = [one(found, "dispute.seed.drawn"), one(found, "dispute.battery.ordered")];
  if (!drawn || !ordered) throw new Broken("a result was heard that no seed was drawn for");
  const ours = found.docket.plan ?? {};
  const place = field(ours, "battery").findIndex((spec) => same(spec, predicate.spec));
  const [claimant, respondent] = PARTIES.map((side) => field(ours, side));
  const [weights, label, other] = [field(respondent, "weights_digest"), field(respondent, "label"), field(claimant, "label")];
  const { estimate } = predicate;
  const expected = findingOf(estimate, predicate.verdict);
  const sentence = findingStatement({ finding: expected, test: finding.test, respondent: label, claimant: other, estimate });
  const [codes, seedSaid] = [said(ordered, "codes"), said(drawn, "seed")];
  const holds = {
    "is another result": predicate.result === finding.result && hex(await sha256(payload)) === finding.statement_sha256,
    "is not on the respondent's weights": same(subjects.map((subject) => subject.digest.sha256), [weights]),
    "is not by a spec of the plan": place >= 0 && (await digestOf(predicate.spec)) === finding.spec_digest,
    "ran by other code than was announced": predicate.codeDigest === codes[place],
    "ran with another seed": predicate.seed === (await seedFrom(seedSaid, finding.spec_digest)),
    "was logged before the seed was drawn": proof.index > drawn.index,
    "says something else": expected === finding.finding && sentence === finding.statement && estimate.claim.alpha === finding.alpha,
  };
  const wrong = Object.keys(holds).find((name) => !holds[name]);
  if (wrong) throw new Broken(`what was heard of ${finding.test}: the bundle ${wrong}`);
}

function ruling(found) {
  const ruled = one(found, "dispute.ruled");
  if (!ruled) return "there is no ruling yet";
  const findings = heard(found);
  if (!same(said(ruled, "findings"), findings)) throw new Broken("the ruling quotes other findings than were heard");
  const outcome = said(ruled, "outcome");
  checkRuling(outcome, found.before, findings);
  return `${outcome.replaceAll("_", " ")}, as what was heard allows`;
}

const RULES = { steps, plan, seed, results, ruling };

// Yields {rule, outcome, text}; ends with the first rule that is broken.
export async function* verifyDocket(bytes, policy) {
  const found = { policy, before: "opened", unproved: new Set() };
  try {
    found.docket = readDocket(bytes);
  } catch (error) {
    yield failed("archive", error);
    return;
  }
  yield { rule: "archive", outcome: "holds", text: `a docket of ${count(bytes.length)} bytes with ${found.docket.bundles.length} bundles` };
  for await (const step of verifyPage(found.docket.proof, policy)) {
    yield step;
    if (step.outcome === "broken") return;
  }
  try {
    found.told = [];
    for (const entry of readPage(found.docket.proof).entries) found.told.push(await toldOf(entry));
  } catch (error) {
    yield failed("steps", error);
    return;
  }
  yield* applied(RULES, found);
}
