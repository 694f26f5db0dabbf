"""A simulated night: a tracking mount, a dome that turns at last after it, and the beam that must pass the slit."""
