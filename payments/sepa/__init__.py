"""The SEPA credit transfer, without Django: characters that banks take, days on which they work, the message itself."""
