/**
 * Recovery files, as privacy/recovery.py: a private key under a passphrase. docs/protocol.md, section "Cases".
 * Pages use keyring.js, which calls this.
 */

import { fromBase64url, toBase64url, utf8 } from "./bytes.js";

const FORMAT = "alliance-recovery/1";
const KDF = "PBKDF2-HMAC-SHA-256";
const ITERATIONS = 1000000;
const MOST_ITERATIONS = 10000000;
const SHORTEST = 12;
const FIELDS = ["format", "iterations", "kdf", "nonce", "public", "salt", "sealed"];

/** `code`: "short" passphrase, "file" that is no recovery file, "passphrase" that does not open it. */
export class RecoveryError extends Error {
  constructor(code) {
    super(code);
    this.name = "RecoveryError";
    this.code = code;
  }
}

async function key(passphrase, salt, iterations) {
  // One spelling: keyboards and systems compose the same letters differently (RFC 8265, section 4.2.2).
  const base = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const params = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(params, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** The file's text for a private and its public key, 32 bytes each. Rejects with RecoveryError "short". */
export async function write(privateBytes, publicBytes, passphrase) {
  if ([...passphrase].length < SHORTEST) throw new RecoveryError("short");
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const params = { name: "AES-GCM", iv: nonce, additionalData: publicBytes };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(params, await key(passphrase, salt, ITERATIONS), privateBytes));
  const parts = { public: publicBytes, salt, nonce, sealed };
  const encoded = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, toBase64url(bytes)]));
  return JSON.stringify({ format: FORMAT, kdf: KDF, iterations: ITERATIONS, ...encoded }, null, 1);
}

function parsed(text) {
  try {
    const found = JSON.parse(text);
    if (JSON.stringify(Object.keys(found).sort()) !== JSON.stringify(FIELDS)) throw new TypeError("fields");
    if (found.format !== FORMAT || found.kdf !== KDF || !Number.isInteger(found.iterations)) throw new TypeError("format");
    if (found.iterations < ITERATIONS || found.iterations > MOST_ITERATIONS) throw new RangeError("iterations");
    const sizes = { public: 32, salt: 16, nonce: 12, sealed: 48 };
    const parts = Object.entries(sizes).map(([name, size]) => [name, fromBase64url(found[name], size)]);
    return { iterations: found.iterations, ...Object.fromEntries(parts) };
  } catch {
    throw new RecoveryError("file");
  }
}

/** {privateBytes, publicBytes} of a file's text. Rejects with RecoveryError "file" or "passphrase". */
export async function read(text, passphrase) {
  const found = parsed(text);
  const params = { name: "AES-GCM", iv: found.nonce, additionalData: found.public };
  try {
    const opened = await crypto.subtle.decrypt(params, await key(passphrase, found.salt, found.iterations), found.sealed);
    return { privateBytes: new Uint8Array(opened), publicBytes: found.public };
  } catch {
    throw new RecoveryError("passphrase");
  }
}
