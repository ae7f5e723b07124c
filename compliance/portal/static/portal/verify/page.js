// The page /verify/: takes two files, applies the rules to them in this browser, says what was found.
import { verifyFile } from "./kinds.js";
import { parsePolicy } from "./notes.js";

const form = document.querySelector("[data-verify]");
const report = document.querySelector("[data-report]");
const steps = document.querySelector("[data-steps]");
const summary = document.querySelector("[data-summary]");
const facts = document.querySelector("[data-facts]");
const drop = document.querySelector("[data-drop]");
const WORDS = { holds: "holds", broken: "broken", "not checked": "not checked" };

function element(tag, text, kind = "") {
  const one = document.createElement(tag);
  one.textContent = text;
  if (kind) one.className = kind;
  return one;
}

function say(kind, heading, text) {
  summary.className = `alert alert-${kind}`;
  const box = document.createElement("div");
  box.append(element("strong", heading), element("div", text));
  summary.replaceChildren(box);
}

function show(step) {
  const row = document.createElement("li");
  row.className = `check check-${step.outcome.replace(" ", "-")}`;
  row.append(element("span", step.rule, "check-rule"), element("span", WORDS[step.outcome], "check-word"), element("span", step.text, "check-text"));
  steps.append(row);
}

function conclude(seen) {
  const broken = seen.find((step) => step.outcome === "broken");
  const skipped = seen.filter((step) => step.outcome === "not checked").map((step) => step.rule);
  if (broken) return say("danger", `Broken at “${broken.rule}”.`, `${broken.text}. What follows was not looked at.`);
  const within = new Set(seen.flatMap((step) => [...(step.found?.unproved ?? [])]));
  const proofs = ["signature", "checkpoint", "witnesses"].filter((rule) => skipped.includes(rule) || within.has(rule));
  if (proofs.length) return say("warning", "Not verified here.", `This browser could not check: ${proofs.join(", ")}. Use assay-verify.`);
  if (skipped.length) return say("success", "Every proof holds.", `Not checked here: ${skipped.join(", ")}.`);
  return say("success", "Verified.", "The log says all that stands below, and the quorum of your policy has seen that log. Compare it with what you were shown.");
}

// What stands in a statement, for people: of a result, or of a summary.
function describe({ predicate, summary: said }) {
  if (predicate) list(ofResult(predicate));
  if (said) list(ofSummary(said));
}

function ofResult(predicate) {
  const { claim, ...estimate } = predicate.estimate;
  const number = (value) => Number(value.toPrecision(6)).toString();
  return [
    ["Claim", claim.statement],
    ["Verdict", predicate.verdict],
    [claim.statistic, `${number(estimate.value)} (${number(100 * (1 - claim.alpha))}% confidence sequence ${number(estimate.lower)} to ${number(estimate.upper)})`],
    ["Limit", `${number(claim.limit)}, from ${claim.limit_source}`],
    ["Items", `${estimate.n} of ${estimate.planned}`],
    ["Probability of a wrong verdict", `at most ${claim.alpha}`],
    ...estimate.caveats.map((caveat) => ["To read it rightly", caveat]),
  ];
}

function ofSummary({ subject, predicate }) {
  return [
    ["It says", predicate.verificationResult],
    ...subject.map((one) => ["Of", `${one.name}, SHA-256 ${one.digest.sha256}`]),
    ["Against", `${predicate.policy.uri}, SHA-256 ${predicate.policy.digest.sha256}`],
    ["As of", predicate.timeVerified],
    ["Said by", predicate.verifier.id],
    ["Rests on", `${predicate.inputAttestations.length} attested results; the bundle of each proves it`],
  ];
}

function list(rows) {
  facts.replaceChildren(
    ...rows.map(([name, value]) => {
      const row = document.createElement("div");
      row.className = "wide";
      row.append(element("dt", name), element("dd", value));
      return row;
    }),
  );
}

async function run(bundle, policyText) {
  report.hidden = false;
  steps.replaceChildren();
  facts.replaceChildren();
  say("warning", "Checking…", "Nothing leaves this browser.");
  try {
    if (!crypto.subtle) throw new Error("this page must be opened by https, or on the machine itself");
    const policy = await parsePolicy(policyText);
    const seen = [];
    const bytes = new Uint8Array(await bundle.arrayBuffer());
    for await (const step of verifyFile(bytes, policy)) {
      seen.push(step);
      show(step);
      if (step.rule === "statement" && step.outcome === "holds") describe(step.found);
    }
    conclude(seen);
  } catch (error) {
    say("danger", "It could not be checked.", error.message);
  }
  summary.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [bundle] = form.elements.bundle.files;
  const [file] = form.elements.policyfile.files;
  await run(bundle, file ? await file.text() : form.elements.policy.value);
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("drop-over", kind === "dragover");
  });
}
drop.addEventListener("drop", (event) => {
  form.elements.bundle.files = event.dataTransfer.files;
});

// Pressed before this listens, it would send the form and forget the files.
form.querySelector("[data-check]").disabled = false;
