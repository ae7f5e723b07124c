// The trust rules of a docket, in order, as compliance/domain/verify/docket_rules.py has them.
import { Broken, NotChecked, count, hex, sha256 } from "./bytes.js";
import { PARTIES, STEPS, checkNext, checkRuling, digestOf, findingOf, findingStatement, move, seedFrom } from "./disputes.js";
import { readDocket } from "./docket.js";
import { FREEZES, agreed, checkPlan, checkSeed, heard, one, roundsOf } from "./docket_rounds.js";
import { field, said, same, toldOf } from "./docket_steps.js";
import { readPage, verifyPage } from "./page_proof.js";
import { verify } from "./rules.js";
import { applied, failed } from "./steps.js";

const PROOFS = ["signature", "checkpoint", "witnesses"];

function steps(found) {
  const [first] = found.told;
  if (first?.type !== "dispute.opened") throw new Broken("the first step is not the opening");
  const court = said(first, "court");
  let [place, state] = [-1n, "opened"];
  for (const step of found.told) {
    if (step.subject !== `dispute/${found.docket.dispute}` || step.organization !== court) throw new Broken(`entry ${step.index} is not of this dispute before its court`);
    if (step.index <= place) throw new Broken(`entry ${step.index} is not after the one before it`);
    place = step.index;
    state = moved(step, state);
  }
  return `${found.told.length} steps in the order that the rules allow; now ${state}`;
}

function moved(step, state) {
  if (step.type === "dispute.filed" && state === "opened" && said(step, "side") === "respondent") return "answered";
  const again = FREEZES.includes(step.type) && state === "heard";
  const next = again ? "ordered_again" : STEPS[step.type];
  return next === null ? state : move(state, next);
}

async function plan({ docket, rounds, told }) {
  const { plans } = docket;
  if (!rounds.length) {
    if (plans.length) throw new Broken("there is a plan that nobody ordered");
    return "no battery was ordered";
  }
  if (plans.length !== rounds.length) throw new Broken("there is not one plan for each battery");
  const [before, texts] = [[], []];
  for (const [number, round] of rounds.entries()) {
    const digest = await checkPlan(round, plans[number], told[0]);
    checkNext(before, field(plans[number], "battery").map((spec) => field(spec, "name")));
    before.push(heard(round));
    texts.push(`the plan in hand was ${agreed(round) ? "agreed on" : "ordered"}, in entry ${round.ordered.index} (${digest.slice(0, 12)})`);
  }
  return texts.join("; ");
}

async function seed({ docket, rounds, told }) {
  const made = told.filter((step) => step.type === "dispute.committed").map((step) => said(step, "commitment"));
  if (new Set(made).size < made.length) throw new Broken("two commitments are the same");
  const texts = [];
  for (const round of rounds) texts.push(await checkSeed(round, docket.dispute));
  return texts.join("; ") || "no seed was drawn";
}

async function results(found) {
  const all = found.rounds.flatMap((round, number) => heard(round).map((finding) => ({ finding, number })));
  const proved = all.filter(({ finding }) => finding.statement_sha256);
  if (proved.length !== found.docket.bundles.length) throw new Broken("there is not one bundle for each result that was heard");
  const unchecked = [];
  for (const [place, { finding, number }] of proved.entries()) {
    let result;
    for await (const step of verify(found.docket.bundles[place], found.policy)) {
      if (step.outcome === "broken") throw new Broken(`${finding.test}: ${step.rule}: ${step.text}`);
      if (step.outcome === "not checked") unchecked.push(`${finding.test}: ${step.rule}: ${step.text}`);
      if (step.outcome === "not checked" && PROOFS.includes(step.rule)) found.unproved.add(step.rule);
      result = step.found;
    }
    if (result.predicate) await belongs(found, number, finding, result);
  }
  const told = all.map(({ finding }) => finding.statement).join(" ") || "nothing was heard";
  if (unchecked.length) throw new NotChecked(`${told} Every proof holds, but ${unchecked.join("; ")}`);
  return told;
}

async function belongs(found, number, finding, { predicate, subjects, payload, proof }) {
  const { ordered } = found.rounds[number];
  const drawn = one(found.rounds[number], "dispute.seed.drawn");
  if (!drawn) throw new Broken("a result was heard that no seed was drawn for");
  const ours = found.docket.plans[number];
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
  const ruled = found.told.find((step) => step.type === "dispute.ruled");
  if (!ruled) return "there is no ruling yet";
  const findings = found.rounds.flatMap(heard);
  if (!same(said(ruled, "findings"), findings)) throw new Broken("the ruling quotes other findings than were heard");
  const outcome = said(ruled, "outcome");
  checkRuling(outcome, findings);
  return `${outcome.replaceAll("_", " ")}, as what was heard allows`;
}

const RULES = { steps, plan, seed, results, ruling };

// Yields {rule, outcome, text}; ends with the first rule that is broken.
export async function* verifyDocket(bytes, policy) {
  const found = { policy, unproved: new Set() };
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
    found.rounds = roundsOf(found.told);
  } catch (error) {
    yield failed("steps", error);
    return;
  }
  yield* applied(RULES, found);
}
