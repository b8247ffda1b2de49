"""The whole service at a glance: the Overview's figures, and the timeline."""
