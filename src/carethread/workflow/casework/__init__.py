"""What went wrong, whose it is, and everything that a person does about it."""
