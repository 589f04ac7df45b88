"""How much of an untrusted workbook is read at most. Above, it is refused with a sentence, never half read.

A region of 100,000 participations takes about a quarter of these; the memory of the process stays under 300 MB.
"""

import time

from association.workbook.report import french

MAX_FILE_BYTES = 60_000_000  # as it lies on disk
MAX_UNPACKED_BYTES = 200_000_000  # all parts of the zip together
MAX_PART_BYTES = 4_000_000  # a part other than sheets and shared strings (styles, relations…)
MAX_ENTRIES = 2_000
MAX_ROWS = 200_000  # filled rows under the header, and how far down they may be
MAX_COLUMNS = 100  # the last column that may be filled
SHEET_WIDTH = 16_384  # columns of a spreadsheet (XFD)
MAX_TEXT = 32_767  # characters in a cell (Excel's own limit)
MAX_STRINGS = 400_000  # shared strings
MAX_STRINGS_TEXT = 20_000_000  # their characters together
MAX_MERGES = 1_000  # merged ranges that are looked at
MAX_TOKEN_BYTES = 1_000_000  # of XML without any element: a token that is not one
MAX_DEPTH = 64
MAX_NAMES = 5_000  # distinct names of XML elements and attributes
MAX_SECONDS = 120


class Unreadable(Exception):
    """The file, or one of its sheets, cannot be read; the message is one French sentence for the user."""

    def __init__(self, sentence: str, *, found: str = "", expected: str = "", cell: str = "") -> None:
        super().__init__(sentence)
        self.sentence = french(sentence)
        self.found, self.expected, self.cell = found, expected, cell


class Clock:
    """How long the reading of one file may take."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        if time.monotonic() > self._end:
            raise Unreadable(
                f"la lecture prend plus de {self.seconds:.0f} secondes : elle est abandonnée. "
                "Découpez le classeur en plusieurs fichiers."
            )
