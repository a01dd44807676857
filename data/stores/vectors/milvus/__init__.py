"""Vectors in Milvus, for libraries that no machine's memory is to hold: nobody else speaks to it."""
