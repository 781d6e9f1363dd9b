/**
 * Evidence under a case key, as privacy/locker.py; docs/protocol.md, section "Cases". Memory stays flat: a file is read
 * and encrypted a part (8 MiB) at a time, and decrypted a chunk (1 MiB) at a time.
 *
 *   import * as locker from "./locker.js";
 *   const { sha256, sm3 } = await locker.sums(file, (done, total) => ..., workerUrl);    // bytes; in locker-worker.js
 *   const key = await locker.fileKey(caseKeyBytes, { salt, caseRef, evidence, version, sourceSha256 });
 *
 *   const encryptor = new locker.Encryptor(key, file);
 *   for (let number = 0; number < encryptor.parts; number += 1) {                         // begin anywhere: it is deterministic
 *     const cipher = await encryptor.part(number);                                        // Uint8Array of partSize(size, number)
 *   }
 *   const plain = response.body.pipeThrough(locker.decryptor(key));                       // ReadableStream of Uint8Array
 *
 * The stream errors with LockerError ("chunk") where the cipher text was changed, moved, repeated or cut off; what came
 * out before is not the whole file and must be thrown away. `workerUrl`: {% asset "js/locker-worker.js" %}.
 */

import { concat, hex, utf8 } from "./bytes.js";

export const CHUNK = 1 << 20;
const TAG = 16;
const PART_CHUNKS = 8;
const PART_SIZE = PART_CHUNKS * (CHUNK + TAG);

/** `code`: "chunk" (not what was encrypted), "changed" (the file is another by now), "worker". */
export class LockerError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "LockerError";
    this.code = code;
  }
}

/** Chunks of a file of `size` bytes; an empty one has one empty chunk. */
const chunkCount = (size) => Math.max(1, Math.ceil(size / CHUNK));
const cipherSize = (size) => size + TAG * chunkCount(size);
const partCount = (size) => Math.ceil(chunkCount(size) / PART_CHUNKS);
const partSize = (size, number) => Math.min(PART_SIZE, cipherSize(size) - number * PART_SIZE);
export const newSalt = () => crypto.getRandomValues(new Uint8Array(32));

/** The key of one version of a piece of evidence, as a CryptoKey for AES-GCM. */
export async function fileKey(caseKey, { salt, caseRef, evidence, version, sourceSha256 }) {
  if (caseKey.length !== 32 || salt.length !== 32 || sourceSha256.length !== 32) throw new RangeError("32 bytes each");
  const info = utf8(["alliance/evidence/1", caseRef, evidence, String(version), hex(sourceSha256)].join("\u001f"));
  const base = await crypto.subtle.importKey("raw", caseKey, "HKDF", false, ["deriveKey"]);
  const made = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info }, base, made, false, ["encrypt", "decrypt"]);
}

/** The nonce of a chunk: 11 bytes big-endian, then 1 for the last and 0 for the others. */
export function nonce(number, isLast) {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setUint32(7, number);
  bytes[11] = isLast ? 1 : 0;
  return bytes;
}

/** The parts of one file's cipher text. */
export class Encryptor {
  #key;
  #file;

  /** `file`: a File or Blob. */
  constructor(key, file) {
    this.#key = key;
    this.#file = file;
    this.parts = partCount(file.size);
  }

  /** The cipher text of part `number` (from 0). Rejects with LockerError "changed" if the file cannot be read any more. */
  async part(number) {
    const last = chunkCount(this.#file.size) - 1;
    const first = number * PART_CHUNKS;
    let plain;
    try {
      plain = new Uint8Array(await this.#file.slice(first * CHUNK, (first + PART_CHUNKS) * CHUNK).arrayBuffer());
    } catch {
      throw new LockerError("changed", "the file cannot be read any more");
    }
    const chunks = [];
    for (let at = first; at <= last && at < first + PART_CHUNKS; at += 1) {
      const chunk = plain.subarray((at - first) * CHUNK, (at - first + 1) * CHUNK);
      chunks.push(new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce(at, at === last) }, this.#key, chunk)));
    }
    const cipher = concat(...chunks);
    if (cipher.length !== partSize(this.#file.size, number)) throw new LockerError("changed", "the file is not as long as it was");
    return cipher;
  }
}

/** A TransformStream: a whole file's cipher text in, in pieces of any size; its verified chunks out. */
export function decryptor(key) {
  const held = new Uint8Array(CHUNK + TAG);
  let filled = 0;
  let number = 0;
  const open = async (bytes, isLast) => {
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce(number, isLast) }, key, bytes);
      if (!plain.byteLength && number) throw new TypeError("an empty last chunk");
      number += 1;
      return new Uint8Array(plain);
    } catch {
      throw new LockerError("chunk", `chunk ${number} is not what was encrypted`);
    }
  };
  return new TransformStream({
    async transform(some, controller) {
      for (let at = 0; at < some.length;) {
        // A full chunk is opened only when more follows: until then it may be the last.
        if (filled === held.length) {
          controller.enqueue(await open(held, false));
          filled = 0;
        }
        const taken = Math.min(held.length - filled, some.length - at);
        held.set(some.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
      }
    },
    async flush(controller) {
      controller.enqueue(await open(held.subarray(0, filled), true));
    },
  });
}

/** SHA-256 and SM3 of a File or Blob, read by chunks in a worker: {sha256, sm3}, 32 bytes each. */
export function sums(file, onProgress = () => {}, workerUrl = document.querySelector("[data-locker-worker]")?.dataset.lockerWorker) {
  const worker = new Worker(workerUrl);
  return new Promise((resolve, reject) => {
    worker.onerror = () => reject(new LockerError("worker", "the part of this page that computes checksums stopped"));
    worker.onmessage = ({ data }) => {
      if (data.step === "progress") onProgress(data.done, data.total);
      else if (data.step === "sums") resolve({ sha256: data.sha256, sm3: data.sm3 });
      else reject(new LockerError("changed", data.message));
    };
    worker.postMessage({ file });
  }).finally(() => worker.terminate());
}
