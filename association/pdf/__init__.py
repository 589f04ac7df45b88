"""The paper of the house: what is printed, sent and signed. reportlab draws; no database is read here."""
