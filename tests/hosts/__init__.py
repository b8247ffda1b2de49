"""`make hosts`: several hosts, as Linux network namespaces, and failures between them."""
