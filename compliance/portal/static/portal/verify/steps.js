// Rules applied one after the other, and what is told of each.
import { Broken, NotChecked } from "./bytes.js";

// What a rule that was broken or could not be checked is told as; anything else can't be read.
export function failed(rule, error, before = "") {
  const known = error instanceof NotChecked || error instanceof Broken;
  const text = known ? error.message : `it can't be read (${error.message})`;
  return { rule, outcome: error instanceof NotChecked ? "not checked" : "broken", text: `${before}${text}` };
}

// Yields {rule, outcome, text, found} of each rule by name; ends with the first that is broken.
export async function* applied(rules, found) {
  for (const [rule, apply] of Object.entries(rules)) {
    let step;
    try {
      step = { rule, outcome: "holds", text: await apply(found) };
    } catch (error) {
      step = failed(rule, error);
    }
    yield { ...step, found };
    // Nothing is parsed whose signature was not verified.
    if (step.outcome === "broken" || found.ended || (rule === "signature" && step.outcome !== "holds")) return;
  }
}
