"""The batch pipeline: one module per stage, named by its verb."""
