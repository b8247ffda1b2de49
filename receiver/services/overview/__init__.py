"""What staff see first, and what happened when: pictures of the whole service."""
