"""`make hosts`: several hosts, as Linux network namespaces, and what breaks between them."""
