"""Tables of Markdown."""


def table(lines: list[list[str]]) -> str:
    """The first line is the header."""
    rows = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
