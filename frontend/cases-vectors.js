/** Runs tests/vectors/cases against the modules of keys and evidence: in Node by tests/privacy/test_case_vectors.py. */

import { concat, fromBase64url, fromHex, hex, sha256, toBase64url, utf8 } from "./bytes.js";
import { commitment, keyCheck } from "./commitment.js";
import { SealError, fingerprint, openSealed, sealTo } from "./hpke.js";
import * as locker from "./locker.js";
import * as recovery from "./recovery.js";
import { Sm3, sm3 } from "./sm3.js";

const PKCS8 = "302e020100300506032b656e04220420";

async function keyPair(privateHex, publicHex) {
  const privateKey = await crypto.subtle.importKey("pkcs8", fromHex(PKCS8 + privateHex), "X25519", false, ["deriveBits"]);
  const publicKey = await crypto.subtle.importKey("raw", fromHex(publicHex), "X25519", true, []);
  return { privateKey, publicKey, public: fromHex(publicHex) };
}

/** What running resolves to, or the code of its refusal. */
async function outcome(run) {
  try {
    return await run();
  } catch (error) {
    if (error instanceof SealError) return { error: error.code };
    if (error instanceof locker.LockerError || error instanceof recovery.RecoveryError) return { error: error.code };
    throw error;
  }
}

const refusal = (vector, otherwise) => (vector.error ? { error: vector.error } : otherwise);
const counted = (size) => Uint8Array.from({ length: size }, (_, place) => place % 251);

async function decrypted(key, cipher, cut) {
  const pieces = new ReadableStream({
    start(controller) {
      for (let at = 0; at < cipher.length; at += cut) controller.enqueue(cipher.subarray(at, at + cut));
      controller.close();
    },
  });
  const chunks = [];
  const reader = pieces.pipeThrough(locker.decryptor(key)).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(...chunks);
    chunks.push(value);
  }
}

const RUN = {
  async seals(vector) {
    const pair = await keyPair(vector.private, vector.public);
    const got = await outcome(async () => hex(await openSealed(pair, fromHex(vector.sealed), vector.place, vector.ref)));
    const again = await sealTo(pair.public, fromHex(vector.plain), vector.place, vector.ref);
    return [
      [await fingerprint(pair.public), vector.fingerprint],
      [got, refusal(vector, vector.plain)],
      [hex(await openSealed(pair, again, vector.place, vector.ref)), vector.plain],
    ];
  },
  async commitments(vector) {
    return [[hex(await commitment(vector.ref, vector.kind, vector.value, fromHex(vector.salt))), vector.commitment]];
  },
  async key_checks(vector) {
    return [[hex(await keyCheck(vector.case, vector.generation, fromHex(vector.key))), vector.check]];
  },
  async sm3(vector) {
    const bytes = concat(...Array(vector.times).fill(utf8(vector.text)));
    const hash = new Sm3();
    for (let at = 0; at < bytes.length; at += 7) hash.update(bytes.subarray(at, at + 7));
    return [[hex(sm3(bytes)), vector.sm3], [hex(hash.digest()), vector.sm3]];
  },
  async files(vector) {
    const plain = counted(vector.size);
    const key = await locker.fileKey(fromHex(vector.case_key), {
      salt: fromHex(vector.salt), caseRef: vector.case, evidence: vector.evidence, version: vector.version,
      sourceSha256: fromHex(vector.source_sha256),
    });
    const encryptor = new locker.Encryptor(key, new Blob([plain]));
    const parts = [];
    for (let number = 0; number < encryptor.parts; number += 1) parts.push(await encryptor.part(number));
    const cipher = concat(...parts);
    const sum = async (bytes) => hex(await sha256(bytes));
    const changed = cipher.slice();
    changed[cipher.length - 1] ^= 1;
    return [
      [await sum(plain), vector.source_sha256],
      [hex(sm3(plain)), vector.source_sm3],
      [cipher.length, vector.cipher_size],
      [parts.map((part) => part.length), vector.parts],
      [await sum(cipher), vector.cipher_sha256],
      [hex(sm3(cipher)), vector.cipher_sm3],
      [hex(cipher.subarray(0, 32)), vector.begins],
      [await sum(await decrypted(key, cipher, 1000003)), vector.source_sha256],
      [await outcome(() => decrypted(key, changed, 65536)), { error: "chunk" }],
      [await outcome(() => decrypted(key, cipher.slice(0, -1), 65536)), { error: "chunk" }],
    ];
  },
  async recovery(vector) {
    const got = await outcome(async () => hex((await recovery.read(vector.file, vector.passphrase)).privateBytes));
    return [[got, refusal(vector, vector.private)]];
  },
};

/**
 * `files`: the parsed vector files, each {file, vectors}. Resolves to {count, failures: [{name, got, wanted}], made},
 * `made` being a recovery file written here, which the other side reads.
 */
export async function runVectors(files) {
  const failures = [];
  let count = 0;
  for (const { file, vectors } of files) {
    for (const vector of RUN[file] ? vectors : []) {
      for (const [got, wanted] of await RUN[file](vector)) {
        if (JSON.stringify(got) !== JSON.stringify(wanted)) failures.push({ name: `${file} ${vector.name}`, got, wanted });
      }
      count += 1;
    }
  }
  return { count, failures, made: await here() };
}

/** A recovery file and a seal written here. */
async function here() {
  const pair = await crypto.subtle.generateKey("X25519", true, ["deriveBits"]);
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const passphrase = "正确的马电池订书钉，夜里十点";
  const file = await recovery.write(fromBase64url(d), fromBase64url(x), passphrase);
  const sealed = await sealTo(fromBase64url(x), utf8("sealed here"), "paper", "one");
  return { private: hex(fromBase64url(d)), passphrase, file, sealed: toBase64url(sealed) };
}
