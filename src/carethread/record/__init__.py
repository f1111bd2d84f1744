"""What is known: models by chapter, constraints, the ledger, the access log. Everybody may read it;
only `workflow` writes it."""
