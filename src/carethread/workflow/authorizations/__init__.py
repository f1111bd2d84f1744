"""What payers granted in advance, unit by unit."""
