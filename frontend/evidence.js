/** The pages of evidence: add a file, and view or download one. All encryption and decryption happens here. */

import { sniff, textOf } from "./sniff.js";
import { TransferError, checked, explain, open, send } from "./transfer.js";
import { concat } from "./bytes.js";
import { backTo, beside, besideEach, enterPresses } from "./mistake.js";
import { _ } from "./words.js";

/** Bytes up to which a download is put together before it is saved; a larger one goes straight to the disk. */
const IN_MEMORY = 64 * 1024 * 1024;
const doors = JSON.parse(document.getElementById("doors").textContent);
const megabytes = (bytes) => (bytes / 1048576).toFixed(1);

const STEPS = {
  sums: (done, total) => _("Reading the file and computing its checksums: {done} of {total} MB", { done: megabytes(done), total: megabytes(total) }),
  key: () => _("Getting the key of this case …"),
  send: (done, total) => _("Encrypting and sending: part {done} of {total}", { done, total }),
  wait: (seconds) => _("The platform does not answer. Trying again in {seconds} s; nothing is lost.", { seconds }),
  check: (done, total) => _("The platform computes the checksums again: {done} of {total} MB", { done: megabytes(done), total: megabytes(total) }),
  read: (done, total) => _("Fetching and decrypting: part {done} of {total}", { done, total }),
};

/** What both pages have: a bar, a line of words, a place for what went wrong. */
class Panel {
  constructor(box) {
    this.box = box;
    this.onStep = (name, done, total) => {
      this.field("say").textContent = STEPS[name](done, total);
      if (total) this.field("bar").value = Math.round(100 * done / total);
    };
  }

  field(name) {
    return this.box.querySelector(`[data-field="${name}"]`);
  }

  begin(...buttons) {
    this.buttons = buttons.map((name) => this.field(name));
    this.pressed = this.buttons.find((button) => button === document.activeElement) ?? this.buttons[0];
    for (const button of this.buttons) button.disabled = true;
    this.field("problem").hidden = true;
    this.field("running").hidden = false;
    this.field("bar").value = 0;
    this.busy = true;
  }

  end(text = "") {
    for (const button of this.buttons) button.disabled = false;
    backTo(this.pressed);
    this.field("running").hidden = true;
    this.field("say").textContent = text;
    this.busy = false;
  }

  fail(text) {
    this.field("problem").textContent = text;
    this.field("problem").hidden = false;
    this.field("problem").focus();
  }
}

function adding(box) {
  const panel = new Panel(box);
  const addsTo = document.getElementById("adds-to");
  const evidence = addsTo ? JSON.parse(addsTo.textContent) : null;
  const goesOn = document.getElementById("same-file");
  const same = goesOn ? JSON.parse(goesOn.textContent) : null;
  let stop = null;

  const value = (name) => box.querySelector(`[name="${name}"]`)?.value.trim() || null;
  const about = () => ({
    kind: value("kind"), title: value("title") ?? "", source: value("source"), acquired_on: value("acquired_on"), request: value("request"),
  });

  async function go() {
    const file = panel.field("file").files[0];
    if (!evidence && !value("title")) return beside(box.querySelector('[name="title"]'), _("Say in the title what it is."));
    if (!file) return beside(panel.field("file"), _("Choose a file."));
    stop = new AbortController();
    panel.begin("go");
    panel.field("pause").hidden = false;
    try {
      const told = await send(doors, file, { about: about(), evidence, same }, { onStep: panel.onStep, signal: stop.signal });
      panel.busy = false;
      window.location.assign(doors.item.replace(doors.zero, told.evidence));
    } catch (error) {
      panel.end(error.code === "paused" ? explain(error) : "");
      panel.field("pause").hidden = true;
      if (error.code !== "paused" && !besideEach(box, error)) panel.fail(explain(error));
    }
    return null;
  }

  panel.field("go").addEventListener("click", go);
  panel.field("pause").addEventListener("click", () => stop.abort());
  window.addEventListener("beforeunload", (event) => { if (panel.busy) event.preventDefault(); });
}

