"""What can be wrong with a table or with a dome, said so that a person can act on it."""


class AbaqueError(ValueError):
    """Report that a table cannot be read; the message names the place and the remedy."""

    def __init__(
        self, message: str, *, sheet: str | None = None, cell: str | None = None, value: object = None
    ) -> None:
        """Keep the place beside the message.

        Args:
            message: what is wrong, where, and what would be right.
            sheet: name of the sheet, None where the whole file is meant.
            cell: coordinate such as ``C17``, None where no single cell is meant.
            value: what the cell holds.
        """
        super().__init__(message)
        self.sheet = sheet
        self.cell = cell
        self.value = value


class ModelError(ValueError):
    """Report that a dome model cannot be built, or cannot answer for a pointing."""
