"""Packages: a case as of a moment, signed, to be checked without the platform."""

import uuid
from typing import ClassVar

from django.db import models

from cases.models.case import Case


class Package(models.Model):
    """A signed manifest and the documents it names. Evidence files join it in the browser or client that opens them.

    `manifest` is JSON and holds checksums and references, no text of the case. `signature` is Ed25519 by the key
    `signer` (an id of the key file's `package` key); `timestamp` an RFC 3161 token of it, if an authority is
    configured. It shows the case as `institution` may see it, so only that institution is given it.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="packages")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    built_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    built_at = models.DateTimeField()
    manifest = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    signer = models.CharField(max_length=16)
    timestamp = models.BinaryField(null=True)

    def __str__(self) -> str:
        return str(self.ref)


class PackageDocument(models.Model):
    """A file of a package that the platform wrote, sealed under the server's case key."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="documents")
    path = models.CharField(max_length=200)
    sealed = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["package", "path"], name="one_document_a_path")]

    def __str__(self) -> str:
        return self.path
