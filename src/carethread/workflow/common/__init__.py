"""What every step uses: locks, numbers, the ledger, how a step says no."""
