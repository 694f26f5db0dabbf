"""The INDI device: requests of clients become dome commands, and what the dome does becomes properties."""
