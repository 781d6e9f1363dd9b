/**
 * SM3 (GB/T 32905-2016), streaming.
 *
 *   import { Sm3, sm3 } from "./sm3.js";
 *   const hash = new Sm3(); hash.update(bytes); hash.update(more); const digest = hash.digest();   // 32 bytes
 *   sm3(bytes)                                                                                      // the same at once
 */

const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const BLOCK = 64;
/** The round constants T_j already rotated by j mod 32, as section 5.3.3 adds them. */
const ROUND = Int32Array.from({ length: 64 }, (_, j) => {
  const t = j < 16 ? 0x79cc4519 : 0x7a879d8a;
  return j % 32 ? (t << j % 32) | (t >>> (32 - (j % 32))) : t;
});

export class Sm3 {
  #state = Int32Array.from(START);
  #words = new Int32Array(68);
  #held = new Uint8Array(BLOCK);
  #filled = 0;
  #size = 0;

  /** Feed more bytes. */
  update(bytes) {
    this.#size += bytes.length;
    let at = 0;
    if (this.#filled) {
      at = Math.min(BLOCK - this.#filled, bytes.length);
      this.#held.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK) return this;
      this.#compress(this.#held, 0);
      this.#filled = 0;
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#compress(bytes, at);
    this.#held.set(bytes.subarray(at));
    this.#filled = bytes.length - at;
    return this;
  }

  /** The 32 bytes for all that was fed; nothing may be fed afterwards. */
  digest() {
    const size = this.#size;
    const padding = new Uint8Array((this.#filled < 56 ? 64 : 128) - this.#filled);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(size / 0x20000000));
    view.setUint32(padding.length - 4, (size << 3) >>> 0);
    this.update(padding);
    const digest = new DataView(new ArrayBuffer(32));
    this.#state.forEach((word, place) => digest.setInt32(4 * place, word));
    return new Uint8Array(digest.buffer);
  }

  #compress(bytes, from) {
    const words = this.#words;
    const state = this.#state;
    for (let j = 0, at = from; j < 16; j += 1, at += 4) {
      words[j] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let j = 16; j < 68; j += 1) {
      const x = words[j - 3];
      const y = words[j - 13];
      const z = words[j - 16] ^ words[j - 9] ^ ((x << 15) | (x >>> 17));
      words[j] = z ^ ((z << 15) | (z >>> 17)) ^ ((z << 23) | (z >>> 9)) ^ ((y << 7) | (y >>> 25)) ^ words[j - 6];
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let j = 0; j < 64; j += 1) {
      const a12 = (a << 12) | (a >>> 20);
      const sum = (a12 + e + ROUND[j]) | 0;
      const ss1 = (sum << 7) | (sum >>> 25);
      const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      const tt1 = (ff + d + (ss1 ^ a12) + (words[j] ^ words[j + 4])) | 0;
      const tt2 = (gg + h + ss1 + words[j]) | 0;
      d = c;
      c = (b << 9) | (b >>> 23);
      b = a;
      a = tt1;
      h = g;
      g = (f << 19) | (f >>> 13);
      f = e;
      e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
    }
    state[0] ^= a;
    state[1] ^= b;
    state[2] ^= c;
    state[3] ^= d;
    state[4] ^= e;
    state[5] ^= f;
    state[6] ^= g;
    state[7] ^= h;
  }
}

/** The SM3 of bytes. */
export const sm3 = (bytes) => new Sm3().update(bytes).digest();
