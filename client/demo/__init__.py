"""The demonstration: a real server, our driver on a simulated dome, the C++ telescope simulator, three real objects."""
