"""The individual extract for a contrôle: what is frozen when it is granted, as a workbook and as a paper."""
