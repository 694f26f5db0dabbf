"""Pure mathematics of the dome: where must the slit be, given where the telescope points."""
