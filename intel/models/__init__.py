"""Submissions, clues, digests, sightings, collisions, and what the members make of them."""

from intel.models.clue import Clue, Digest, KeyUse, Sighting, VoiceUse
from intel.models.collision import Collision, HandshakeOffer, Opinion, Party, SavedView, TriageAct
from intel.models.quality import Contribution, QualityScore
from intel.models.rule import Run, RunScore, ScoringRule
from intel.models.submission import RowError, Submission
from intel.models.warning import HoldReview, WarningApproval, WarningEntry, WarningList, WarningVersion

__all__ = [
    "Clue", "Collision", "Contribution", "Digest", "HandshakeOffer", "HoldReview", "KeyUse", "Opinion", "Party",
    "QualityScore", "RowError", "Run", "RunScore", "SavedView", "ScoringRule", "Sighting", "Submission", "TriageAct",
    "VoiceUse", "WarningApproval", "WarningEntry", "WarningList", "WarningVersion",
]  # fmt: skip
