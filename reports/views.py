"""The regulator's pages. Everything on them comes out of `read_report`."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kit.capabilities import Capability
from kit.errors import Invalid
from kit.http import actor_of
from kit.pages import attachment, page
from reports.catalogue import CATALOGUE
from reports.forms import picked
from reports.render import RULE, chart_of, rows_of, total_of
from reports.services import read_all, read_report


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The regulator's home: the total of every report in the period."""
    actor = actor_of(request)
    actor.require(Capability.VIEW_REPORTS)
    form = picked(request.GET)
    readings = read_all(actor, form.period) if form.is_valid() else []
    context = {"form": form, "readings": readings, "query": request.GET.urlencode(), "rule": RULE}
    return page(request, "reports/overview.html", context, status=200 if form.is_valid() else 400)


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """One report on screen."""
    actor = actor_of(request)
    actor.require(Capability.VIEW_REPORTS)
    form = picked(request.GET)
    context = {"form": form, "catalogue": CATALOGUE.values(), "report": CATALOGUE.get(name)}
    context |= {"query": request.GET.urlencode(), "rule": RULE}
    if not form.is_valid():
        return page(request, "reports/report.html", context, status=400)
    reading = read_report(actor, name, form.period, form="page")
    table = reading.table
    context["sections"] = [
        (one.breakdown, rows_of(table, one), chart_of(table, one), total_of(table, one)) for one in table.sections
    ]
    return page(request, "reports/report.html", {**context, "reading": reading})


@require_safe
def download(request: HttpRequest, name: str) -> HttpResponse:
    """The same numbers as a file."""
    actor = actor_of(request)
    actor.require(Capability.VIEW_REPORTS)
    form = picked(request.GET)
    if not form.is_valid():
        raise Invalid(" ".join(str(error) for errors in form.errors.values() for error in errors))
    reading = read_report(actor, name, form.period, form="csv")
    filename = f"{name}.csv" if not reading.report.dated else f"{name}-{form.period.first}-{form.period.last}.csv"
    return attachment(reading.file, filename=filename, content_type="text/csv; charset=utf-8")
