"""PURE codec for HIPAA 5010: bytes <-> segments <-> typed transactions, streaming.

Nothing here knows Django or the record. What a sender did wrong is a `Finding` with its
segment's position; only bytes that carry no interchange at all raise `Unreadable`. Money is
integer cents, dates are `datetime.date`. docs/x12.md tells the whole story.

    what you call     reader  writer  check  respond  show
    what you get      claim  remittance  acknowledgment  common  finding  catalogue
    the guides        guides/  written in the notation of guide, on the types of dictionary
    bytes to units    delimiters  units
    units to values   reading  binding  fields  bindings  values  quick
    values to text    rendering
    values to JSON    views/  one module a transaction
    what is wrong     raw  structure  hierarchy  elements  semantics
"""
