// What a file is, and which rules it is held against.
import { isDocket } from "./docket.js";
import { verifyDocket } from "./docket_rules.js";
import { isPageProof, verifyPage } from "./page_proof.js";
import { verify } from "./rules.js";
import { isSummary, verifySummary } from "./summary.js";

// Yields {rule, outcome, text}; ends with the first rule that is broken.
export function verifyFile(bytes, policy) {
  if (isSummary(bytes)) return verifySummary(bytes, policy);
  if (isPageProof(bytes)) return verifyPage(bytes, policy);
  return isDocket(bytes) ? verifyDocket(bytes, policy) : verify(bytes, policy);
}
