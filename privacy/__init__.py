"""The privacy protocol as pure functions: no Django, no I/O, no clock. Specified in docs/protocol.md."""
