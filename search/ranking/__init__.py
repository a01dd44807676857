"""From a tree to ranked moments: plan, candidates, moments, folding, description."""
