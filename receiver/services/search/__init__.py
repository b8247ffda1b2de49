"""Finding by a text: the stores that a filter means, and everything for the search box."""
