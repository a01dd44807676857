"""The query engine, the HTTP service and the evaluation."""
