/** The page of a package: its documents and its evidence, decrypted here, into one archive that is saved as it comes. */

import { makeZip } from "client-zip";
import { fromBase64url, toBase64url, utf8 } from "./bytes.js";
import { commitment } from "./commitment.js";
import { openSealed } from "./hpke.js";
import { get } from "./http.js";
import * as keyring from "./keyring.js";
import { backTo, beside, enterPresses } from "./mistake.js";
import { explain, open } from "./transfer.js";
import { _ } from "./words.js";

/** No clock of this machine stands in the archive: every byte of it follows from its files (docs/package.md). */
const DAY = new Date(1980, 0, 1);
/** Bytes up to which an archive is put together in memory, and the same where the browser cannot save as it goes. */
const SMALL = 64 * 1024 * 1024;
const IN_MEMORY = 512 * 1024 * 1024;
const island = (name) => JSON.parse(document.getElementById(name).textContent);
const doors = island("doors");
const box = document.getElementById("package");
const field = (name) => box.querySelector(`[data-field="${name}"]`);
const megabytes = (bytes) => (bytes / 1048576).toFixed(1);

class Stop extends Error {}

function fail(text) {
  field("problem").textContent = text;
  field("problem").hidden = false;
  field("problem").focus();
}

/** Where the archive goes. Asked for first, while the click still counts. */
async function target(bytes) {
  if (bytes > SMALL && window.showSaveFilePicker) {
    const handle = await window.showSaveFilePicker({ suggestedName: doors.name, types: [{ accept: { "application/zip": [".zip"] } }] });
    return handle.createWritable();
  }
  if (bytes > IN_MEMORY) throw new Stop(_("This package is too large to be saved by this browser. Use the client: alliance package."));
  const kept = [];
  return new WritableStream({
    write: (chunk) => { kept.push(chunk); },
    close: () => {
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob(kept, { type: "application/zip" })), download: doors.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    },
  });
}

const decoded = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

/** The first chunk of an evidence file with those that follow, so that one that does not open is left out and named. */
async function begun(chunks) {
  const first = await chunks.next();
  return (async function* all() {
    if (!first.done) yield first.value;
    yield* chunks;
  }());
}

/** A source that client-zip reads: a stream of what the generator yields. */
const streamed = (chunks, count) => new ReadableStream({
  async pull(controller) {
    const { value, done } = await chunks.next();
    if (done) return controller.close();
    count(value.length);
    return controller.enqueue(value);
  },
}, { highWaterMark: 0 });

/** The disclosed values as values.json: one record a line, each compared with its commitment. */
async function valuesFile() {
  const own = await keyring.ownKeys();
  const lines = [];
  for (const one of island("values")) {
    const key = own.find((mine) => mine.fingerprint === one.fingerprint);
    if (!key) continue;
    const plain = JSON.parse(new TextDecoder().decode(await openSealed(key, fromBase64url(one.sealed), "disclosure", one.disclosure)));
    const made = await commitment(one.disclosure, plain.kind, plain.value, fromBase64url(plain.salt, 32));
    if (toBase64url(made) !== one.commitment || plain.kind !== one.kind) throw new Stop(_("A disclosed value does not fit its commitment. Tell the institution that gave it."));
    lines.push(JSON.stringify({ disclosure: one.disclosure, kind: plain.kind, salt: plain.salt, value: plain.value }));
  }
  return lines.length ? utf8(`[\n${lines.join(",\n")}\n]\n`) : null;
}

/** Every file of the archive, one after the other; what could not be decrypted is told to `leave`. */
async function* files(contents, values, reason, progress, leave) {
  for (const one of contents.files) yield { name: one.path, input: decoded(one.content), lastModified: DAY };
  if (values) yield { name: "values.json", input: values, lastModified: DAY };
  for (const one of contents.evidence) {
    let chunks;
    try {
      ({ chunks } = await open(doors, one.version_reference, "copied", reason, () => progress(one.path, 0)));
      chunks = await begun(chunks);
    } catch (error) {
      leave(`${one.path}: ${explain(error)}`);
      continue;
    }
    yield { name: one.path, input: streamed(chunks, (bytes) => progress(one.path, bytes)), lastModified: DAY };
  }
}

async function assemble() {
  const reason = field("reason").value.trim();
  field("problem").hidden = true;
  field("left").hidden = true;
  if (!reason) return beside(field("reason"), _("Say why you take it: it stands in the custody record."));
  const left = [];
  let done = 0;
  field("go").disabled = true;
  try {
    const total = Number(box.dataset.bytes);
    const to = await target(total);
    field("running").hidden = false;
    field("say").textContent = _("Fetching the signed documents …");
    const values = await valuesFile();
    const contents = await get(doors.contents);
    const progress = (path, bytes) => {
      done += bytes;
      field("bar").value = total ? Math.round(100 * done / total) : 100;
      field("say").textContent = _("{path}: {done} of {total} MB decrypted", { path, done: megabytes(done), total: megabytes(total) });
    };
    await makeZip(files(contents, values, reason, progress, (text) => left.push(text))).pipeTo(to);
    field("say").textContent = left.length ? _("Saved, without some evidence.") : _("Saved, with all evidence. Check it before you hand it on.");
  } catch (error) {
    field("say").textContent = "";
    if (error.name !== "AbortError") fail(error instanceof Stop ? error.message : explain(error));
  }
  field("left").textContent = left.length ? _("Left out: {files}", { files: left.join(" · ") }) : "";
  field("left").hidden = !left.length;
  field("running").hidden = true;
  field("go").disabled = false;
  backTo(field("go"));
  return null;
}

field("go").addEventListener("click", assemble);
enterPresses(field("reason"), field("go"));
const form = document.getElementById("package-values");
if (form) keyring.ownKeys().then((own) => { form.elements.fingerprints.value = own.map((one) => one.fingerprint).join(" "); });
