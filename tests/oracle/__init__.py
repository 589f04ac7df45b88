"""A second, independent implementation of docs/payment-rules.md, to compare to the cent with the real one.

Nothing here imports the project's own code: `region` invents a region and what happens in it, `settlement`
settles it month by month, `workbook_writer` writes it as an import workbook.
"""
