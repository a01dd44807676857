"""What a library keeps: catalogue, shards, vectors and generations, an interface each and one file for each engine."""
