// The trust rules of a page's proof, in order, as compliance/domain/verify/page_proof.py has them.
import { Broken, canonical, canonicalJson, encode, keysAre, unhex } from "./bytes.js";
import { cosigned, included, opened, signedByLog, standing } from "./entries.js";
import { parseProof } from "./notes.js";
import { failed } from "./steps.js";

const FORMAT = "assay/page/v1";
const MAX_PAGE = 1 << 26;

export const isPageProof = (bytes) => bytes[0] === 0x7b; // "{"

export function readPage(bytes) {
  if (bytes.length > MAX_PAGE) throw new Broken(`a page's proof has at most ${MAX_PAGE} bytes`);
  const page = canonicalJson(bytes, "the page's proof");
  if (!keysAre(page, "about,entries,format") || page.format !== FORMAT) throw new Broken(`its format is not ${FORMAT}`);
  if (typeof page.about !== "string" || !Array.isArray(page.entries)) throw new Broken("this is no proof of a page");
  return { about: page.about, entries: page.entries.map(proved) };
}

// An entry with what opens its fields and what proves that it is in the log.
export function proved(one) {
  const texts = keysAre(one, "entry,openings,proof") && typeof one.entry === "string" && typeof one.proof === "string";
  if (!texts || !Array.isArray(one.openings)) throw new Broken("an entry has entry, openings and proof");
  for (const opening of one.openings) {
    if (!keysAre(opening, "path,salt,value") || typeof opening.path !== "string") throw new Broken("an opening has path, salt and value");
    unhex(opening.salt, "a salt");
  }
  return { entry: encode(one.entry), openings: one.openings, proof: parseProof(encode(one.proof)) };
}

function told(index, { event, shown, redacted }) {
  const { type, subject } = event;
  if (typeof type !== "string" || typeof subject !== "string") throw new Broken("the log entry says of no event of which type it is, or what about");
  const statement = shown.get("statement");
  const fields = [...shown.keys()].sort().map((path) => `${path}: ${plain(shown.get(path))}`);
  const said = typeof statement === "string" && statement ? statement : fields.join("; ");
  return `${index} ${type} ${subject}: ${said}${redacted.length ? ` (redacted: ${redacted.join(", ")})` : ""}`;
}

const plain = (value) => (typeof value === "string" ? value : canonical(value));

async function vouched(proof, policy) {
  const found = await standing(proof, policy);
  const log = signedByLog(found);
  return `checkpoint of ${proof.size} entries, ${log}; ${cosigned(found, policy)}`;
}

// Yields {rule, outcome, text}; ends with the first rule that is broken.
export async function* verifyPage(bytes, policy) {
  let page;
  try {
    page = readPage(bytes);
  } catch (error) {
    yield failed("archive", error);
    return;
  }
  yield { rule: "archive", outcome: "holds", text: `${page.entries.length} entries behind a page on ${page.about}` };
  const heads = new Set();
  for (const one of page.entries) {
    for await (const step of entrySteps(one, policy, heads)) {
      yield step;
      if (step.outcome === "broken") return;
    }
  }
}

// The rules of one entry; a checkpoint that was accepted before is not told of again.
async function* entrySteps({ entry, openings, proof }, policy, heads) {
  const before = `entry ${proof.index}: `;
  let rule = "entry";
  let text;
  try {
    text = told(proof.index, await opened(entry, openings));
    rule = "inclusion";
    await included(proof, entry);
  } catch (error) {
    yield failed(rule, error, before);
    return;
  }
  if (!heads.has(proof.note)) {
    let seen;
    try {
      seen = { rule: "witnesses", outcome: "holds", text: await vouched(proof, policy) };
    } catch (error) {
      seen = failed("witnesses", error, before);
    }
    yield seen;
    if (seen.outcome === "broken") return;
    heads.add(proof.note);
  }
  yield { rule: "entry", outcome: "holds", text };
}
