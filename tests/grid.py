"""Tables as text: the head of a column names it, the first word of a line names the row."""


def parsed(text: str, columns: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Answer each cell by (row, column); fails if a line has a cell too many or too few."""
    cells: dict[tuple[str, str], str] = {}
    for line in text.strip().splitlines():
        row, *values = line.split()
        for column, value in zip(columns, values, strict=True):
            assert (row, column) not in cells, f"{row} stands twice"
            cells[row, column] = value
    return cells
