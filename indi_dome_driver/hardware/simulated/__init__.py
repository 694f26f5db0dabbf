"""A dome simulated at its pins: step pulses in, encoder frames and a switch level out."""
