"""What a bank answers to a file of transfers, in ISO 20022: read safely, without a database."""
