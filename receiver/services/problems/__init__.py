"""Problems with what senders deliver: found by cause and store, listed, and acknowledged by staff."""
