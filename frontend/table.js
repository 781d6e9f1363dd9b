/** A file of clues as a table: csv (UTF-8, UTF-16 or GBK), jsonl or xlsx, read in the browser. */

import { Mistake } from "./clues.js";
import { readWorkbook } from "./workbook.js";
import { _ } from "./words.js";

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_ROWS = 5000;

function decode(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch { /* Excel in China saves csv as GBK */ }
  try {
    return new TextDecoder("gb18030", { fatal: true }).decode(bytes);
  } catch {
    throw new Mistake(_("The file is neither text nor a workbook."));
  }
}

function csv(text) {
  const separator = ["\t", ";"].find((sign) => !text.split("\n", 1)[0].includes(",") && text.split("\n", 1)[0].includes(sign)) ?? ",";
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') { cell += '"'; at += 1; } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === separator) { rows.at(-1).push(cell); cell = ""; }
    else if (sign === "\n") { rows.at(-1).push(cell.replace(/\r$/, "")); cell = ""; rows.push([]); }
    else cell += sign;
  }
  if (quoted) throw new Mistake(_("A quotation mark is never closed; the file may be cut off."));
  rows.at(-1).push(cell.replace(/\r$/, ""));
  return rows;
}

function jsonl(text) {
  const objects = text.split("\n").filter((line) => line.trim()).map((line, at) => {
    try {
      const object = JSON.parse(line);
      if (object && typeof object === "object" && !Array.isArray(object)) return object;
    } catch { /* said below */ }
    throw new Mistake(_("Line {line} is not a JSON object.", { line: at + 1 }));
  });
  const header = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return [header, ...objects.map((object) => header.map((name) => String(object[name] ?? "")))];
}

/** {header: [text], rows: [[text]]} of a File. Empty rows are dropped. Throws Mistake. */
export async function readTable(file) {
  if (file.size > MOST_BYTES) throw new Mistake(_("The file is larger than 8 MB. Use the client for large files."));
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!bytes.length) throw new Mistake(_("The file is empty."));
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip && bytes[0] === 0xd0 && bytes[1] === 0xcf) throw new Mistake(_("This is an old .xls workbook. Save it as .xlsx."));
  let lines;
  if (isZip) lines = readWorkbook(bytes);
  else {
    const text = decode(bytes).replace(/^\ufeff/, "");
    if (text.includes("\0")) throw new Mistake(_("The file is neither text nor a workbook."));
    lines = text.trimStart().startsWith("{") ? jsonl(text) : csv(text);
  }
  const [header = [], ...rows] = lines.filter((line) => line.some((cell) => cell.trim()));
  if (!rows.length) throw new Mistake(_("The file has no row below its header."));
  if (rows.length > MOST_ROWS) throw new Mistake(_("The file has more than {most} rows. Use the client for large files.", { most: MOST_ROWS }));
  return { header: header.map((name) => name.trim()), rows: rows.map((line) => header.map((_name, at) => line[at] ?? "")) };
}
