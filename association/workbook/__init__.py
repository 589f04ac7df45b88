"""The import workbook ("classeur de reprise"), generic: read an untrusted file, check it, say what is wrong.

From the file inwards: `container` opens the zip, `cells` streams a sheet, `kinds` reads one value, `declaration` is
what a floor declares of its sheets, `book` holds the rows that were read, `report` what was found. A cell that could
not be read is `INVALID`: every check runs on every row, and is left out where it asks for one (`Book.check_rows`).
"""

from association.workbook.annotated import annotated_copy
from association.workbook.book import Book, Row, Table
from association.workbook.declaration import Column, Loading, Sheet, Supplement
from association.workbook.invalid import INVALID, Facts, InvalidCell
from association.workbook.report import Count, Fault, Report

__all__ = [
    "INVALID",
    "Book",
    "Column",
    "Count",
    "Facts",
    "Fault",
    "InvalidCell",
    "Loading",
    "Report",
    "Row",
    "Sheet",
    "Supplement",
    "Table",
    "annotated_copy",
]
