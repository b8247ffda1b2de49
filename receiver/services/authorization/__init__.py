"""An advertiser's consent: asked for, given, withdrawn."""
