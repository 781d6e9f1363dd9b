/**
 * The private keys this browser holds, in IndexedDB: X25519 keys that no script can read out again, ours included.
 *
 *   import * as keyring from "./keyring.js";
 *   const keys = await keyring.ownKeys();                       // [{fingerprint, name, public, privateKey, publicKey}]
 *   const made = await keyring.makeKey(name, passphrase);       // {fingerprint, name, public, recovery: text of the file}
 *   await keyring.keep(made);                                   // once its owner has the file
 *   const key = await keyring.importRecovery(text, passphrase); // into this browser
 *   await keyring.forget(fingerprint);
 *   element.textContent = keyring.explain(error);               // any rejection of the above, in plain words
 *
 * `public` is a Uint8Array of 32 bytes. An entry of ownKeys() is the `keyPair` that hpke.js opens with. Keys lie beside
 * each other for all who use this browser profile: the platform serves each person only what is sealed to their own.
 * Rejects with KeyringError: "insecure" (no https), "unsupported" (no X25519), "storage" (IndexedDB is closed to us),
 * and what recovery.js rejects with.
 */

import { concat, fromBase64url } from "./bytes.js";
import { fingerprint } from "./hpke.js";
import { RecoveryError, read, write } from "./recovery.js";
import { _ } from "./words.js";

const DATABASE = "alliance-keys";
const STORE = "keys";
/** PKCS #8 before the 32 bytes of an X25519 private key (RFC 8410, section 7). */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);

export class KeyringError extends Error {
  constructor(code) {
    super(code);
    this.name = "KeyringError";
    this.code = code;
  }
}

const SENTENCES = {
  insecure: () => _("Keys need a secure connection: open this page by https."),
  unsupported: () => _("This browser cannot make or use these keys: it has no X25519. Use a current Chrome, Edge, Firefox or Safari, or the client: alliance keys make."),
  storage: () => _("This browser does not let the portal keep keys. Private windows often forbid it: use an ordinary window."),
  short: () => _("The passphrase needs 12 characters at least."),
  file: () => _("This is not a recovery file."),
  passphrase: () => _("The passphrase does not open this file, or the file was changed."),
};

/** The sentence for a person about anything this module rejects with. */
export function explain(error) {
  return SENTENCES[error.code]?.() ?? _("The key could not be used ({code}).", { code: error.code ?? error.name });
}

/** Rejects with KeyringError if this browser cannot do X25519. */
export async function checkBrowser() {
  if (!globalThis.crypto?.subtle) throw new KeyringError("insecure");
  try {
    await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  } catch {
    throw new KeyringError("unsupported");
  }
}

function store(mode, act) {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new KeyringError("storage"));
    let opening;
    try {
      opening = indexedDB.open(DATABASE, 1);
    } catch {
      refuse();
      return;
    }
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "fingerprint" });
    opening.onerror = refuse;
    opening.onblocked = refuse;
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => { database.close(); resolve(asked.result); };
      transaction.onabort = () => { database.close(); refuse(); };
      transaction.onerror = () => { database.close(); refuse(); };
    };
  });
}

/** The keys of this browser, the one kept last first. */
export async function ownKeys() {
  const keys = await store("readonly", (entries) => entries.getAll());
  return keys.sort((one, other) => other.keptAt - one.keptAt);
}

/** A new key, not kept yet: {fingerprint, name, public, recovery, ...}. Its private bytes exist only inside this call. */
export async function makeKey(name, passphrase) {
  await checkBrowser();
  const pair = await crypto.subtle.generateKey("X25519", true, ["deriveBits"]);
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const privateBytes = fromBase64url(d, 32);
  try {
    const recovery = await write(privateBytes, fromBase64url(x, 32), passphrase);
    return { ...await entry(privateBytes, fromBase64url(x, 32), name), recovery };
  } finally {
    privateBytes.fill(0);
  }
}

/** Keep a key that was made, in this browser. */
export async function keep({ fingerprint: mark, name, public: publicBytes, privateKey, publicKey }) {
  await store("readwrite", (entries) => entries.put({ fingerprint: mark, name, public: publicBytes, privateKey, publicKey, keptAt: Date.now() }));
  // Ask that the browser does not throw it away when its disk is full; it may say no.
  await navigator.storage?.persist?.().catch(() => false);
}

/** Read a recovery file into this browser; resolves to the key as ownKeys() has it. */
export async function importRecovery(text, passphrase, name = "") {
  await checkBrowser();
  const { privateBytes, publicBytes } = await read(text, passphrase);
  try {
    const found = await entry(privateBytes, publicBytes, name);
    await keep(found);
    return found;
  } finally {
    privateBytes.fill(0);
  }
}

/** Erase a key from this browser. What is sealed to it can then be opened only where its recovery file is read again. */
export async function forget(mark) {
  await store("readwrite", (entries) => entries.delete(mark));
}

/** The entry of a key: its private half as a key that cannot be exported. Rejects if the halves do not belong together. */
async function entry(privateBytes, publicBytes, name) {
  const pkcs8 = concat(PKCS8, privateBytes);
  const readable = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", true, ["deriveBits"]);
  const { x } = await crypto.subtle.exportKey("jwk", readable);
  if (fromBase64url(x, 32).some((byte, place) => byte !== publicBytes[place])) throw new RecoveryError("file");
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
  pkcs8.fill(0);
  const publicKey = await crypto.subtle.importKey("raw", publicBytes, "X25519", true, []);
  return { fingerprint: await fingerprint(publicBytes), name, public: publicBytes, privateKey, publicKey };
}
