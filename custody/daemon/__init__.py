"""A custodian: a small process that holds one share of the key and answers signed requests. No Django, no models."""
