"""Search by a text: the stores that a filter matches, and everything for the search box."""
