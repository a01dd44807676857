"""What InternVideo trains (arXiv 2212.03191): masked modelling, recognition, both encoders joined, answers."""
