"""A label in letters."""


def letters(label: int) -> str:
    """A label's letters: "A" for 1, "Z" for 26, "AA" for 27."""
    text = ""
    while label > 0:
        label, rest = divmod(label - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
