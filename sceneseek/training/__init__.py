"""Training from recipes: what they name is read here, and handed to what learns from it."""
