"""The one error of this package."""

from pathlib import Path


class ConfigError(Exception):
    """Report a configuration that cannot be used; the message names the file, the key and the remedy."""

    def __init__(self, source: Path | None, problem: str, *, key: str = "") -> None:
        """Compose the message.

        Args:
            source: the file at fault, or None where no file is involved.
            problem: what is wrong and what would be right, beginning with the key where there is one.
            key: dotted name of the key at fault, empty where the whole file is.
        """
        super().__init__(f"{source}: {problem}" if source is not None else problem)
        self.source = source
        self.key = key