function reading(box) {
  const panel = new Panel(box);
  const readable = JSON.parse(document.getElementById("readable").textContent);
  const chosen = () => readable.find((one) => one.version === panel.field("version").value);
  let shown = null;

  function clear() {
    if (shown) URL.revokeObjectURL(shown);
    shown = null;
    panel.field("shown").replaceChildren();
    panel.field("shown").hidden = true;
  }

  function show(node) {
    panel.field("shown").replaceChildren(node);
    panel.field("shown").hidden = false;
    panel.field("shown").focus();
  }

  function media(found, chunks, name) {
    shown = URL.createObjectURL(new Blob(chunks, { type: found.type }));
    if (found.shows === "audio") return Object.assign(document.createElement("audio"), { controls: true, src: shown });
    return Object.assign(document.createElement("img"), { src: shown, alt: name, className: "evidence-image" });
  }

  function text(chunks) {
    const found = textOf(concat(...chunks));
    if (found === null) return null;
    // As characters only: whatever stands in it, nothing of it is read as markup.
    return Object.assign(document.createElement("pre"), { textContent: found, tabIndex: 0 });
  }

  async function view(version) {
    const { chunks } = await open(doors, version.version, "viewed", panel.field("reason").value.trim(), panel.onStep);
    const kept = [];
    let found = null;
    for await (const chunk of chunks) {
      found ??= sniff(chunk);
      if (!found) return panel.end(_("This kind of file is not shown here. Download it."));
      if (version.size > doors.most[found.shows]) return panel.end(_("This file is too large to be shown here. Download it."));
      kept.push(chunk);
    }
    const node = found.shows === "text" ? text(kept) : media(found, kept, version.name);
    panel.end(node ? _("Decrypted; the checksums are those of the source.") : _("This kind of file is not shown here. Download it."));
    if (node) show(node);
    return null;
  }

  /** Where a download goes: {write, done, drop}. Asked for before anything else, while the click still counts. */
  async function target(version) {
    if (version.size <= IN_MEMORY) return inMemory(version.name);
    if (window.showSaveFilePicker) {
      const writable = await (await window.showSaveFilePicker({ suggestedName: version.name })).createWritable();
      return { write: (chunk) => writable.write(chunk), done: () => writable.close(), drop: () => writable.abort() };
    }
    if (!navigator.storage?.getDirectory) throw new TransferError("large");
    return onDisk(version.name);
  }

  function save(blob, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  function inMemory(name) {
    const kept = [];
    return { write: (chunk) => kept.push(chunk), done: () => save(new Blob(kept, { type: "application/octet-stream" }), name), drop: () => {} };
  }

  async function onDisk(name) {
    const root = await navigator.storage.getDirectory();
    const place = `evidence-${crypto.randomUUID()}`;
    const handle = await root.getFileHandle(place, { create: true });
    const writable = await handle.createWritable();
    const gone = () => root.removeEntry(place).catch(() => null);
    return {
      write: (chunk) => writable.write(chunk),
      done: async () => {
        await writable.close();
        save(await handle.getFile(), name);
        window.addEventListener("pagehide", gone);
      },
      drop: async () => {
        await writable.abort();
        await gone();
      },
    };
  }

  async function copy(version) {
    const file = await target(version);
    try {
      const { chunks } = await open(doors, version.version, "copied", panel.field("reason").value.trim(), panel.onStep);
      for await (const chunk of chunks) await file.write(chunk);
    } catch (error) {
      await file.drop();
      throw error;
    }
    await file.done();
    panel.end(_("Saved; the checksums are those of the source."));
  }

  async function act(what) {
    clear();
    panel.field("problem").hidden = true;
    if (!panel.field("reason").value.trim()) {
      beside(panel.field("reason"), _("Say why you read it: it stands in the custody record."));
      return;
    }
    panel.begin("view", "copy");
    try {
      await what(chosen());
    } catch (error) {
      panel.end();
      if (error.name !== "AbortError") panel.fail(explain(error));
    }
  }

  enterPresses(panel.field("reason"), panel.field("view"));
  panel.field("view").addEventListener("click", () => act(view));
  panel.field("copy").addEventListener("click", () => act(copy));
  window.addEventListener("pagehide", clear);
}

/** A version that is being checked: its bar moves, and the page is loaded again once it is decided. */
async function watching(bar) {
  const told = await checked(doors, bar.dataset.progress, (_name, done, total) => { bar.value = Math.round(100 * done / total); }).catch(() => null);
  if (!told || told.state !== "uploading") window.location.reload();
}

const add = document.getElementById("evidence-add");
const read = document.getElementById("evidence-read");
if (add) adding(add);
if (read) reading(read);
for (const bar of document.querySelectorAll("[data-progress]")) watching(bar);
