"""Pages of an answer: channels that understand a query are asked; what they found is joined, folded and described."""
