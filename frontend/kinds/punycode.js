/** RFC 3492, section 6.3: the Punycode of one label. Twin of Python's codec "punycode". */

const [BASE, TMIN, TMAX, SKEW, DAMP] = [36, 1, 26, 38, 700];

/** Bias adaptation (section 6.1). */
function adapt(given, points, first) {
  let delta = first ? Math.floor(given / DAMP) : given >> 1;
  delta += Math.floor(delta / points);
  let k = 0;
  while (delta > ((BASE - TMIN) * TMAX) >> 1) {
    delta = Math.floor(delta / (BASE - TMIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - TMIN + 1) * delta) / (delta + SKEW));
}

const digit = (value) => String.fromCharCode(value < 26 ? 97 + value : 22 + value);

/** A delta as a generalized variable-length integer. */
function variable(delta, bias) {
  let [rest, out] = [delta, ""];
  for (let k = BASE; ; k += BASE) {
    const threshold = Math.min(Math.max(k - bias, TMIN), TMAX);
    if (rest < threshold) return out + digit(rest);
    out += digit(threshold + ((rest - threshold) % (BASE - threshold)));
    rest = Math.floor((rest - threshold) / (BASE - threshold));
  }
}

export function punycode(label) {
  const points = [...label].map((sign) => sign.codePointAt(0));
  const basic = points.filter((point) => point < 128);
  let out = String.fromCharCode(...basic) + (basic.length ? "-" : "");
  let [n, delta, bias, done] = [128, 0, 72, basic.length];
  while (done < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (done + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta += 1;
      if (point === n) {
        out += variable(delta, bias);
        bias = adapt(delta, done + 1, done === basic.length);
        delta = 0;
        done += 1;
      }
    }
    delta += 1;
    n += 1;
  }
  return out;
}
