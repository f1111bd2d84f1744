"""PURE codec for HIPAA 5010: bytes <-> segments <-> typed transactions, streaming.

Nothing here knows Django or the record. What a sender did wrong is a `Finding`
with its segment's position; only bytes that carry no interchange at all raise
`Unreadable`. Money is integer cents, dates are `datetime.date`.
"""
