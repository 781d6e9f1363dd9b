/** The shared vectors in a real browser: the browser tests load this beside any page and call it. */

import { caseKey } from "./case-key.js";
import { runVectors as cases } from "./cases-vectors.js";
import { runVectors as kinds } from "./kinds-vectors.js";
import { runVectors as oprf } from "./vectors.js";
import { runVectors as warnings } from "./warnings-vectors.js";

globalThis.allianceVectors = { caseKey, cases, kinds, oprf, warnings };
