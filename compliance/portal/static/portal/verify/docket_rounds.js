// The steps of a dispute by the battery that they are about: compliance/domain/verify/docket_rounds.py.
import { Broken } from "./bytes.js";
import { PARTIES, digestOf, readFound, seedDrawn, shareCommitment } from "./disputes.js";
import { isObject } from "./docket.js";
import { field, said, same, sideOf } from "./docket_steps.js";

export const FREEZES = ["dispute.battery.ordered", "dispute.battery.agreed"];
const BEFORE = ["dispute.battery.proposed", "dispute.battery.objected"];

// Of each battery: the step that ordered it, what was proposed before, and what came of it.
export function roundsOf(told) {
  const places = [...told.keys()].filter((place) => FREEZES.includes(told[place].type));
  return places.map((place, number) => ({
    ordered: told[place],
    before: told.slice(number ? places[number - 1] + 1 : 0, place).filter((step) => BEFORE.includes(step.type)),
    after: told.slice(place + 1, places[number + 1] ?? told.length),
  }));
}

export const one = (round, type) => round.after.find((step) => step.type === type);

export function heard(round) {
  const step = one(round, "dispute.heard");
  const findings = step ? said(step, "findings") : [];
  if (!Array.isArray(findings)) throw new Broken("what was found is no list");
  return findings.map(readFound);
}

function bySide(round, type) {
  const steps = round.after.filter((step) => step.type === type);
  return new Map(steps.map((step) => [sideOf(said(step, "side")), step]));
}

// The digest of a plan that is the one that was ordered or agreed on, of the versions of the opening.
export async function checkPlan(round, plan, opening) {
  const digest = await digestOf(plan);
  if (digest !== said(round.ordered, "plan")) throw new Broken("the plan is not the one that was ordered");
  for (const side of PARTIES) {
    const [named, first] = [field(plan, side), said(opening, side)];
    if (!["version", "weights_digest"].every((key) => same(field(named, key), field(first, key)))) throw new Broken(`the plan names another version of the ${side}`);
  }
  if (agreed(round)) checkAgreed(round);
  return digest;
}

export const agreed = (round) => round.ordered.type === "dispute.battery.agreed";

function checkAgreed({ ordered, before }) {
  const [plan, by, due] = ["plan", "side", "draw_by"].map((name) => said(ordered, name));
  const proposals = before.filter((step) => step.type === "dispute.battery.proposed");
  const proposed = proposals.filter((step) => said(step, "plan") === plan && said(step, "draw_by") === due && said(step, "side") !== by);
  if (!PARTIES.includes(by) || !proposed.some((step) => PARTIES.includes(said(step, "side")))) throw new Broken("a party agreed to what the other had not proposed");
}

// Whether the seed follows from what was committed to and revealed, in a sentence.
export async function checkSeed(round, dispute) {
  const drawn = one(round, "dispute.seed.drawn");
  if (!drawn) return "no seed was drawn";
  const told = said(drawn, "shares");
  if (!isObject(told)) throw new Broken("the shares are no object");
  const shares = new Map(Object.keys(told).map((name) => [sideOf(name), told[name]]));
  const committed = bySide(round, "dispute.committed");
  const revealed = bySide(round, "dispute.revealed");
  if ((await shareCommitment(shares.get("court"))) !== said(round.ordered, "court_commitment")) throw new Broken("the court's share is not the one that it committed to");
  const sides = [...shares.keys()].filter((side) => side !== "court");
  if (sides.length !== revealed.size || !sides.every((side) => revealed.has(side))) throw new Broken("the shares are not those that were revealed");
  for (const [side, step] of revealed) await checkShare(side, step, shares.get(side), committed);
  const follows = await seedDrawn(dispute, said(round.ordered, "plan"), shares);
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
