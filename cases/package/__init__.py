"""What a package (案卷包) holds: its documents, its manifest, its time-stamp. docs/package.md specifies every byte."""
