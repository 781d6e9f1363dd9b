/**
 * Commitments, as privacy/commitments.py; docs/protocol.md, section "Cases".
 *
 *   import { commitment, newSalt } from "./commitment.js";
 *   const salt = newSalt();                                                  // 32 random bytes, as secret as the value
 *   const bytes = await commitment(disclosureRef, "phone/1", canonicalValue, salt);   // 32 bytes
 */

import { concat, sha256, utf8 } from "./bytes.js";

export const newSalt = () => crypto.getRandomValues(new Uint8Array(32));

/** SHA-256 over the disclosure's reference, the kind's label, the canonical value and the salt. */
export async function commitment(ref, kind, value, salt) {
  if (salt.length !== 32) throw new RangeError("the salt of a commitment has 32 bytes");
  return sha256(concat(utf8(["alliance/disclosure/1", ref, kind, value, ""].join("\u001f")), salt));
}

/** What all grants of one generation of a case's key have in common: a hash of the key. */
export async function keyCheck(caseRef, generation, caseKey) {
  if (caseKey.length !== 32) throw new RangeError("a case key has 32 bytes");
  return sha256(concat(utf8(["alliance/case-key/1", caseRef, String(generation), ""].join("\u001f")), caseKey));
}
