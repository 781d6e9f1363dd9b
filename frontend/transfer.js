/**
 * Evidence on its way: encrypted here and sent part by part, or fetched part by part and decrypted here.
 *
 *   const told = await send(doors, file, { about, evidence, same }, { onStep, signal });   // until the platform has checked it
 *   const { chunks, told } = await open(doors, version, "viewed", reason, onStep);   // chunks: async, verified plain text
 *   element.textContent = explain(error);
 *
 * `onStep(name, done, total)`: "sums", "key", "send", "wait", "check", "read". Memory stays at a part or two (8 MiB), for
 * any size. An upload that broke off goes on when the same file is sent again: nothing that arrived is sent twice. Rejects
 * with TransferError ("paused", "refused", "sums", "large", "another"), LockerError, and what case-key.js and http.js reject with.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64url, toBase64url } from "./bytes.js";
import * as caseKeys from "./case-key.js";
import { PlatformRefused, get, post, token } from "./http.js";
import * as locker from "./locker.js";
import { Sm3 } from "./sm3.js";
import { _ } from "./words.js";

const TRIES = 8;
const LONGEST_WAIT = 30;
const POLL = 1000;

export class TransferError extends Error {
  constructor(code) {
    super(code);
    this.name = "TransferError";
    this.code = code;
  }
}

const SENTENCES = {
  paused: () => _("Paused. What has arrived is kept: choose the same file and go on whenever you like, within a week."),
  refused: () => _("What arrived was not what this browser had sent. The platform kept nothing of it: upload the file again."),
  sums: () => _("The decrypted file does not have the checksums that were computed at its source. It is thrown away: tell its provider."),
  another: () => _("This is another file than the one whose upload broke off. Nothing of it was sent: choose that one, or go back and give the upload up."),
  large: () => _("This file is too large to be saved by this browser. Use the client: alliance evidence get."),
  chunk: () => _("A piece of the file is not what was encrypted. What was decrypted so far is thrown away: tell its provider."),
  changed: () => _("The file changed or cannot be read any more. Choose it again."),
  worker: () => _("The part of this page that computes checksums stopped. Load the page again."),
};

/** The sentence for a person about anything this module rejects with. */
export const explain = (error) => SENTENCES[error.code]?.() ?? caseKeys.explain(error);

const addressed = (doors, name, version, number = 0) => doors[name].replace(doors.zero, version).replace(/parts\/0$/, `parts/${number}`);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

/** Try again while the network or the platform is away for a moment; everything else is an answer. */
async function patiently(act, onWait, signal) {
  for (let tries = 1; ; tries += 1) {
    if (signal?.aborted) throw new TransferError("paused");
    try {
      return await act();
    } catch (error) {
      if (signal?.aborted) throw new TransferError("paused");
      const passing = error instanceof PlatformRefused && (error.status === 0 || error.status === 429 || error.status >= 500);
      if (!passing || tries >= TRIES) throw error;
      const wait = Math.min(error.retryAfter ?? 2 ** tries, LONGEST_WAIT);
      onWait(wait);
      await pause(wait * 1000);
    }
  }
}

async function refusedOf(answer) {
  const json = await answer.json().catch(() => ({}));
  return new PlatformRefused(answer.status, json, answer.headers.get("Retry-After"));
}

async function asked(asking) {
  try {
    return await asking;
  } catch {
    throw new PlatformRefused(0, { code: "network", detail: _("The network does not answer. Nothing was lost: try again.") });
  }
}

async function put(url, body, signal) {
  const headers = { "X-CSRFToken": token(), "Content-Type": "application/octet-stream", Accept: "application/json" };
  const answer = await asked(fetch(url, { method: "PUT", credentials: "same-origin", headers, body, signal }));
  if (!answer.ok) throw await refusedOf(answer);
}

async function fetched(url) {
  const headers = { Accept: "application/octet-stream, application/json" };
  const answer = await asked(fetch(url, { credentials: "same-origin", headers }));
  if (!answer.ok) throw await refusedOf(answer);
  return new Uint8Array(await asked(answer.arrayBuffer()));
}

const keyOf = (caseKey, told) => locker.fileKey(caseKey, {
  salt: fromBase64url(told.salt, 32),
  caseRef: told.case,
  evidence: told.evidence,
  version: told.version,
  sourceSha256: fromBase64url(told.sha256, 32),
});

