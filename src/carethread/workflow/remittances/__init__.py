"""What payers answer and pay, and what they owe by contract."""
