"""A Chromium for the browser tests: the one that is here, or one that this machine can get."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without a CJK font Chinese is boxes; Playwright's driver needs libatomic.
_PACKAGES = ("chromium", "fonts-noto-cjk", "libatomic1")
_NPM = "@sparticuz/chromium@153.0.0"


class NoBrowser(Exception):
    """No Chromium can be had here; the text says what was tried."""


def find() -> dict[str, str]:
    """Variables with which the browser tests find a Chromium that starts: CHROMIUM_PATH and what it needs."""
    given = os.environ.get("CHROMIUM_PATH")
    if given:
        return _checked(Path(given), {})
    for name in _NAMES:
        path = shutil.which(name)
        if path and _has_driver_library():
            return _checked(Path(path), {})
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _say("installing " + " ".join(_PACKAGES))
        _apt("update", "-qq")
        _apt("install", "-y", "-qq", "--no-install-recommends", *_PACKAGES)
        path = shutil.which("chromium")
        if path:
            return _checked(Path(path), {})
    if shutil.which("npm") and shutil.which("node"):
        return _from_npm()
    raise NoBrowser(
        "The browser tests need Chromium: set CHROMIUM_PATH, or install it (as root with apt-get it is installed "
        "by itself), or install npm."
    )


def _from_npm() -> dict[str, str]:
    """The binary inside the npm package, with its own libraries and fonts."""
    home = ROOT / "var" / "chromium"
    home.mkdir(parents=True, exist_ok=True)
    _say(f"installing {_NPM} with npm")
    script = (
        "const c = await import('@sparticuz/chromium'); const b = c.default ?? c;"
        "process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x'; console.log(await b.executablePath())"
    )
    try:
        subprocess.run(["npm", "install", "--no-save", "--silent", "--prefix", str(home), _NPM], check=True)
        shown = subprocess.run(
            ["node", "--input-type=module", "-e", script],
            check=True,
            capture_output=True,
            text=True,
            cwd=home,
            env={**os.environ, "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"},
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoBrowser(f"npm did not give a Chromium: {error}") from error
    path = Path(shown.strip())
    libraries = [str(path.parent / part / "lib") for part in ("al2023", "al2")]
    return _checked(path, {"LD_LIBRARY_PATH": ":".join([*libraries, os.environ.get("LD_LIBRARY_PATH", "")])})


def _checked(path: Path, more: dict[str, str]) -> dict[str, str]:
    """The variables, after the binary has shown that it starts."""
    try:
        subprocess.run([path, "--version"], check=True, capture_output=True, timeout=60, env={**os.environ, **more})
    except (OSError, subprocess.SubprocessError) as error:
        raise NoBrowser(f"{path} does not start: {error}") from error
    return {"CHROMIUM_PATH": str(path), **more}


def _has_driver_library() -> bool:
    """Whether Playwright's driver finds libatomic; asked only where the loader's cache can be read."""
    loader = shutil.which("ldconfig") or "/sbin/ldconfig"
    try:
        return b"libatomic.so.1" in subprocess.run([loader, "-p"], check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return True


def _apt(*arguments: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", *arguments], env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        _say(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-500:]}")


def _say(text: str) -> None:
    print(f"chromium: {text}", file=sys.stderr, flush=True)
