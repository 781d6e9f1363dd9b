"""Submissions, clues, digests, sightings and collisions."""

from intel.models.clue import Clue, Digest, KeyUse, Sighting, VoiceUse
from intel.models.collision import Collision, Party
from intel.models.submission import RowError, Submission

__all__ = ["Clue", "Collision", "Digest", "KeyUse", "Party", "RowError", "Sighting", "Submission", "VoiceUse"]
