"""Packages: a case as of a moment, signed, to be checked without the platform."""

from base64 import b64encode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import package_screens as screens
from cases.queries.cases import case_for
from cases.queries.packages import evidence_in_package, package_for
from cases.screens import case_page
from cases.services.packages import build_package, open_values, take_package
from kit.http import actor_of
from kit.pages import page
from members.step_up import step_up
from privacy.archives import archive


@require_safe
def packages(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The packages that the institution built of a case."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    context = screens.all_packages(actor, case)
    return page(request, "cases/packages.html", case_page(actor, case, "packages", **context))


@require_POST
def package_build(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Build one of the case as it is now."""
    built = build_package(actor_of(request), ref)
    messages.success(request, _("The package is built and signed. Take it below, with the evidence."))
    return redirect("cases:package-detail", ref=ref, package=built.ref)


@require_safe
def package_detail(request: HttpRequest, ref: UUID, package: UUID) -> HttpResponse:
    """One package: what is in it, how it is checked, and the button that assembles it with the evidence."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    context = screens.one_package(actor, case, package)
    return page(request, "cases/package.html", case_page(actor, case, "packages", **context))


@require_safe
def package_contents(request: HttpRequest, ref: UUID, package: UUID) -> HttpResponse:
    """Everything but the evidence for the browser that assembles it, and which evidence belongs in it. Recorded."""
    actor = actor_of(request)
    taken = take_package(actor, ref, package)
    files = [{"path": name, "content": b64encode(raw).decode("ascii")} for name, raw in taken.items()]
    found = {"files": files, "evidence": evidence_in_package(package_for(actor, ref, package))}
    response = JsonResponse(found)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def package_documents(request: HttpRequest, ref: UUID, package: UUID) -> StreamingHttpResponse:
    """The package without its evidence, as an archive: what needs no key to be read. Recorded."""
    taken = take_package(actor_of(request), ref, package)
    stretches = archive((name, [raw]) for name, raw in taken.items())
    response = StreamingHttpResponse(stretches, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="package-{str(package)[:8]}-documents.zip"'
    return response


@require_POST
@step_up
def package_values(request: HttpRequest, ref: UUID, package: UUID) -> HttpResponse:
    """The same page with the disclosed values in cipher text, so that the browser adds them: each is an unmasking."""
    actor = actor_of(request)
    asked = request.POST.get("fingerprints", "").split()
    given = open_values(actor, ref, package, fingerprints=asked, reason=request.POST.get("reason", ""))
    case = case_for(actor, ref)
    context = screens.one_package(actor, case, package, given)
    return page(request, "cases/package.html", case_page(actor, case, "packages", **context))


_CASE = "cases/<uuid:ref>/packages"
_ONE = f"{_CASE}/<uuid:package>"
urlpatterns: list[URLPattern] = [
    path(_CASE, packages, name="packages"),
    path(f"{_CASE}/build", package_build, name="package-build"),
    path(_ONE, package_detail, name="package-detail"),
    path(f"{_ONE}/values", package_values, name="package-values"),
    path(f"{_ONE}/contents.json", package_contents, name="package-contents"),
    path(f"{_ONE}/documents.zip", package_documents, name="package-documents"),
]
