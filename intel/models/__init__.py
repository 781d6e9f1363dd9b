"""Submissions, clues, digests, sightings and collisions."""

from intel.models.collision import Collision, Party
from intel.models.submission import Clue, Digest, RowError, Sighting, Submission

__all__ = ["Clue", "Collision", "Digest", "Party", "RowError", "Sighting", "Submission"]
