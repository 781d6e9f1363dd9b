"""What happened, once, for ever: rows are inserted and never changed."""

from django.db import models


class Entry(models.Model):
    """One act. `facts` hold counts, references and codes; never a plain value, never a digest."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=80)
    institution = models.ForeignKey("members.Institution", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
            models.Index(fields=["kind", "id"], name="audit_by_kind"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
            models.Index(fields=["institution", "id"], name="audit_by_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
