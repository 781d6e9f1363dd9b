"""The joint side of the client: cases, keys, evidence, disclosures, packages, papers; a module a noun."""
