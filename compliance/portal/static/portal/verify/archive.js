// The archive of a bundle or a docket, which can be written in one way only: compliance/domain/verify/archive.py.
import { Broken, decode, encode, equal, join } from "./bytes.js";

export const PARTS = {
  "index.html": 1 << 20,
  "attestation.dsse.json": 1 << 20,
  "entry.json": 65535,
  "openings.json": 1 << 20,
  "entry.tlog-proof": 1 << 20,
  "policy.txt": 1 << 20,
  "items.jsonl": 1 << 28,
  "plan.json": 1 << 20,
};
// The last part, which bundles of the first format do not have.
const OPTIONAL = "plan.json";
export const MAX_ARCHIVE = 1 << 29;

const CRC = Uint32Array.from({ length: 256 }, (_, start) => {
  let sum = start;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum;
});

function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = CRC[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

// Little-endian numbers, each with its width in bytes.
function pack(...fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  let at = 0;
  for (const [number, width] of fields) {
    for (let place = 0; place < width; place += 1) bytes[at + place] = (number / 2 ** (8 * place)) & 255;
    at += width;
  }
  return bytes;
}

function write(parts, limits) {
  const body = [];
  const central = [];
  let offset = 0;
  const names = Object.keys(limits).filter((name) => name in parts);
  for (const name of names) {
    const content = parts[name];
    const size = content.length;
    const same = [[0, 2], [33, 2], [crc32(content), 4], [size, 4], [size, 4], [name.length, 2], [0, 2]];
    body.push(pack([0x04034b50, 4], [20, 2], [0, 2], [0, 2], ...same), encode(name), content);
    central.push(
      pack([0x02014b50, 4], [788, 2], [20, 2], [0, 2], [0, 2], ...same, [0, 2], [0, 2], [0, 2], [0x81a40000, 4], [offset, 4]),
      encode(name),
    );
    offset += 30 + name.length + size;
  }
  const count = names.length;
  const index = join(...central);
  const end = pack([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [index.length, 4], [offset, 4], [0, 2]);
  return join(...body, index, end);
}

export function readArchive(bytes, limits = PARTS) {
  if (bytes.length > MAX_ARCHIVE) throw new Broken(`an archive of ${bytes.length} bytes, more than ${MAX_ARCHIVE}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = {};
  let at = 0;
  for (const [name, limit] of Object.entries(limits)) {
    if (name === OPTIONAL && at + 4 <= bytes.length && view.getUint32(at, true) === 0x02014b50) break;
    const start = at + 30 + name.length;
    if (start > bytes.length || view.getUint32(at, true) !== 0x04034b50) {
      throw new Broken(`the archive is cut short or broken where ${name} belongs`);
    }
    if (!equal(bytes.subarray(at + 30, start), encode(name))) throw new Broken(`there is another part where ${name} belongs`);
    const size = view.getUint32(at + 22, true);
    if (size > limit || start + size > bytes.length) throw new Broken(`${name} is too large or cut short`);
    parts[name] = bytes.subarray(start, start + size);
    if (crc32(parts[name]) !== view.getUint32(at + 14, true)) throw new Broken(`${name} and its checksum do not fit`);
    at = start + size;
  }
  if (!equal(write(parts, limits), bytes)) throw new Broken("the archive is not written as bundles are");
  return parts;
}

// How many parts an archive says that it has; nothing is verified of it.
export function partsCounted(bytes) {
  const end = bytes.subarray(-22);
  const view = new DataView(end.buffer, end.byteOffset, end.byteLength);
  if (end.length < 22 || view.getUint32(0, true) !== 0x06054b50) throw new Broken("the archive is cut short: it has no end");
  return view.getUint16(10, true);
}

// The values of a line with the very bytes that say them. Lines are canonical JSON, so a field ends at
// the first ',"name":' of the next one before which there is a whole value. Lines of the first format
// have no answer: their scores hold the words.
export function splitLine(line, number) {
  const said = decode(line, `line ${number} of items.jsonl`);
  const names = said.startsWith('{"item":') ? ["item", "score"] : ["answer", "item", "score"];
  const found = { written: {} };
  let at = 0;
  for (const [place, name] of names.entries()) {
    const mark = `${place ? "," : "{"}"${name}":`;
    const value = said.startsWith(mark, at) && field(said, at + mark.length, names[place + 1]);
    if (!value) throw new Broken(`line ${number} of items.jsonl is no item with its score`);
    found[name] = value.value;
    found.written[name] = said.slice(at + mark.length, value.end);
    at = value.end;
  }
  if (said.slice(at) !== "}") throw new Broken(`line ${number} of items.jsonl is no item with its score`);
  return found;
}

function field(said, start, next) {
  const ends = next ? [...said.slice(start).matchAll(new RegExp(`,"${next}":`, "g"))].map((one) => start + one.index) : [said.length - 1];
  for (const end of ends) {
    try {
      return { value: JSON.parse(said.slice(start, end)), end };
    } catch {
      continue;
    }
  }
  return null;
}
