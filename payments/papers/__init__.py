"""What payments print, on the paper of the house. reportlab draws; no database is read here."""
