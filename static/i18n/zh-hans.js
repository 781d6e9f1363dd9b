globalThis.allianceMessages={};
