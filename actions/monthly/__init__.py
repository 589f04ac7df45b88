"""A month's actions from a spreadsheet: a sheet per team, a row per action, a column per member.

Reading, faults and report are those of the import workbook (association.workbook); what is written goes through the
services of declaring, row by row, in one transaction.
"""
