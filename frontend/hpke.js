/**
 * Sealing to a public key: HPKE (RFC 9180) as privacy/hpke.py does it; docs/protocol.md, section "Cases".
 *
 *   import { sealTo, openSealed } from "./hpke.js";
 *   const sealed = await sealTo(publicBytes, bytes, "disclosure", ref);      // Uint8Array: enc (32) || cipher text
 *   const bytes = await openSealed(keyPair, sealed, "disclosure", ref);      // rejects with SealError
 *
 * `place` is "case-key", "disclosure", "paper" or "seized"; `ref` the row's reference (case-key: "<case>/<generation>",
 * seized: "<list>/<row number>"). `keyPair` is an entry of keyring.js: {privateKey, publicKey, public: Uint8Array}.
 */

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { concat, hex, sha256, utf8 } from "./bytes.js";

const KEY_SIZE = 32;
const OVERHEAD = 48;
const PLACES = ["case-key", "disclosure", "paper", "seized"];
const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** What does not open: it was changed, belongs to another row, or was sealed to another key. */
export class SealError extends Error {
  constructor() {
    super("the sealed value does not open with this key in this place");
    this.name = "SealError";
    this.code = "seal";
  }
}

/** The fingerprint of a public key: SHA-256 of its 32 bytes, in lower-case hex. */
export const fingerprint = async (publicBytes) => hex(await sha256(publicBytes));

/** The info string of a seal. Throws for a place where nothing is sealed. */
export function info(place, ref, recipient) {
  if (!PLACES.includes(place)) throw new RangeError(`nothing is sealed in the place ${place}`);
  return utf8(["alliance/seal/1", place, ref, recipient].join("\u001f"));
}

/** Seal `bytes` to the public key of 32 bytes. WebCrypto refuses points of low order, to which everybody could open. */
export async function sealTo(publicBytes, bytes, place, ref) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicBytes);
  const context = info(place, ref, await fingerprint(publicBytes));
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: context }, bytes);
  return concat(new Uint8Array(enc), new Uint8Array(ct));
}

/** What `sealTo` sealed to this key pair, for this place and row. Rejects with SealError. */
export async function openSealed(keyPair, sealed, place, ref) {
  if (sealed.length < OVERHEAD) throw new SealError();
  const context = info(place, ref, await fingerprint(keyPair.public));
  const recipientKey = { privateKey: keyPair.privateKey, publicKey: keyPair.publicKey };
  try {
    const params = { recipientKey, enc: sealed.slice(0, KEY_SIZE), info: context };
    return new Uint8Array(await suite.open(params, sealed.slice(KEY_SIZE)));
  } catch {
    throw new SealError();
  }
}
