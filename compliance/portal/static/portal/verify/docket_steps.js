// The steps of a dispute as their ledger entries tell them: compliance/domain/verify/docket_steps.py.
import { Broken, NotChecked, canonical, canonicalJson } from "./bytes.js";
import { SIDES, STEPS } from "./disputes.js";
import { isObject } from "./docket.js";
import { opened } from "./entries.js";

// A step as its entry tells it.
export async function toldOf({ entry, openings, proof }) {
  const { type, subject, organization } = canonicalJson(entry, "the log entry");
  const { shown } = await opened(entry, openings);
  if (!Object.hasOwn(STEPS, type)) throw new Broken(`entry ${proof.index} is no step of a dispute`);
  return { index: proof.index, type, subject, organization, shown };
}

export function said(step, name) {
  if (!step.shown.has(name)) throw new NotChecked(`${name} of entry ${step.index} is redacted`);
  return step.shown.get(name);
}

export function field(object, name) {
  if (!isObject(object) || !Object.hasOwn(object, name)) throw new Broken(`a step is not told as steps are: ${name} is missing`);
  return object[name];
}

export function sideOf(name) {
  if (!SIDES.includes(name)) throw new Broken(`'${name}' is no side of a dispute`);
  return name;
}

export const same = (a, b) => canonical(a) === canonical(b);
