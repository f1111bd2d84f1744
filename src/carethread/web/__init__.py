"""The screens. They show the record and call `workflow`.

A folder for each kind of work: `front_desk care claims payments patients casework center`. What all
of them use stands beside the folders; `permissions.DOORS` says who may open which address.
"""
