"""Joint cases: who takes part, what was given to whom, the evidence, and what the police made of it."""

from cases.models.case import (
    Case,
    CaseCollision,
    CaseLink,
    CaseRight,
    Comment,
    HandOver,
    Invitation,
    Participant,
    Place,
    Task,
    TimelineEntry,
)
from cases.models.disclosure import Disclosure, DisclosureSeal, Unmasking
from cases.models.evidence import CustodyEntry, Evidence, EvidencePart, EvidenceVersion
from cases.models.keys import KeyGrant, PublicKey
from cases.models.packages import Package, PackageDocument
from cases.models.papers import PaperCheck, PaperSeal
from cases.models.police import EvidenceRequest, Jurisdiction, Measure, Outcome, PoliceUnit, StatusEntry
from cases.models.victims import RepresentedCustomer, SeizedFinding, SeizedList, SeizedRow, SeizedSeal

__all__ = [
    "Case", "CaseCollision", "CaseLink", "CaseRight", "Comment", "CustodyEntry", "Disclosure", "DisclosureSeal",
    "Evidence", "EvidencePart", "EvidenceRequest", "EvidenceVersion", "HandOver", "Invitation", "Jurisdiction",
    "KeyGrant", "Measure", "Outcome", "Package", "PackageDocument", "PaperCheck", "PaperSeal", "Participant", "Place",
    "PoliceUnit", "PublicKey", "RepresentedCustomer", "SeizedFinding", "SeizedList", "SeizedRow", "SeizedSeal",
    "StatusEntry", "Task", "TimelineEntry", "Unmasking",
]  # fmt: skip
