"""The sandbox's clock: real time and how far it was moved ahead, and the moves themselves."""
