"""Who pays, for what: payers are asked, and their answers read."""
