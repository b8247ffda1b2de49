"""The facts of a store, and their evaluation; reads only."""
