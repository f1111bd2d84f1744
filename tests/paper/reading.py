"""What a printed PDF says, page by page."""

from io import BytesIO

from pypdf import PdfReader


def pages(printed: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(printed)).pages]


def words(printed: bytes) -> str:
    """The whole text, with single spaces."""
    return " ".join(" ".join(pages(printed)).split())
