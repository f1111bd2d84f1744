"""A page's form as somebody would send it: what stands in its fields, with what they change."""

from html.parser import HTMLParser

from django.test import Client as Browser


class _Fields(HTMLParser):
    """The values of the form with that action ("" the page's own)."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside = action, False
        self.values: dict[str, list[str]] = {}
        self.select, self.area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = has.get("method", "").lower() == "post" and (
                has.get("action", "") == self.action
            )
        if not self.inside:
            return
        if tag == "input" and has.get("name"):
            picked = has.get("type") not in ("checkbox", "radio") or "checked" in has
            if picked:
                self.values.setdefault(has["name"], []).append(has.get("value", ""))
        elif tag == "select":
            self.select = has.get("name", "")
        elif tag == "option" and self.select and "selected" in has:
            self.values.setdefault(self.select, []).append(has.get("value", ""))
        elif tag == "textarea":
            self.area = has.get("name", "")
            self.values.setdefault(self.area, [""])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.values[self.area][0] += data


def submit(browser: Browser, page: str, action: str = "", **changes: object) -> int:
    """Open a page, change what `changes` names in one of its forms, and send it. The status: 302
    where it was taken."""
    shown = browser.get(page)
    assert shown.status_code == 200, page
    fields = _Fields(action)
    fields.feed(shown.content.decode())
    assert fields.values, f"{page} has no form for {action or 'itself'}"
    said = {**fields.values, **changes}
    return int(browser.post(action or page, said).status_code)
