"""verify.py as each package carries it: the modules of `privacy.verify_package` in one file, nothing to install."""

import ast
from functools import cache
from pathlib import Path

from privacy import verify_archive, verify_package, verify_stamp, verify_sums

ALONE = """import sys

# Python looks for modules beside a script first: in a forged package that was unpacked, a hashlib.py would be run, and
# would say what it likes. `sys` is in the interpreter; a future statement would be looked for, too, so there is none.
if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]
"""


@cache
def verify_script() -> bytes:
    """The script: the doc string of `privacy.verify_package`, then the modules, each without its imports of us."""
    modules = (verify_sums, verify_stamp, verify_archive, verify_package)
    parts = [_body(Path(str(module.__file__))) for module in modules]
    head = f'#!/usr/bin/env python3\n"""{verify_package.__doc__}"""\n\n{ALONE}\n\n'
    return (head + "\n\n".join(parts)).encode()


def _body(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for place, node in enumerate(ast.parse(text).body):
        ours = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("privacy", "__future__")
        if ours or place == 0:  # the doc string
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    return "".join(lines).strip() + "\n"
