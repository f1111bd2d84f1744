"""What we measure: each module here has `rows()`, which yields the lines it prints.

A line starts with the number of its row (`P1 835 carethread 1.32x floor 0.21 s`). Machines
differ, so every speed is a ratio to a floor or a peer timed in the same run.
"""
