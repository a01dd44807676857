"""What is selected: kept in collections, handed to an editor."""
