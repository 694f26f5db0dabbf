"""What the dome is made of: a stepper, an encoder, a switch, and the backends that reach them."""
