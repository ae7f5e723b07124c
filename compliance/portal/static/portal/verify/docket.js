// A docket, the one file of a dispute: compliance/domain/verify/docket.py.
import { MAX_ARCHIVE, partsCounted, readArchive } from "./archive.js";
import { Broken, canonicalJson, encode, equal, keysAre } from "./bytes.js";
import { MOST_BATTERIES, MOST_TESTS } from "./disputes.js";

const FORMAT = "assay/docket/v2";
const FIRST = { "docket.json": 1 << 20, "proof.json": 1 << 26 };
const MOST_BUNDLES = MOST_TESTS * MOST_BATTERIES;
const LOCAL_HEADER = 30;

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// Whether a file begins as a docket does; bundles begin with their page.
export function isDocket(bytes) {
  const name = encode(Object.keys(FIRST)[0]);
  const mark = Uint8Array.of(0x50, 0x4b, 3, 4);
  return equal(bytes.subarray(0, 4), mark) && equal(bytes.subarray(LOCAL_HEADER, LOCAL_HEADER + name.length), name);
}

function limits(bundles) {
  if (bundles < 0 || bundles > MOST_BUNDLES) throw new Broken(`a docket has its two first parts and at most ${MOST_BUNDLES} bundles`);
  const more = Array.from({ length: bundles }, (_, place) => [`result-${place + 1}.zip`, MAX_ARCHIVE]);
  return { ...FIRST, ...Object.fromEntries(more) };
}

// A docket of which nothing is verified yet.
export function readDocket(bytes) {
  if (bytes.length > MAX_ARCHIVE) throw new Broken(`an archive of ${bytes.length} bytes, more than ${MAX_ARCHIVE}`);
  const parts = readArchive(bytes, limits(partsCounted(bytes) - Object.keys(FIRST).length));
  const [head, proof, ...bundles] = Object.values(parts);
  const { dispute, format, plans } = headOf(canonicalJson(head, "docket.json"));
  if (format !== FORMAT || typeof dispute !== "string") throw new Broken(`docket.json is not of the format ${FORMAT}`);
  if (!Array.isArray(plans) || !plans.every(isObject)) throw new Broken("the plans in docket.json are a list of objects");
  return { dispute, plans, proof, bundles };
}

function headOf(value) {
  if (!keysAre(value, "dispute,format,plans")) throw new Broken("docket.json has format, dispute and plans");
  return value;
}
