/** The page "Submit a file": read, checked and blinded here; digests go out at the pace of the analyst's quota. */

import { Batch, Columns, REASON } from "./batch.js";
import { Mistake } from "./clues.js";
import { Evaluator, explain } from "./evaluator.js";
import { post } from "./http.js";
import { looksLikeIndicator } from "./kinds.js";
import { readTable } from "./table.js";
import { fetchLists } from "./warnings.js";
import { writeWorkbook } from "./workbook.js";
import { _ } from "./words.js";

const page = document.getElementById("file-page");
const field = (name) => page.querySelector(`[data-field="${name}"]`);
const choices = JSON.parse(document.getElementById("choices").textContent);
const evaluator = new Evaluator();
let stoplist = null;
let batch = null;
let source = null;

const show = (name, text) => { field(name).textContent = text; };

function save(bytes, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function fail(error) {
  field("problem").hidden = false;
  show("problem", error instanceof Mistake ? error.message : explain(error));
  field("accept").hidden = error.code !== "fingerprint";
  field("problem").focus();
}

function drawErrors() {
  const bad = batch.bad;
  field("errors").hidden = !bad.length;
  field("error-rows").replaceChildren(...bad.slice(0, 50).map(({ number, reason }) => {
    const line = document.createElement("tr");
    for (const text of [String(number), reason]) line.append(Object.assign(document.createElement("td"), { textContent: text }));
    return line;
  }));
  show("error-more", bad.length > 50 ? _("Only the first 50 are shown; the error workbook has all {count}.", { count: bad.length }) : "");
}

function defaults() {
  return Object.fromEntries(["circle", "typology", "proof", "role"].map((name) => [name, field(`default-${name}`).value]));
}

/** Checks everything and shows what would be sent: the dry run. Nothing leaves the browser. */
function check() {
  field("problem").hidden = true;
  field("result").hidden = true;
  batch = new Batch(source, new Columns(source.header, choices), defaults(), stoplist);
  const { good, bad, values } = batch;
  show("name", source.name);
  show("rows", String(source.rows.length));
  show("good", String(good.length));
  show("bad", String(bad.length));
  show("values", String(values.length));
  show("columns", batch.columns.known.join("、") || "–");
  show("ignored", batch.columns.unknown.join("、") || "–");
  const lists = [...new Set(batch.dropped.map((one) => one.list))];
  show("dropped", batch.dropped.length
    ? _("{count} indicators in rows {rows}: {lists}", { count: batch.dropped.length, rows: [...new Set(batch.dropped.map((one) => one.number))].slice(0, 20).join(", "), lists: lists.slice(0, 10).join("; ") })
    : stoplist ? "–" : _("The warning lists could not be loaded. What is on them can be filed, and does not match."));
  const { minute, left } = choices.quota;
  const tooMany = values.length > left;
  show("pace", tooMany
    ? _("These are {count} values; you may have {left} more evaluated today in the portal. What fits is sent, the rest comes back in the error workbook. For more, use the client.", { count: values.length, left })
    : _("{count} values at {minute} a minute: about {minutes} min.", { count: values.length, minute, minutes: Math.ceil(values.length / minute) }));
  field("pace").className = `preview ${tooMany ? "warn" : ""}`;
  field("checked").hidden = false;
  field("send").disabled = !good.length;
  drawErrors();
}

/** Asked for with every file, so that a list that took force meanwhile acts; without them the platform's do. */
async function loadLists() {
  try {
    stoplist = await fetchLists(page.dataset.lists);
  } catch {
    stoplist = null;
  }
}

async function take(file) {
  try {
    source = { name: file.name, ...(await readTable(file)) };
    await loadLists();
    check();
    field("checked").focus();
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    field("checked").hidden = true;
    fail(error);
  }
}

function progress(done, total, text) {
  field("progress").hidden = false;
  field("bar").max = total;
  field("bar").value = done;
  show("progress-text", text);
}

async function digest() {
  const { values } = batch;
  const chunk = choices.quota.minute;
  for (let at = 0; at < values.length; at += chunk) {
    const some = values.slice(at, at + chunk);
    const say = (name, left) => progress(at, values.length, name === "wait"
      ? _("{done} of {total} values. The quota is {chunk} a minute: going on in {left} s.", { done: at, total: values.length, chunk, left })
      : _("{done} of {total} values: blinding here, evaluated by the custodians, every proof verified.", { done: at, total: values.length }));
    try {
      batch.learn(some, await evaluator.digests(some, say, { patient: true }));
    } catch (error) {
      if (error.code !== "quota" && error.code !== "custodian_quota") throw error;
      batch.leave(_("Not sent: today's quota is used up. Send this row again tomorrow, or use the client."));
      break;
    }
  }
  progress(values.length, values.length, _("Sending the digests …"));
}

/** The file's name, or only its ending: 13812345678.xlsx holds a value, and values stay in this browser. */
const harmless = (name) => (looksLikeIndicator(name) ? `file${/\.(csv|xlsx)$/i.exec(name)?.[0] ?? ""}` : name);

async function sendRows() {
  const body = batch.body();
  if (!body) return null;
  return post(`${page.dataset.url}?epoch=${evaluator.epoch}`, body, {
    "Content-Type": "application/x-ndjson",
    "Idempotency-Key": batch.key,
    "Alliance-Filename": encodeURIComponent(harmless(source.name)).slice(0, 200),
  });
}

async function file() {
  field("send").disabled = true;
  field("problem").hidden = true;
  window.addEventListener("beforeunload", stay);
  try {
    await digest();
    const answer = await sendRows();
    if (answer) batch.refused(answer.errors);
    show("result-good", String(answer?.accepted ?? 0));
    show("result-bad", String(batch.bad.length));
    field("result-link").href = answer?.location ?? page.dataset.list;
    field("result").hidden = false;
    field("progress").hidden = true;
    field("checked").hidden = true;
    drawErrors();
    field("result").focus();
  } catch (error) {
    field("send").disabled = false;
    field("progress").hidden = true;
    fail(error);
  } finally {
    window.removeEventListener("beforeunload", stay);
  }
}

const stay = (event) => event.preventDefault();

function template() {
  const columns = new Columns([], choices);
  save(writeWorkbook({ [_("Clues")]: [columns.headings(), columns.example()], [_("Allowed values")]: columns.allowed() }), "clues-template.xlsx");
}

field("template").addEventListener("click", template);
field("workbook").addEventListener("click", () => {
  const rows = batch.bad.map(({ cells, reason }) => [...cells, reason]);
  save(writeWorkbook({ [_("Errors")]: [[...batch.keptHeader, REASON], ...rows] }), "clues-errors.xlsx");
});
field("input").addEventListener("change", (event) => { if (event.target.files[0]) take(event.target.files[0]); event.target.value = ""; });
field("send").addEventListener("click", file);
field("accept").addEventListener("click", () => { evaluator.accept(); field("problem").hidden = true; });
for (const name of ["circle", "typology", "proof", "role"]) field(`default-${name}`).addEventListener("change", () => source && check());
const drop = field("drop");
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}
field("input").disabled = false;