/**
 * Encrypt and upload a file; resolves to what the platform tells of it once it has checked it.
 * `same` ({size, sha256}) names the one file that is taken: the one whose upload broke off.
 */
export async function send(doors, file, { about, evidence = null, same: only = null }, { onStep, signal }) {
  if (only && only.size !== file.size) throw new TransferError("another");
  const source = await locker.sums(file, (done, total) => onStep("sums", done, total));
  if (only && only.sha256 !== toBase64url(source.sha256)) throw new TransferError("another");
  onStep("key", 0, 1);
  const current = await caseKeys.caseKey(doors.case);
  const told = await patiently(() => post(doors.uploads, {
    name: file.name,
    size: file.size,
    sha256: toBase64url(source.sha256),
    sm3: toBase64url(source.sm3),
    salt: toBase64url(locker.newSalt()),
    generation: current.generation,
    evidence,
    about: evidence ? null : about,
  }), (wait) => onStep("wait", wait, 0), signal);
  const held = told.generation === current.generation ? current : await caseKeys.caseKey(doors.case, told.generation);
  const cipher = await sendParts(doors, file, told, await keyOf(held.bytes, told), { onStep, signal });
  await patiently(() => post(addressed(doors, "arrival", told.upload), cipher), (wait) => onStep("wait", wait, 0), signal);
  return checked(doors, told.upload, onStep);
}

async function sendParts(doors, file, told, key, { onStep, signal }) {
  const encryptor = new locker.Encryptor(key, file);
  const arrived = new Set(told.arrived);
  const sums = [sha256.create(), new Sm3()];
  for (let number = 0; number < encryptor.parts; number += 1) {
    if (signal?.aborted) throw new TransferError("paused");
    onStep("send", number, encryptor.parts);
    // Parts that have arrived are encrypted again, for the checksums of the whole; they come out as they were.
    const cipher = await encryptor.part(number);
    for (const sum of sums) sum.update(cipher);
    if (!arrived.has(number)) {
      const url = addressed(doors, "upload_part", told.upload, number);
      await patiently(() => put(url, cipher, signal), (wait) => onStep("wait", wait, 0), signal);
    }
  }
  onStep("send", encryptor.parts, encryptor.parts);
  const [first, second] = sums.map((sum) => toBase64url(sum.digest()));
  return { sha256: first, sm3: second };
}

/** Wait until the platform has computed the checksums again. */
export async function checked(doors, upload, onStep) {
  for (;;) {
    const told = await patiently(() => get(addressed(doors, "upload", upload)), () => {}, null);
    if (told.state === "refused") throw new TransferError("refused");
    if (told.state !== "checking") return told;
    onStep("check", told.checked_bytes, told.cipher_size);
    await pause(POLL);
  }
}

/** Say why a version is read, and begin: {told, chunks}; `chunks` throws if the file is not the one that was kept. */
export async function open(doors, version, act, reason, onStep) {
  onStep("key", 0, 1);
  const told = await post(addressed(doors, "openings", version), { act, reason });
  const { bytes } = await caseKeys.caseKey(doors.case, told.generation);
  const key = await keyOf(bytes, told);
  return { told, chunks: chunksOf(doors, version, told, key, onStep) };
}

async function* chunksOf(doors, version, told, key, onStep) {
  const sums = [sha256.create(), new Sm3()];
  const cipher = partsOf(doors, version, told, onStep);
  const source = new ReadableStream({
    async pull(controller) {
      const { value, done } = await cipher.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
  const reader = source.pipeThrough(locker.decryptor(key)).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    for (const sum of sums) sum.update(value);
    yield value;
  }
  const wanted = [told.sha256, told.sm3].map((text) => fromBase64url(text, 32));
  if (!sums.every((sum, place) => same(sum.digest(), wanted[place]))) throw new TransferError("sums");
}

async function* partsOf(doors, version, told, onStep) {
  for (let number = 0; number < told.parts; number += 1) {
    onStep("read", number, told.parts);
    const url = `${addressed(doors, "part", version, number)}?opening=${told.opening}`;
    yield await patiently(() => fetched(url), (wait) => onStep("wait", wait, 0), null);
  }
  onStep("read", told.parts, told.parts);
}
