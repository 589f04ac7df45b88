"""The slip (« relevé d'indemnités »): what it says, as a frozen content, and its paper. No database here."""
