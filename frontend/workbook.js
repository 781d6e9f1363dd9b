/**
 * Workbooks in the browser: reads the first sheet of an .xlsx as rows of text, writes rows of text as an .xlsx.
 *
 * Every cell is written as text, so no cell is ever a formula. The sizes in the zip directory are summed before
 * anything is unpacked: a small file that unpacks to hundreds of megabytes is refused.
 */

import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { Mistake } from "./clues.js";
import { _ } from "./words.js";

const MOST_UNPACKED = 64 * 1024 * 1024;
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const WANTED = /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml|worksheets\/[^/]+\.xml)$/;

function unpack(bytes) {
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!WANTED.test(name)) return false;
        total += originalSize;
        if (total > MOST_UNPACKED) throw new Mistake(_("This workbook unpacks to more than 64 MB; it was not opened."));
        return true;
      },
    });
  } catch (error) {
    throw error instanceof Mistake ? error : new Mistake(_("This is not a whole .xlsx workbook: it is damaged or of another format."));
  }
}

const parse = (part) => new DOMParser().parseFromString(strFromU8(part), "application/xml");
const named = (scope, name) => [...scope.getElementsByTagNameNS(MAIN, name)];
const text = (item) => named(item, "t").filter((t) => t.parentNode.localName !== "rPh").map((t) => t.textContent).join("");

function firstSheet(parts) {
  const sheet = named(parse(parts["xl/workbook.xml"]), "sheet")[0];
  const id = sheet?.getAttributeNS(REL, "id");
  const link = [...parse(parts["xl/_rels/workbook.xml.rels"]).getElementsByTagName("Relationship")].find((one) => one.getAttribute("Id") === id);
  const target = link?.getAttribute("Target") ?? "";
  return parts[target.startsWith("/") ? target.slice(1) : `xl/${target}`];
}

/** Which cell styles show a date: Excel keeps a date as a number of days. */
function dateStyles(parts) {
  if (!parts["xl/styles.xml"]) return new Set();
  const styles = parse(parts["xl/styles.xml"]);
  const own = new Map(named(styles, "numFmt").map((one) => [one.getAttribute("numFmtId"), one.getAttribute("formatCode")]));
  const formats = named(styles, "cellXfs")[0]?.children ?? [];
  return new Set([...formats].flatMap((format, place) => {
    const id = format.getAttribute("numFmtId");
    const code = (own.get(id) ?? "").replace(/"[^"]*"|\[[^\]]*\]/g, "");
    const builtIn = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
    return builtIn || /[ymdhs年月日]/i.test(code) ? [String(place)] : [];
  }));
}

function dateText(days) {
  const date = new Date(Math.round((days - 25_569) * 86_400) * 1000);
  const [day, time] = date.toISOString().split("T");
  return `${day} ${time.slice(0, 5)}`;
}

function column(reference) {
  return [...reference.replace(/\d+$/, "")].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function cellText(cell, strings, dates) {
  const type = cell.getAttribute("t");
  if (type === "inlineStr") return text(cell);
  const value = named(cell, "v")[0]?.textContent ?? "";
  if (type === "s") return strings[Number(value)] ?? "";
  if (type === "e") return "";
  if (type === null || type === "n") {
    return value && dates.has(cell.getAttribute("s")) ? dateText(Number(value)) : value;
  }
  return value;
}

/** The first sheet of an .xlsx (Uint8Array) as an array of rows, each an array of texts. Throws Mistake. */
export function readWorkbook(bytes) {
  const parts = unpack(bytes);
  const sheet = parts["xl/workbook.xml"] && parts["xl/_rels/workbook.xml.rels"] ? firstSheet(parts) : null;
  if (!sheet) throw new Mistake(_("This is not a whole .xlsx workbook: it is damaged or of another format."));
  const strings = parts["xl/sharedStrings.xml"] ? named(parse(parts["xl/sharedStrings.xml"]), "si").map(text) : [];
  const dates = dateStyles(parts);
  return named(parse(sheet), "row").map((line) => {
    const cells = [];
    for (const cell of named(line, "c")) {
      const reference = cell.getAttribute("r"); // optional: without it the cell follows the one before
      cells[reference ? column(reference) : cells.length] = cellText(cell, strings, dates);
    }
    return Array.from(cells, (value) => value ?? "");
  });
}

const escape = (value) => value
  .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
  .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function sheetXml(rows) {
  const widths = rows[0].map((_cell, at) => Math.min(60, Math.max(10, ...rows.slice(0, 200).map((line) => 2 * (line[at] ?? "").length + 2))));
  const columns = widths.map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" style="1" customWidth="1"/>`).join("");
  const lines = rows.map((line, at) => `<row r="${at + 1}">${line.map((value) =>
    `<c s="${at === 0 ? 2 : 1}" t="inlineStr"><is><t xml:space="preserve">${escape(value)}</t></is></c>`).join("")}</row>`).join("");
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews><cols>${columns}</cols><sheetData>${lines}</sheetData></worksheet>`;
}

/** An .xlsx (Uint8Array) of `sheets`, {name: rows of texts}. Every cell is text, also a column left empty. */
export function writeWorkbook(sheets) {
  const names = Object.keys(sheets);
  const each = (make) => names.map((name, at) => make(name, at + 1)).join("");
  const files = {
    "[Content_Types].xml": `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>${each((_name, at) => `<Override PartName="/xl/worksheets/sheet${at}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`)}</Types>`,
    "_rels/.rels": `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${REL}"><sheets>${each((name, at) => `<sheet name="${escape(name)}" sheetId="${at}" r:id="rId${at}"/>`)}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${XML}<Relationships xmlns="${PACKAGE}/relationships">${each((_name, at) => `<Relationship Id="rId${at}" Type="${REL}/worksheet" Target="worksheets/sheet${at}.xml"/>`)}<Relationship Id="rIdS" Type="${REL}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `${XML}<styleSheet xmlns="${MAIN}"><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(names.map((name, at) => [`xl/worksheets/sheet${at + 1}.xml`, sheetXml(sheets[name])])),
  };
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, xml]) => [name, strToU8(xml)])));
}
