"""The practice center (`practice`), a payer that answers (`payer`), and both at once (`demo`).

Everything here is invented: people, payers, numbers. The practice is made through `workflow`
like any other; the payer is a process of its own that sees nothing but files.
"""
