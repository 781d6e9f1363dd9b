"""The API's reference page works under the portal's own content security policy."""

from tests.browser.stage import Stage


def test_the_reference_shows_every_operation_and_breaks_no_rule(stage: Stage) -> None:
    with stage.visitor(locale="en-GB") as (page, watch):
        page.goto("/api/v1/docs")
        page.locator(".opblock-summary", has_text="/api/v1/submissions").first.wait_for()
        page.locator("#operations-submissions-submissions_create .opblock-summary-control").click()
        page.locator("#operations-submissions-submissions_create").get_by_text("Idempotency-Key").wait_for()
        assert page.locator(".opblock").count() > 10
        assert watch.errors == []
