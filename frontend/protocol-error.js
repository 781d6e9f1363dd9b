/** What the protocol refuses, apart from its arithmetic, so that a page can name a refusal without loading a curve. */

/** A refusal: `code` says which, `custodian` whose fault it is (or null). */
export class ProtocolError extends Error {
  constructor(code, message, custodian = null) {
    super(message);
    this.name = "ProtocolError";
    this.code = code;
    this.custodian = custodian;
  }
}
