"""The key ceremony that submissions name, as for intel's tests."""

from tests.intel.conftest import _ceremony, transcript_path

__all__ = ["_ceremony", "transcript_path"]
