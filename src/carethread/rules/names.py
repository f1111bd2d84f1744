"""Whether two ways of writing are one name, and two ways of writing one number."""

import unicodedata


def same_name(one: str, other: str) -> bool:
    """Accents, capitals, blanks, hyphens and apostrophes are ways of writing: O'Brien is OBRIEN."""
    return bare(one) == bare(other)


def bare(text: str) -> str:
    """Letters and digits alone, without accents, in capitals."""
    parted = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parted if c.isalnum()).upper()
