"""The screens, one module per role. They show the record and call `workflow`."""
